import { makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schemaOf } from './schema.ts'

const { backend, version } = JSON.parse(self.name) as { backend: string | null; version: string }

const channel = new BroadcastChannel('rebuilt')

startLeader({
  schema: schemaOf(version),
  onTrace(trace) {
    if (trace.type === 'rebuilt') channel.postMessage(trace)
  },
  sync: backend === null ? undefined : { backend: makeWebSocketBackend({ url: backend }) },
})
