import { eq } from 'drizzle-orm'
import { expect, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { realEnv } from '../replica/real-env.ts'
import { events, schema, tables } from '../replica/testing.ts'
import { select } from '../schema/query.ts'
import { createStorePromise } from './store.ts'

const all = select().from(tables.todos)

/** A store, and the way to let the grace time of unwatched queries pass. */
async function setUp() {
  const sweeps: (() => void)[] = []
  const env = {
    ...realEnv(),
    after(ms: number, call: () => void) {
      if (ms !== 5_000) return realEnv().after(ms, call)
      sweeps.push(call)
      return () => undefined
    },
  }
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'release', env })
  const letGo = () => {
    for (const sweep of sweeps.splice(0)) sweep()
  }
  return { store, letGo }
}

test('a query that was let go reads what was written meanwhile', async () => {
  const { store, letGo } = await setUp()
  const live = store.live(all)
  expect(live.get()).toEqual([])
  letGo()
  store.commit(events.created({ id: 'a', text: 'one' }))
  expect(live.get()).toHaveLength(1)
  await store.shutdown()
})

test('a query that was let go hears of writes when it is watched after all', async () => {
  const { store, letGo } = await setUp()
  const live = store.live(all)
  live.get()
  letGo()
  store.commit(events.created({ id: 'a', text: 'one' }))
  let calls = 0
  live.subscribe(() => calls++)
  expect(live.get()).toHaveLength(1)
  store.commit(events.created({ id: 'b', text: 'two' }))
  await Promise.resolve()
  expect(calls).toBe(1)
  expect(live.get()).toHaveLength(2)
  await store.shutdown()
})

test('a query that was let go, and asked for again by another, hears of writes as the other does', async () => {
  const { store, letGo } = await setUp()
  const live = store.live(all)
  live.get()
  letGo()
  store.live(all).get()
  let calls = 0
  const stop = live.subscribe(() => calls++)
  store.commit(events.created({ id: 'a', text: 'one' }))
  await Promise.resolve()
  expect(calls).toBe(1)
  expect(live.get()).toBe(store.live(all).get())
  stop()
  store.commit(events.created({ id: 'b', text: 'two' }))
  await Promise.resolve()
  expect(calls).toBe(1)
  await store.shutdown()
})

test('a query that is let go without a write since does not run again', async () => {
  const { store, letGo } = await setUp()
  const live = store.live(select().from(tables.todos).where(eq(tables.todos.id, 'a')))
  live.get()
  letGo()
  let runs = 0
  store.trace(({ type }) => type === 'queried' && runs++)
  live.subscribe(() => undefined)
  live.get()
  expect(runs).toBe(0)
  await store.shutdown()
})
