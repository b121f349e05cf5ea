// The smallest app that does the whole job: one event, one table, one query, a leader that syncs.
import { makeWebAdapter } from 'headwater'
import { StoreProvider, useCommit, useQuery } from 'headwater/react'
import { Suspense } from 'react'
import { createRoot } from 'react-dom/client'
import { clicks, events, schema } from './schema.ts'

const worker = () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' })
const options = { schema, storeId: 'counter', adapter: makeWebAdapter({ worker }) }

function Counter() {
  const [row] = useQuery(clicks)
  const commit = useCommit()
  return (
    <button type="button" onClick={() => commit(events.counterIncremented({ id: 'clicks', by: 1 }))}>
      {row?.value ?? 0}
    </button>
  )
}

createRoot(document.getElementById('root')!).render(
  <Suspense>
    <StoreProvider options={options}>
      <Counter />
    </StoreProvider>
  </Suspense>,
)
