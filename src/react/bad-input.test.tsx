import { cleanup, render } from '@testing-library/react'
import { userEvent } from '@testing-library/user-event'
import { type ReactNode, useEffect } from 'react'
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { computed, createStorePromise, makeInMemoryAdapter, type Store, select } from '../index.ts'
import { StoreProvider, useCommit, useQuery } from './index.ts'
import { ErrorBoundary, events, schema, tables } from './testing.tsx'

let store: Store<typeof events>
beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation(() => {})
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'bad-input' })
})
afterEach(async () => {
  cleanup()
  await store.shutdown()
  vi.restoreAllMocks()
})

const all = select().from(tables.todos)

const messageOf = (children: ReactNode) =>
  render(
    <ErrorBoundary>
      <StoreProvider store={store}>{children}</StoreProvider>
    </ErrorBoundary>,
  ).container.textContent

function Committing() {
  const commit = useCommit()
  commit(events.todoCreated({ id: 'a', text: 'Apples' }))
  return 'rendered'
}

const writing = computed((get) => {
  store.commit(events.todoCreated({ id: 'a', text: 'Apples' }))
  return get(all).length
})

function Computing() {
  return useQuery(writing)
}

test('a commit while a component renders says where to put it, and commits nothing', () => {
  expect(messageOf(<Committing />)).toMatchInlineSnapshot(
    `"headwater: a commit while a component renders. Commit in an event handler or in an effect: a component may be rendered several times, or for nothing."`,
  )
  expect(messageOf(<Computing />)).toContain('a commit while a component renders')
  expect(store.query(all)).toEqual([])
})

function Welcome() {
  const commit = useCommit()
  useEffect(() => void commit(events.todoCreated({ id: 'a', text: 'Apples' })), [commit])
  return (
    <button type="button" onClick={() => commit(events.todoCreated({ id: 'b', text: 'Bread' }))}>
      add
    </button>
  )
}

test('effects and event handlers commit', async () => {
  const { getByText } = render(
    <StoreProvider store={store}>
      <Welcome />
    </StoreProvider>,
  )
  await userEvent.click(getByText('add'))
  expect(store.query(all).map(({ id }) => id)).toEqual(['a', 'b'])
})

test('a second copy of the package in the page is told of', async () => {
  const page = globalThis as { [key: symbol]: { count: number } | undefined }
  const copies = page[Symbol.for('headwater.react')]!
  const { createRegistry } = (await import(`${'./registry.ts'}?second`)) as typeof import('./registry.ts')
  onTestFinished(() => void copies.count--)
  expect(() => createRegistry().only()).toThrowErrorMatchingInlineSnapshot(
    `[Error: headwater: no store is open in this copy of headwater/react, and the page has loaded it more than once: each copy knows its own stores only. Let all of the app import the same one (with Vite: resolve.dedupe: ["headwater"]).]`,
  )
})
