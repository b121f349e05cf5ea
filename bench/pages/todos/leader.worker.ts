import { makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schemaOf } from './schema.ts'

const { backend, version } = JSON.parse(self.name) as { backend: string | null; version: string }

startLeader({
  schema: schemaOf(version),
  sync: backend === null ? undefined : { backend: makeWebSocketBackend({ url: backend }) },
})
