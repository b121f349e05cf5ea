import { act, cleanup, render, screen } from '@testing-library/react'
import { Suspense } from 'react'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type Adapter, makeInMemoryAdapter, select } from '../index.ts'
import { useCommit, useQuery, useStore } from './index.ts'
import { ErrorBoundary, events, schema, tables } from './testing.tsx'

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined) // React tells of errors that a boundary catches
})
afterEach(() => {
  cleanup()
  vi.restoreAllMocks()
})

/** The in-memory adapter, and the call of somebody who wipes the store. */
function wipeable() {
  const inMemory = makeInMemoryAdapter()
  const hearing = new Set<() => void>()
  const adapter: Adapter = async (options) => ({
    ...(await inMemory(options)),
    onWiped(hear) {
      hearing.add(hear)
      return () => hearing.delete(hear)
    },
  })
  return { adapter, wipe: () => [...hearing].forEach((hear) => void hear()), hearing }
}

const { adapter, wipe, hearing } = wipeable()
const options = { schema, storeId: 'wiped', adapter }

function Todos() {
  useStore(options)
  const commit = useCommit<typeof schema>()
  const todos = useQuery(select().from(tables.todos))
  return (
    <>
      <button type="button" onClick={() => commit(events.todoCreated({ id: 'a', text: 'Buy milk' }))}>
        Add
      </button>
      <output>{todos.length}</output>
    </>
  )
}

test('a store that was wiped elsewhere: its components throw why, and the boundary boots an empty one', async () => {
  const now = vi.spyOn(performance, 'now')
  render(
    <ErrorBoundary>
      <Suspense>
        <Todos />
      </Suspense>
    </ErrorBoundary>,
  )
  const add = await screen.findByRole('button', { name: 'Add' })
  await act(async () => add.click())
  expect(screen.getByRole('status').textContent).toBe('1')
  await act(async () => wipe())
  const again = await screen.findByRole('button', { name: 'the local data of this store was wiped' })
  expect(hearing.size).toBe(0)
  now.mockReturnValue(performance.now() + 1_000) // renders of one moment get the same failure
  await act(async () => again.click())
  await screen.findByRole('button', { name: 'Add' })
  expect(screen.getByRole('status').textContent).toBe('0')
})
