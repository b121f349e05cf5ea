import { act, cleanup, render } from '@testing-library/react'
import { afterEach, beforeEach, expect, expectTypeOf, test } from 'vitest'
import {
  createStorePromise,
  makeInMemoryAdapter,
  type Receipt,
  type Store,
  select,
  type Unconfirmed,
} from '../index.ts'
import { silentBackend } from '../replica/testing.ts'
import { StoreProvider, useInfiniteQuery, usePending, useReceipt } from './index.ts'
import { events, schema, tables } from './testing.tsx'

const { todoCreated } = events
let store: Store<typeof events>
const sync = { backend: silentBackend }

beforeEach(async () => {
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'usePending', sync })
})
afterEach(async () => {
  cleanup()
  await store.shutdown()
})

type OnRender = { readonly onRender?: () => void }

function IsSaving({ id, onRender }: { id: string } & OnRender) {
  onRender?.()
  const isSaving = usePending<typeof schema, boolean>((commits) =>
    commits.some(({ events }) => events.some(({ args }) => args.id === id)),
  )
  return isSaving ? `${id} is saving` : `${id} is saved`
}

function All() {
  const commits = usePending<typeof schema>()
  expectTypeOf(commits).toEqualTypeOf<readonly Unconfirmed<typeof events>[]>()
  return commits.map(({ events, persisted }) => `${events.map(({ name }) => name)} ${persisted}`).join(', ')
}

test('shows what the backend has not confirmed, and whether the log has it', async () => {
  const { container } = render(
    <StoreProvider store={store}>
      <All />
    </StoreProvider>,
  )
  expect(container.textContent).toBe('')
  const receipt = await act(async () => {
    const receipt = store.commit(todoCreated({ id: 'a', text: 'Apples' }))
    expect(store.unconfirmed.get().map(({ persisted }) => persisted)).toEqual([false])
    return receipt
  })
  await act(() => receipt.persisted)
  expect(container.textContent).toBe('v1.TodoCreated true')
  expect(store.unconfirmed.get()).toBe(store.unconfirmed.get())
})

test('a component renders only when what it selects is another', async () => {
  let renders = 0
  const { container } = render(
    <StoreProvider store={store}>
      <IsSaving id="b" onRender={() => renders++} />
    </StoreProvider>,
  )
  await act(() => store.commit(todoCreated({ id: 'a', text: 'Apples' })).persisted)
  expect([container.textContent, renders]).toEqual(['b is saved', 1])
  await act(() => store.commit(todoCreated({ id: 'b', text: 'Bread' })).persisted)
  expect([container.textContent, renders]).toEqual(['b is saving', 2])
})

function State({ receipt }: { receipt: Receipt | undefined }) {
  const state = useReceipt(receipt)
  return state.name === 'failed' ? `failed: ${(state.error as Error).message}` : state.name
}

test('useReceipt follows a commit', async () => {
  const { container, rerender } = render(<State receipt={undefined} />)
  expect(container.textContent).toBe('none')
  const receipt = store.commit(todoCreated({ id: 'a', text: 'Apples' }))
  rerender(<State receipt={receipt} />)
  expect(container.textContent).toBe('pending')
  await act(() => receipt.persisted)
  expect(container.textContent).toBe('persisted')
  const second = store.commit(todoCreated({ id: 'b', text: 'Bread' }))
  rerender(<State receipt={second} />)
  expect(container.textContent).toBe('pending')
  await act(async () => {
    await second.persisted
    await store.shutdown()
  })
  expect(container.textContent).toMatch(/^failed: /)
})

function Pages() {
  const { rows, hasMore, loadMore } = useInfiniteQuery(
    (limit) => select({ id: tables.todos.id }).from(tables.todos).orderBy(tables.todos.id).limit(limit),
    { pageSize: 2 },
  )
  return (
    <button type="button" onClick={loadMore}>
      {`${rows.map(({ id }) => id).join('')}${hasMore ? '…' : ''}`}
    </button>
  )
}

test('useInfiniteQuery shows a page more at a time, live', async () => {
  store.commit(...['a', 'b', 'd', 'e'].map((id) => todoCreated({ id, text: id })))
  const { container } = render(
    <StoreProvider store={store}>
      <Pages />
    </StoreProvider>,
  )
  const button = container.querySelector('button')!
  expect(button.textContent).toBe('ab…')
  await act(async () => button.click())
  expect(button.textContent).toBe('abde')
  await act(async () => {
    store.commit(todoCreated({ id: 'c', text: 'c' }))
  })
  expect(button.textContent).toBe('abcd…')
  await act(async () => button.click())
  expect(button.textContent).toBe('abcde')
})
