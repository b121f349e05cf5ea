// @vitest-environment node
import { Suspense } from 'react'
import { renderToPipeableStream, renderToString } from 'react-dom/server'
import { expect, test } from 'vitest'
import { createStorePromise, makeInMemoryAdapter, select } from '../index.ts'
import { StoreProvider, useQuery, useStore, useSyncStatus } from './index.ts'
import { countingAdapter, events, schema, tables } from './testing.tsx'

const { adapter, counts } = countingAdapter()
const options = { schema, adapter, storeId: 'server' }

function App() {
  useStore(options)
  return <Todos />
}

function Todos() {
  const rows = useQuery(select().from(tables.todos))
  const { name } = useSyncStatus(({ connection }) => connection)
  return <p>{`${rows.length} todos, ${name}`}</p>
}

const page = (
  <main>
    <h1>Todos</h1>
    <Suspense fallback={<p>booting</p>}>
      <App />
    </Suspense>
  </main>
)

test('a server renders the fallback, and boots nothing', () => {
  const html = renderToString(page)
  expect(html).toContain('<h1>Todos</h1>')
  expect(html).toContain('<p>booting</p>')
  expect(counts.opened).toBe(0)
})

test('a streaming server does not wait for the store', async () => {
  const errors: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    const onError = (error: unknown) => void errors.push(error)
    renderToPipeableStream(page, { onAllReady: resolve, onShellError: reject, onError })
  })
  expect(errors.map(String)).toEqual([expect.stringMatching(/a server renders the Suspense fallback/)])
  expect(counts.opened).toBe(0)
})

test('with a store of its own, a server renders queries as empty: what the client hydrates', async () => {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'given' })
  store.commit(events.todoCreated({ id: 'a', text: 'Apples' }))
  const html = renderToString(
    <StoreProvider store={store}>
      <Todos />
    </StoreProvider>,
  )
  expect(html).toBe('<p>0 todos, offline</p>')
  await store.shutdown()
})
