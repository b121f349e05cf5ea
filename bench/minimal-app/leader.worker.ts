import { makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schema } from './schema.ts'

startLeader({ schema, sync: { backend: makeWebSocketBackend({ url: 'ws://127.0.0.1:8787' }) } })
