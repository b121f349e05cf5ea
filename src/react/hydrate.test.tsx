import { cleanup, render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test } from 'vitest'
import { computed, createSeed, createStorePromise, makeInMemoryAdapter, readSeed, type Seed, select } from '../index.ts'
import { StoreProvider, useQuery, useStore } from './index.ts'
import { countingAdapter, events, schema, tables } from './testing.tsx'

const { adapter, counts } = countingAdapter()
const options = { schema, adapter, storeId: 'hydrate' }

afterEach(cleanup)

function App() {
  useStore(options)
  return <Todos />
}

function Todos() {
  const rows = useQuery(select().from(tables.todos))
  return <p>{`${rows.length} todos`}</p>
}

function containerOf(html: string): HTMLElement {
  const container = document.createElement('div')
  container.innerHTML = html
  document.body.append(container)
  return container
}

test('what a server rendered becomes the app', async () => {
  const page = (
    <Suspense fallback={<p>booting</p>}>
      <App />
    </Suspense>
  )
  const container = containerOf(renderToString(page))
  expect(container.textContent).toBe('booting')
  const recovered: unknown[] = []
  render(page, { container, hydrate: true, onRecoverableError: (error) => recovered.push(error) })
  await screen.findByText('0 todos')
  expect(counts.opened).toBe(1)
  expect(recovered.length).toBeLessThanOrEqual(1) // that the server rendered a fallback
})

test('rows come after an empty server snapshot was hydrated, without a mismatch', async () => {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'given' })
  store.commit(events.todoCreated({ id: 'a', text: 'Apples' }))
  const page = (
    <StoreProvider store={store}>
      <Todos />
    </StoreProvider>
  )
  const container = containerOf(renderToString(page))
  expect(container.textContent).toBe('0 todos')
  const recovered: unknown[] = []
  render(page, { container, hydrate: true, onRecoverableError: (error) => recovered.push(error) })
  await screen.findByText('1 todos')
  expect(recovered).toEqual([])
  await store.shutdown()
})

const finished = computed((get) => get(select().from(tables.todos)).filter(({ completed }) => completed).length)

function List() {
  const rows = useQuery(select().from(tables.todos))
  const done = useQuery(finished)
  const first = useQuery(select().from(tables.todos), { first: true, select: (todo) => todo?.text })
  return <p>{`${rows.map(({ text }) => text).join(', ')}; ${done} done; first ${first}`}</p>
}

test('a page that was rendered with a seed shows its rows at once, and those of its own store after', async () => {
  const serverStore = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'at-server' })
  serverStore.commit(events.todoCreated({ id: 'a', text: 'Apples' }), events.todoCompleted({ id: 'a' }))
  const seed = createSeed(serverStore)
  const html = renderToString(
    <StoreProvider store={serverStore} seed={seed}>
      <List />
    </StoreProvider>,
  )
  const written = JSON.stringify(seed)
  expect(html).toBe('<p>Apples; 1 done; first Apples</p>')
  await serverStore.shutdown()

  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'given' })
  store.commit(events.todoCreated({ id: 'b', text: 'Bread' }))
  const container = containerOf(html)
  const recovered: unknown[] = []
  const shown: (string | null)[] = []
  const observer = new MutationObserver(() => shown.push(container.textContent))
  observer.observe(container, { subtree: true, childList: true, characterData: true })
  const page = (seed: Seed) => (
    <StoreProvider store={store} seed={seed}>
      <List />
    </StoreProvider>
  )
  render(page(readSeed(JSON.parse(written))), {
    container,
    hydrate: true,
    onRecoverableError: (error) => recovered.push(error),
  })
  await screen.findByText('Bread; 0 done; first Bread')
  observer.disconnect()
  expect(recovered).toEqual([])
  expect(new Set(shown)).toEqual(new Set(['Bread; 0 done; first Bread']))
  await store.shutdown()
})
