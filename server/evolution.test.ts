/** Two versions of an app at one backend: whole clients, in one process. */
import { afterEach, expect, test } from 'vitest'
import {
  createStorePromise,
  makeInMemoryAdapter,
  makeSchema,
  makeWebSocketBackend,
  type SyncStatus,
  select,
} from '../src/index.ts'
import { declared, events, schema as newer, tables } from '../src/replica/testing.ts'
import type { UnknownEventHandling } from '../src/schema/schema.ts'
import { until as untilStatus } from '../src/testing/tabs.ts'
import { createMemoryEngine, startServer } from './index.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve() {
  const server = await startServer({ engine: createMemoryEngine(), port: 0, log: () => undefined })
  closers.push(() => server.close())
  return server.url
}

/** The app before it had `v1.Renamed`. */
function older(unknownEventHandling: UnknownEventHandling) {
  const { renamed: _, ...known } = events
  const { 'v1.Renamed': __, ...materializers } = declared.materializers
  return makeSchema({ ...declared, version: 'older', events: known, materializers, unknownEventHandling })
}

async function open(url: string, schema: typeof newer) {
  const sync = { backend: makeWebSocketBackend({ url }) }
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'store', sync })
  closers.push(() => store.shutdown())
  const todos = () => store.query(select({ text: tables.todos.text }).from(tables.todos).orderBy(tables.todos.id))
  const until = (is: (status: SyncStatus) => boolean) => untilStatus(store, is)
  return { store, todos, until }
}

/** A todo that a newer build made, renamed, and made another one after. */
async function renamedByNewer(handling: UnknownEventHandling) {
  const url = await serve()
  const a = await open(url, newer)
  a.store.commit(events.created({ id: '1', text: 'milk' }))
  a.store.commit(events.renamed({ id: '1', text: 'oat milk' }))
  await a.store.commit(events.created({ id: '2', text: 'bread' })).confirmed
  return { a, b: await open(url, older(handling) as unknown as typeof newer) }
}

test('an older build passes over what it does not know, and goes on with the newer one', async () => {
  const { a, b } = await renamedByNewer('ignore')
  await b.until(({ session }) => session.head.global === 3)
  expect(b.todos()).toEqual([{ text: 'milk' }, { text: 'bread' }])
  await b.store.commit(events.created({ id: '3', text: 'eggs' })).confirmed
  await a.until(({ session }) => session.head.global === 4)
  expect(a.todos()).toEqual([{ text: 'oat milk' }, { text: 'bread' }, { text: 'eggs' }])
})

test("with 'fail' an older build stops before it, says so, keeps its own work, and pushes nothing", async () => {
  const { a, b } = await renamedByNewer('fail')
  const { connection, session, backend } = await b.until(({ connection }) => connection.name === 'stopped')
  expect(connection).toMatchObject({ code: 'unknown_event', event: 'v1.Renamed' })
  expect([session.head.global, backend.head, b.todos()]).toEqual([1, 3, [{ text: 'milk' }]])
  await b.store.commit(events.created({ id: '3', text: 'eggs' })).persisted
  expect(b.todos()).toEqual([{ text: 'milk' }, { text: 'eggs' }])
  // Somebody who tries again gets no further, and loses nothing.
  b.store.setOnline(false)
  await b.until(({ connection }) => connection.name === 'offline')
  b.store.setOnline(true)
  await b.until(({ connection }) => connection.name === 'stopped')
  expect(b.todos()).toEqual([{ text: 'milk' }, { text: 'eggs' }])
  expect(b.store.status.getState().leader.unconfirmed).toBe(1)
  expect(a.store.status.getState().backend.head).toBe(3)
})
