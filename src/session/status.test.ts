import { expect, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { events, schema } from '../replica/testing.ts'
import { createStorePromise } from './store.ts'

test('the status is up to date right after a commit, and subscribers hear of it once, at the end of the task', async () => {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'status' })
  await Promise.resolve()
  const heard: number[] = []
  store.status.subscribe(({ session }) => heard.push(session.head.global))
  store.commit(events.created({ id: 'a', text: 'one' }))
  const read = store.status.getState()
  expect(read.session.head.global).toBe(1)
  expect(store.status.getState()).toBe(read)
  store.commit(events.created({ id: 'b', text: 'two' }))
  expect(store.status.getState().session.head.global).toBe(2)
  expect(heard).toEqual([]) // React may be rendering the component that reads: no other may be told now
  await Promise.resolve()
  expect(heard).toEqual([2])
  await store.shutdown()
})
