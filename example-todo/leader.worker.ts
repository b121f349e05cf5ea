import { makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schema } from './schema.ts'

/** The page names this worker after the backend that it asks for. */
const url = self.name

startLeader({
  schema,
  sync: { backend: makeWebSocketBackend({ url }) },
  devtools: import.meta.env.DEV || import.meta.env.MODE === 'e2e', // which tests the panel as it is built
})
