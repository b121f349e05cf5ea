import { useStore } from './hooks.ts'
import { Notes } from './Notes.tsx'
import { storeOptions } from './store.ts'

/** With a worker file. */
export function App() {
  useStore(storeOptions)
  return <Notes />
}
