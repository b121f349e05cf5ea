import { act, cleanup, fireEvent, render, screen } from '@testing-library/react'
import { useState } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createStorePromise, makeInMemoryAdapter, printHeads, type Store, type SyncStatus } from '../index.ts'
import { StoreProvider, useCommit, useSyncStatus } from './index.ts'
import { events, schema } from './testing.tsx'

const { noteWritten } = events

let complaints: unknown[][] = []
let store: Store<typeof events>

beforeEach(async () => {
  vi.spyOn(console, 'error').mockImplementation((...args) => complaints.push(args))
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'status' })
})

afterEach(async () => {
  cleanup()
  await store.shutdown()
  vi.restoreAllMocks()
  const found = complaints
  complaints = []
  expect(found).toEqual([])
})

function Heads() {
  return printHeads(useSyncStatus())
}

test('shows how far each tier is', async () => {
  const { container } = render(
    <StoreProvider store={store}>
      <Heads />
    </StoreProvider>,
  )
  expect(container.textContent).toBe('session e0 · leader e0 · backend e0')
  const { persisted } = await act(async () => store.commit(noteWritten({ id: 'a', text: 'A' })))
  await act(() => persisted)
  expect(container.textContent).toBe('session e1 · leader e1 · backend e0')
})

type SelectedProps = { selector: (status: SyncStatus) => object | string; onRender: () => void }

function Selected({ selector, onRender }: SelectedProps) {
  onRender()
  return JSON.stringify(useSyncStatus(selector))
}

test('with a selector, only another value renders again', async () => {
  const renders = { connection: 0, pair: 0, head: 0 }
  render(
    <StoreProvider store={store}>
      <Selected selector={({ connection }) => connection.name} onRender={() => renders.connection++} />
      <Selected
        selector={({ connection, storage }) => [connection.name, storage?.kind]}
        onRender={() => renders.pair++}
      />
      <Selected selector={({ session }) => ({ head: session.head.global })} onRender={() => renders.head++} />
    </StoreProvider>,
  )
  const before = { ...renders }
  await act(() => store.commit(noteWritten({ id: 'a', text: 'A' })).persisted)
  expect(renders).toEqual({ ...before, head: before.head + 1 })
  screen.getByText('{"head":1}', { exact: false })
})

function Writer() {
  const [clicks, setClicks] = useState(0)
  const { head } = useSyncStatus(({ session }) => session)
  const commit = useCommit()
  const click = () => {
    setClicks(clicks + 1)
    commit(noteWritten({ id: `${clicks}`, text: 'Clicked' }))
  }
  return (
    <button type="button" onClick={click}>
      {`${clicks} clicks, e${head.global}`}
    </button>
  )
}

test('a component that renders right after its commit does not disturb the others', async () => {
  const { container } = render(
    <StoreProvider store={store}>
      <Writer />
      <Heads />
    </StoreProvider>,
  )
  fireEvent.click(screen.getByText('0 clicks, e0'))
  screen.getByText('1 clicks, e1')
  await act(async () => undefined)
  expect(container.textContent).toContain('session e1')
})
