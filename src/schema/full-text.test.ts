import { eq, sql } from 'drizzle-orm'
import { blob, index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { createStorePromise, type Store } from '../session/store.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { ddlOf, fullText } from './ddl.ts'
import { Events } from './events.ts'
import { deleteFrom, insert, select, update } from './query.ts'
import { makeSchema } from './schema.ts'

const sqlite = await loadSqlite()
const notes = sqliteTable('notes', { id: integer().primaryKey(), text: text().notNull() })
const search = fullText(
  sqliteTable('search', { rowid: integer().primaryKey(), text: text().notNull(), place: text().notNull() }),
  { tokenize: 'porter unicode61', unindexed: ['place'], prefix: [2, 3] },
)
const note = z.object({ id: z.number(), text: z.string() })
const schema = makeSchema({
  version: '1',
  tables: { notes, search },
  events: {
    written: Events.synced({ name: 'v1.Written', schema: note }),
    changed: Events.synced({ name: 'v1.Changed', schema: note }),
    removed: Events.synced({ name: 'v1.Removed', schema: z.object({ id: z.number() }) }),
  },
  materializers: {
    'v1.Written': ({ id, text }) => [
      insert(notes).values({ id, text }),
      insert(search).values({ rowid: id, text, place: 'Oslo' }),
    ],
    'v1.Changed': ({ id, text }) => [
      update(notes).set({ text }).where(eq(notes.id, id)),
      update(search).set({ text }).where(eq(search.rowid, id)),
    ],
    'v1.Removed': ({ id }) => [
      deleteFrom(notes).where(eq(notes.id, id)),
      deleteFrom(search).where(eq(search.rowid, id)),
    ],
  },
})
const { written, changed, removed } = schema.events

let store: Store<(typeof schema)['events']>
beforeEach(async () => {
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'notes' })
})
afterEach(() => store.shutdown())

const found = (words: string) =>
  select({ id: search.rowid }).from(search).where(sql`${search} MATCH ${words}`).orderBy(sql`rank`)
const task = () => new Promise((resolve) => setTimeout(resolve))

test('a full-text table is kept by materializers and searched by live queries', async () => {
  const heard: number[][] = []
  const stop = store.subscribe(found('run'), (rows) => heard.push(rows.map(({ id }) => id)))
  store.commit(written({ id: 1, text: 'She runs in Oslo' }), written({ id: 2, text: 'He walks' }))
  await task()
  store.commit(changed({ id: 2, text: 'He was running, running' }))
  await task()
  store.commit(removed({ id: 1 }))
  await task()
  stop()
  expect(heard).toEqual([[], [1], [2, 1], [2]])
  expect(store.query(found('wal*'))).toEqual([])
  expect(store.query(found('oslo'))).toEqual([])
  const joined = select({ text: notes.text, part: sql<string>`snippet(search, 0, '[', ']', '…', 3)` })
    .from(search)
    .innerJoin(notes, eq(notes.id, search.rowid))
    .where(sql`${search} MATCH ${'run'}`)
  expect(store.query(joined)).toEqual([{ text: 'He was running, running', part: 'He was [running]…' }])
})

test('a commit that fails takes back what it wrote there, and an export has what is there', async () => {
  store.commit(written({ id: 1, text: 'apples' }))
  expect(() => store.commit(written({ id: 2, text: 'bread' }), written({ id: 1, text: 'again' }))).toThrow('UNIQUE')
  expect(store.query(found('bread'))).toEqual([])
  const { state } = await store.export()
  const db = sqlite.open()
  db.deserialize(state)
  expect(db.all("SELECT rowid FROM search WHERE search MATCH 'apples'")).toEqual([[1]])
  db.close()
})

describe('what FTS5 cannot do is refused when the schema is made', () => {
  test.each([
    ['needs rowid: integer().primaryKey()', sqliteTable('t', { id: text().primaryKey(), text: text() })],
    ['has a column "n" that is not text()', sqliteTable('t', { rowid: integer().primaryKey(), n: blob() })],
    ['cannot keep column "s" unique', sqliteTable('t', { rowid: integer().primaryKey(), s: text().unique() })],
    ['cannot fill column "s" by itself', sqliteTable('t', { rowid: integer().primaryKey(), s: text().default('x') })],
    [
      'cannot have indexes',
      sqliteTable('t', { rowid: integer().primaryKey(), s: text() }, ({ s }) => [index('by_s').on(s)]),
    ],
  ])('%s', (message, table) => {
    expect(() => ddlOf(fullText(table))).toThrow(`full-text table "t" ${message}`)
  })
})
