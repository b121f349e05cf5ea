import { makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schema } from './schema.ts'

startLeader({
  schema,
  sync: { backend: makeWebSocketBackend({ url: new URLSearchParams(self.name).get('backend')! }) },
})
