import { expect, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { events, schema } from '../replica/testing.ts'
import type { Downstream } from '../replica/upstream.ts'
import { isUnsaved } from './status.ts'
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

test('the status tells the tiers apart: what this tab has, what the leader has, what is confirmed, and the last failure', async () => {
  let downstream: Downstream | undefined
  const store = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId: 'tiers',
    sync: {
      backend(given) {
        downstream = given
        return { wake() {}, setOnline() {}, close() {} }
      },
    },
  })
  const [a, b, c] = ['a', 'b', 'c'].map((id) => store.commit(events.created({ id, text: id })))
  await c!.persisted
  const [first] = downstream!.unpushed()
  const cursor = { seq: 1, commitId: a!.commitId }
  downstream!.pull({ backendId: 'backend1', confirmed: [first!], settled: [], cursor })
  downstream!.pull({
    backendId: 'backend1',
    confirmed: [],
    settled: [{ commitId: b!.commitId, outcome: 'rejected', reason: 'no' }],
    cursor,
  })
  downstream!.backendHead(5)
  downstream!.connection({ name: 'waiting', attempt: 1, retryAt: 1_000, reason: 'it is gone' })
  downstream!.connection({ name: 'online', attempt: 2 })
  await expect(b!.confirmed).rejects.toThrow('rejected: no')
  store.commit(events.drafted({ id: 'd', text: 'd' }))
  expect(store.status.getState()).toMatchObject({
    session: { head: { global: 2, client: 1 }, pending: 1 },
    leader: { isHere: true, head: { global: 2, client: 0 }, unconfirmed: 1 },
    backend: { head: 5, confirmed: { global: 1 } },
    parked: 1,
    connection: { name: 'online' },
    connectionFailure: { reason: 'it is gone', at: expect.any(Number) },
    storage: { kind: 'memory' },
  })
  await store.shutdown()
})

test('without a backend, what is only in memory is not saved, though it is confirmed', async () => {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'alone' })
  expect(isUnsaved(store.status.getState())).toBe(false)
  await store.commit(events.created({ id: 'a', text: 'one' })).confirmed
  expect(store.status.getState()).toMatchObject({ connection: { name: 'none' }, backend: { head: 0 } })
  expect(isUnsaved(store.status.getState())).toBe(true)
  expect(isUnsaved({ ...store.status.getState(), storage: { kind: 'opfs' } })).toBe(false)
  await store.shutdown()
})
