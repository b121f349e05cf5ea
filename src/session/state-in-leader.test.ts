import { eq, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterEach, expect, test, vi } from 'vitest'
import { z } from 'zod'
import {
  type Adapter,
  createStorePromise,
  Events,
  insert,
  makeInMemoryAdapter,
  makeSchema,
  queryLeader,
  type Store,
  select,
  type Trace,
  update,
} from '../index.ts'
import { silentBackend } from '../replica/testing.ts'
import { Connection } from '../sqlite/connection.ts'

const notes = sqliteTable('notes', {
  id: text().primaryKey(),
  text: text().notNull(),
  starred: integer({ mode: 'boolean' }).notNull().default(false),
})
const people = sqliteTable('people', { id: integer().primaryKey(), name: text() })

const events = {
  written: Events.synced({ name: 'v1.Written', schema: z.object({ id: z.string(), text: z.string() }) }),
  starred: Events.synced({ name: 'v1.Starred', schema: z.object({ id: z.string() }) }),
  met: Events.synced({ name: 'v1.Met', schema: z.object({ id: z.number() }) }),
}

const schema = makeSchema({
  version: '1',
  tables: { notes, people },
  events,
  materializers: {
    'v1.Written': (note) => insert(notes).values(note),
    'v1.Starred': ({ id }) => update(notes).set({ starred: true }).where(eq(notes.id, id)),
    'v1.Met': ({ id }) => insert(people).values({ id, name: 'somebody' }),
  },
})

const open: Store<typeof events>[] = []
afterEach(async () => {
  vi.restoreAllMocks()
  for (const store of open.splice(0)) await store.shutdown()
})

const sync = { backend: silentBackend }

async function openStore(adapter: Adapter, state: 'tab' | 'leader' = 'leader') {
  const store = await createStorePromise({ schema, adapter, storeId: 'notes', session: { state }, sync })
  open.push(store)
  return store
}

const all = select().from(notes).orderBy(notes.id)

test('a store whose state is with the leader reads there, and sees what it committed before', async () => {
  const store = await openStore(makeInMemoryAdapter())
  expect(await queryLeader(store, all)).toEqual([])
  store.commit(events.written({ id: 'a', text: 'Apples' }))
  expect(await queryLeader(store, all)).toEqual([{ id: 'a', text: 'Apples', starred: false }])
  expect(await queryLeader(store, sql<{ n: number }>`SELECT count(*) AS n FROM ${notes}`)).toEqual([{ n: 1 }])
})

test('in such a store, what reads in the tab says what to use instead', async () => {
  const store = await openStore(makeInMemoryAdapter())
  for (const read of [
    () => store.query(all),
    () => store.live(all),
    () => store.subscribe(all, () => {}),
    () => store.explain(all),
  ])
    expect(read).toThrow(/keeps no copy of its tables in the tab.*useLeaderQuery/)
})

test('receipts, status, events and parked commits are as in any store', async () => {
  const store = await openStore(makeInMemoryAdapter())
  const receipt = store.commit(events.written({ id: 'a', text: 'Apples' }))
  expect(store.status.getState().session.pending).toBe(1)
  await receipt.persisted
  expect(store.status.getState()).toMatchObject({
    session: { pending: 0, head: { global: 1 } },
    leader: { unconfirmed: 1 },
  })
  expect(store.unconfirmed.get().map(({ events }) => events[0]?.args)).toEqual([{ id: 'a', text: 'Apples' }])

  // There is a note of this id already: in a tab that has the tables, commit() throws.
  const refused = store.commit(events.written({ id: 'a', text: 'Pears' }))
  await expect(refused.persisted).rejects.toMatchObject({ name: 'CommitSettled', outcome: 'parked' })
  expect(await store.parked.list()).toMatchObject([{ commitId: refused.commitId, outcome: 'parked' }])
  expect(await queryLeader(store, all)).toMatchObject([{ text: 'Apples' }])
})

test('a tab without tables gets none, after a reset neither', async () => {
  const serialize = vi.spyOn(Connection.prototype, 'serialize')
  const store = await openStore(makeInMemoryAdapter())
  store.commit(events.written({ id: 'a', text: 'Apples' }))
  await queryLeader(store, all)
  expect(serialize).not.toHaveBeenCalled()
  await store.reset()
  expect(serialize).toHaveBeenCalledTimes(1) // the log that is put aside, which is in memory here
  expect(await queryLeader(store, all)).toEqual([])
})

test('a store with its tables in the tab reads in the leader as well', async () => {
  const store = await openStore(makeInMemoryAdapter(), 'tab')
  store.commit(events.written({ id: 'a', text: 'Apples' }))
  expect(await queryLeader(store, all)).toEqual(store.query(all))
})

test('what was read is invalidated once, by a commit that meets it', async () => {
  const store = await openStore(makeInMemoryAdapter())
  store.commit(events.written({ id: 'a', text: 'Apples' }), events.written({ id: 'b', text: 'Bread' }))
  const invalidated: string[] = []
  const watch = (name: string, query: Parameters<typeof queryLeader>[1]) =>
    queryLeader(store, query, { onInvalidated: () => invalidated.push(name) })
  await watch('the row', select().from(notes).where(eq(notes.id, 'a')))
  await watch('another row', select().from(notes).where(eq(notes.id, 'b')))
  await watch('another column', select({ text: notes.text }).from(notes))
  await watch('the column', select({ starred: notes.starred }).from(notes))
  await watch('another table', select().from(people))
  await store.commit(events.starred({ id: 'a' })).persisted
  await vi.waitFor(() => expect(invalidated.toSorted()).toEqual(['the column', 'the row']))
  await store.commit(events.starred({ id: 'a' })).persisted
  await store.commit(events.met({ id: 1 })).persisted
  await vi.waitFor(() => expect(invalidated).toContain('another table'))
  expect(invalidated).toHaveLength(3)
})

test('what is ended is read no more, and watched no more', async () => {
  const store = await openStore(makeInMemoryAdapter())
  const before = new AbortController()
  const reading = queryLeader(store, all, { signal: before.signal })
  before.abort(new Error('never mind'))
  await expect(reading).rejects.toThrow('never mind')
  await expect(queryLeader(store, all, { signal: before.signal })).rejects.toThrow('never mind')

  const after = new AbortController()
  const told = { ended: 0, other: 0 }
  await queryLeader(store, all, { signal: after.signal, onInvalidated: () => void told.ended++ })
  await queryLeader(store, all, { onInvalidated: () => void told.other++ })
  after.abort()
  store.commit(events.written({ id: 'a', text: 'Apples' }))
  await vi.waitFor(() => expect(told).toEqual({ ended: 0, other: 1 }))
})

test('another log invalidates all that was read', async () => {
  const store = await openStore(makeInMemoryAdapter())
  store.commit(events.written({ id: 'a', text: 'Apples' }))
  const told = vi.fn()
  expect(await queryLeader(store, all, { onInvalidated: told })).toHaveLength(1)
  await store.reset()
  expect(told).toHaveBeenCalledTimes(1)
})

test('the leader says why it does not run a query', async () => {
  const store = await openStore(makeInMemoryAdapter())
  const numbers = (to: number) =>
    sql`WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT ${to}) SELECT i FROM n`
  await expect(queryLeader(store, sql`SELECT nothing FROM notes`)).rejects.toMatchObject({ reason: 'sql' })
  await expect(queryLeader(store, sql`DELETE FROM notes RETURNING id`)).rejects.toMatchObject({ reason: 'write' })
  await expect(queryLeader(store, sql`PRAGMA cache_size = 1`)).rejects.toMatchObject({ reason: 'write' })
  await expect(queryLeader(store, numbers(10_001))).rejects.toMatchObject({ reason: 'large' })
  expect(await queryLeader(store, numbers(10_000))).toHaveLength(10_000)
  await expect(queryLeader(store, sql`SELECT id, text AS id FROM notes`)).rejects.toThrow('two columns are named "id"')
  await expect(queryLeader(store, sql`SELECT 1, ? AS two`)).rejects.toMatchObject({ reason: 'sql' })
})

test('devtools see what is read, and that this tab has no tables', async () => {
  const store = await openStore(makeInMemoryAdapter())
  const traced: Trace[] = []
  store.trace((trace) => traced.push(trace))
  store.commit(events.written({ id: 'a', text: 'Apples' }))
  await queryLeader(store, select().from(notes).where(eq(notes.id, 'a')))
  expect(traced.filter(({ type }) => type === 'queried')).toMatchObject([
    { params: ['a'], rows: 1, label: 'in the leader' },
  ])
  expect(store.inspect.page).toBeUndefined()
  expect(store.inspect.order().head.global).toBe(1)
})

test('what is asked of a closed store is rejected', async () => {
  const store = await openStore(makeInMemoryAdapter())
  await store.shutdown()
  await expect(queryLeader(store, all)).rejects.toMatchObject({ name: 'StoreClosed' })
})
