import { afterEach, describe, expect, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { BacklogFull, CommitTooLarge, MaterializeError, StoreClosed } from '../replica/errors.ts'
import { events, schema, silentBackend, tables } from '../replica/testing.ts'
import { InvalidArgs } from '../schema/errors.ts'
import { select } from '../schema/query.ts'
import { printHeads } from './status.ts'
import { createStorePromise, InvalidStoreId, type Store } from './store.ts'

const sync = { backend: silentBackend }
const opened: Store[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.shutdown()
})

async function open() {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'test', sync })
  opened.push(store)
  return store
}

const all = (store: Pick<Store, 'query'>) => store.query(select().from(tables.todos))

describe('commit', () => {
  test('S1 is visible at once, persisted soon, and its receipt says which events it made', async () => {
    const store = await open()
    const receipt = store.commit(events.created({ id: 'a', text: 'a' }), events.drafted({ id: 'd', text: 'x' }))
    expect(all(store)).toEqual([{ id: 'a', text: 'a', version: 0 }])
    expect(receipt.events).toEqual([
      { name: 'v1.Created', seqNum: { global: 1, client: 0, rebaseGeneration: 0 } },
      { name: 'v1.Drafted', seqNum: { global: 1, client: 1, rebaseGeneration: 0 } },
    ])
    expect(store.status.getState().session.pending).toBe(1)
    await receipt.persisted
    expect(store.status.getState()).toMatchObject({
      session: { pending: 0 },
      leader: { unconfirmed: 1 },
      storage: { kind: 'memory' },
    })
    expect(printHeads(store.status.getState())).toBe('session e1.1 · leader e1.1 · backend e0')
  })

  test('C1 of invalid args throws and applies nothing, not even the events before', async () => {
    const store = await open()
    expect(() =>
      store.commit(events.created({ id: 'a', text: 'a' }), events.created({ id: 'b', text: 5 as never })),
    ).toThrow(InvalidArgs)
    expect(all(store)).toEqual([])
    expect(store.status.getState().session.pending).toBe(0)
  })

  test('C1 whose materializer throws leaves the store as it was', async () => {
    const store = await open()
    expect(() => store.commit(events.created({ id: 'a', text: 'a' }), events.required({ id: 'none' }))).toThrow(
      MaterializeError,
    )
    expect(all(store)).toEqual([])
    await store.commit(events.created({ id: 'b', text: 'b' })).persisted
    expect(all(store)).toHaveLength(1)
  })

  test('C1 over its limits throws before anything is applied', async () => {
    const store = await open()
    const many = Array.from({ length: 10_001 }, (_, index) => events.created({ id: `${index}`, text: 'x' }))
    expect(() => store.commit(...many)).toThrow(CommitTooLarge)
    expect(() => store.commit(events.created({ id: 'big', text: 'é'.repeat(2_200_000) }))).toThrow(CommitTooLarge)
    expect(all(store)).toEqual([])
    store.commit(...many.slice(1))
    expect(all(store)).toHaveLength(10_000)
  })

  test('C1 is refused while too much waits to be persisted', { timeout: 30_000 }, async () => {
    const store = await open()
    const batch = (from: number) =>
      Array.from({ length: 10_000 }, (_, index) => events.created({ id: `${from + index}`, text: 'x' }))
    for (let from = 0; from < 50_000; from += 10_000) store.commit(...batch(from))
    expect(() => store.commit(events.created({ id: 'last', text: 'x' }))).toThrow(BacklogFull)
    expect(all(store)).toHaveLength(50_000)
  })

  test('after shutdown says so', async () => {
    const store = await open()
    const receipt = store.commit(events.created({ id: 'a', text: 'a' }))
    expect(await store.shutdown()).toEqual({ unpersisted: [] })
    await expect(receipt.confirmed).rejects.toThrow(StoreClosed)
    expect(() => store.commit(events.created({ id: 'b', text: 'b' }))).toThrow(StoreClosed)
    expect(() => all(store)).toThrow(StoreClosed)
  })
})

test.each(['', 'a b', 'a/b', 'ä', 'x'.repeat(129), '..'])('a store cannot be named %j', async (storeId) => {
  await expect(createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId })).rejects.toThrow(InvalidStoreId)
})
