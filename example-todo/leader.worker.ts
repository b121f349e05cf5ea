import { makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schema } from './schema.ts'

/** The page names this worker after the backend that it asks for. */
const url = self.name

startLeader({ schema, sync: { backend: makeWebSocketBackend({ url }) } })
