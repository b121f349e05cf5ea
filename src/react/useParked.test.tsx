import { act, cleanup, render, screen } from '@testing-library/react'
import { afterEach, expect, test } from 'vitest'
import { createStorePromise, makeInMemoryAdapter, type Store } from '../index.ts'
import { events as appEvents, schema } from '../replica/testing.ts'
import { StoreProvider, useParked, useSkipped } from './index.ts'

let store: Store<typeof appEvents>

afterEach(async () => {
  cleanup()
  await store.shutdown()
})

function List() {
  const { commits, discard } = useParked<typeof schema>()
  const skipped = useSkipped()
  return (
    <>
      {commits.map(({ commitId, reason }) => (
        <button type="button" key={commitId} onClick={() => discard(commitId)}>
          {reason}
        </button>
      ))}
      <output>{`${commits.length} parked, ${skipped.length} skipped`}</output>
    </>
  )
}

test('P4 the list is live: what is parked shows, and what is discarded goes', async () => {
  const upstream: { reject?: (commitId: string) => void } = {}
  store = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId: 'parked',
    sync: {
      backend(downstream) {
        upstream.reject = (commitId) =>
          downstream.pull({
            backendId: 'backend1',
            confirmed: [],
            settled: [{ commitId, outcome: 'rejected', reason: 'not today' }],
            cursor: downstream.cursor(),
          })
        return { wake() {}, setOnline() {}, close() {} }
      },
    },
  })
  render(
    <StoreProvider store={store}>
      <List />
    </StoreProvider>,
  )
  const receipt = store.commit(appEvents.created({ id: 'a', text: 'A' }))
  await act(() => receipt.persisted)
  await act(async () => upstream.reject?.(receipt.commitId))
  const button = await screen.findByRole('button', { name: 'not today' })
  expect(screen.getByRole('status').textContent).toBe('1 parked, 0 skipped')
  await act(async () => button.click())
  await screen.findByText('0 parked, 0 skipped')
})
