import { cleanup, render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { renderToString } from 'react-dom/server'
import { afterEach, expect, test } from 'vitest'
import { createStorePromise, makeInMemoryAdapter, select } from '../index.ts'
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
