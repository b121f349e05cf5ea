import { makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schema } from './schema.ts'

startLeader({ schema, sync: { backend: makeWebSocketBackend({ url: 'ws://localhost:8787' }) } })
