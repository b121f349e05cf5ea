import { inspectable, makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schema } from './schema.ts'

/** The page names this worker after the backend that it asks for. */
const url = self.name

/** The end-to-end tests look at the panel as it is built. */
const isInspected = import.meta.env.DEV || import.meta.env.MODE === 'e2e'

startLeader({
  schema,
  sync: { backend: makeWebSocketBackend({ url }) },
  devtools: isInspected ? inspectable : undefined,
})
