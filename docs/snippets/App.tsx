import { eq } from 'drizzle-orm'
import { makeWebAdapter, nanoid, printHeads, select } from 'headwater'
import { useQuery, useStore, useSyncStatus } from 'headwater/react'
import { events, schema, todos } from './schema.ts'

const worker = () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' })
const storeOptions = { schema, storeId: 'todos', adapter: makeWebAdapter({ worker }) }
const openTodos = select().from(todos).where(eq(todos.completed, false))

export function App() {
  const { commit } = useStore(storeOptions) // suspends until the store is open
  const rows = useQuery(openTodos) // synchronous, and up to date after every commit of anybody
  const status = useSyncStatus()
  return (
    <>
      <button type="button" onClick={() => commit(events.todoCreated({ id: nanoid(), text: 'Buy milk' }))}>
        Buy milk
      </button>
      {rows.map(({ id, text }) => (
        <label key={id}>
          <input type="checkbox" onChange={() => commit(events.todoCompleted({ id }))} /> {text}
        </label>
      ))}
      <output>{printHeads(status)}</output>
    </>
  )
}
