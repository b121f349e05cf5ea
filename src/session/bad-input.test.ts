/** What an app's author is told, word for word: a message says what is wrong, where, and what to do. */
import { sql } from 'drizzle-orm'
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { events, schema, tables } from '../replica/testing.ts'
import { Events } from '../schema/events.ts'
import { insert, type Query, select } from '../schema/query.ts'
import { makeSchema } from '../schema/schema.ts'
import { createStorePromise, type Store } from './store.ts'

let store: Store<(typeof schema)['events']>
beforeAll(async () => {
  store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'bad-input' })
})
afterAll(() => store.shutdown())

const said = (act: () => unknown): string => {
  try {
    act()
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`
  }
  return 'nothing'
}

const missing = sqliteTable('missing', { id: text().primaryKey() })

test('of queries', () => {
  const asked: Record<string, Query<unknown>> = {
    'a word is misspelt': sql`SELEC * FROM ${tables.todos}`,
    'a column is misspelt': sql`SELECT id, txt FROM todos WHERE text = ${'ü'}`,
    'a table that is not declared': select().from(missing),
    'a query that writes': sql`DELETE FROM ${tables.todos}`,
    'a query that ends the transaction': sql`COMMIT`,
    'two columns of one name': sql`SELECT a.id, b.id FROM todos AS a JOIN todos AS b`,
    'something else': { todos: true } as never,
    'two statements': sql`SELECT 1; SELECT 2`,
  }
  const told = Object.entries(asked).map(([what, query]) => `${what}\n  ${said(() => store.query(query))}`)
  expect(`\n${told.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    a word is misspelt
      SqliteError: SQLITE_ERROR: near "SELEC": syntax error in: ▸SELEC * FROM "todos"
    a column is misspelt
      SqliteError: SQLITE_ERROR: no such column: txt in: SELECT id, ▸txt FROM todos WHERE text = ?
    a table that is not declared
      SchemaError: no such table: missing; list it among the tables of makeSchema. In: select "id" from "missing"
    a query that writes
      SchemaError: a query only reads; what writes is an event and its materializer: DELETE FROM "todos"
    a query that ends the transaction
      SchemaError: a query only reads; what writes is an event and its materializer: COMMIT
    two columns of one name
      SchemaError: two columns are named "id"; give one another name with AS, in: SELECT a.id, b.id FROM todos AS a JOIN todos AS b
    something else
      TypeError: this is no query: give a select() of headwater, or sql\`…\`. (Of another copy of headwater in the same page, or of drizzle-orm itself, select() is not understood.)
    two statements
      SqliteError: SQLITE_ERROR: there is more than one statement in: SELECT 1; SELECT 2
    "
  `)
  store.commit(events.created({ id: 'a', text: 'still there' }))
  expect(store.query(sql`SELECT text FROM todos`)).toEqual([{ text: 'still there' }])
})

test('of commits', () => {
  const committed: Record<string, () => unknown> = {
    'args that do not fit': () => store.commit(events.created({ id: 'b', text: 5 } as never)),
    'an event that is not declared': () => store.commit({ name: 'v1.Lost', args: {} } as never),
    'a materializer that throws': () => store.commit(events.required({ id: 'nobody' })),
  }
  const told = Object.entries(committed).map(
    ([what, act]) => `${what}\n  ${said(act).replace(/commit \S+/, 'commit …')}`,
  )
  expect(`\n${told.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    args that do not fit
      InvalidArgs: v1.Created: Invalid input: expected string, received number at text
    an event that is not declared
      UnknownEvent: the schema has no event "v1.Lost"; add it to makeSchema({ events })
    a materializer that throws
      MaterializeError: the materializer of v1.Required failed: there is no todo nobody
    "
  `)
})

test('of schemas', () => {
  const noted = Events.synced({ name: 'v1.Noted', schema: z.object({ id: z.string() }) })
  const notes = sqliteTable('notes', { id: text().primaryKey() })
  const noKey = sqliteTable('noKey', { id: text() })
  const base = { version: '1', tables: { notes }, events: { noted }, materializers: { 'v1.Noted': () => [] } }
  const made: Record<string, () => unknown> = {
    'a table without a key': () => makeSchema({ ...base, tables: { noKey } }),
    'no materializer': () => makeSchema({ ...base, materializers: {} as never }),
    'a materializer of nothing': () =>
      makeSchema({ ...base, materializers: { ...base.materializers, 'v1.Note': () => [] } as never }),
    'no version': () => makeSchema({ ...base, version: undefined }),
    'a table that is none': () => makeSchema({ ...base, tables: { notes: undefined as never } }),
    'a table twice': () => makeSchema({ ...base, tables: { notes, again: notes } }),
  }
  const told = Object.entries(made).map(([what, act]) => `${what}\n  ${said(act)}`)
  expect(`\n${told.join('\n')}\n`).toMatchInlineSnapshot(`
    "
    a table without a key
      SchemaError: table "noKey" has no primary key; add .primaryKey() to a column, so that rows can be told apart
    no materializer
      SchemaError: event "v1.Noted" has no materializer
    a materializer of nothing
      SchemaError: there is a materializer for "v1.Note", and no event of that name
    no version
      SchemaError: makeSchema has no version, so nothing tells when the tables are to be made again: list this file in the Vite plugin, headwater({ schema: "./src/schema.ts" }) of headwater/vite, or give a version, e.g. version: "1"
    a table that is none
      SchemaError: tables.notes is no sqliteTable() of drizzle-orm/sqlite-core; was it imported in a circle, and is not there yet?
    a table twice
      SchemaError: two tables are named "notes"
    "
  `)
})

test('of a materializer that writes what it may not', async () => {
  const noted = Events.synced({ name: 'v1.Noted', schema: z.object({ id: z.string() }) })
  const other = makeSchema({
    version: '1',
    tables: { todos: tables.todos, drafts: tables.drafts },
    events: { noted },
    materializers: { 'v1.Noted': ({ id }) => insert(tables.drafts).values({ id, text: '' }) },
  })
  const opened = await createStorePromise({ schema: other, adapter: makeInMemoryAdapter(), storeId: 'other' })
  expect(said(() => opened.commit(noted({ id: 'a' }))).replace(/commit \S+/, 'commit …')).toMatchInlineSnapshot(
    `"MaterializeError: the materializer of v1.Noted failed: a synced event writes table "drafts", which is client-only; other clients would not have its rows"`,
  )
  await opened.shutdown()
})

test('explain tells how a query is run, and how often', () => {
  const query = select().from(tables.todos).where(sql`${tables.todos.id} = ${'a'}`)
  const stop = store.subscribe(query, () => undefined)
  const { lastRun, ms, ...explained } = store.explain(query)
  expect(explained).toMatchInlineSnapshot(`
    {
      "byKey": [
        "todos",
      ],
      "isWatched": true,
      "params": [
        "a",
      ],
      "plan": "SEARCH todos USING INDEX sqlite_autoindex_todos_1 (id=?)",
      "reads": {
        "todos": [
          "id",
          "text",
          "version",
        ],
      },
      "rows": 1,
      "runs": 1,
      "sql": "select "id", "text", "version" from "todos" where "todos"."id" = ?",
    }
  `)
  expect(lastRun!.ms).toBeLessThanOrEqual(ms)
  store.commit(events.renamed({ id: 'a', text: 'A' }))
  expect(store.query(query)).toHaveLength(1)
  expect(store.explain(query).runs).toBe(2)
  stop()
})
