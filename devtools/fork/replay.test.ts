import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Events, fullText, insert, makeSchema } from '../../src/index.ts'
import { encodeEvent } from '../../src/schema/schema.ts'
import { createJournal } from './journal.ts'
import { createEmpty, createNotedReplay } from './replay.ts'
import { startForkSqlite } from './sqlite.ts'
import { tablesOf } from './tables.ts'

// Of REPLACE and of full-text tables SQLite does not tell which rows are written.
const notes = sqliteTable('notes', { id: text().primaryKey(), title: text().notNull().unique() })
const words = fullText(sqliteTable('words', { rowid: integer().primaryKey(), text: text().notNull() }))
const events = {
  noted: Events.synced({ name: 'v1.Noted', schema: z.object({ id: z.string(), title: z.string() }) }),
}
const schema = makeSchema({
  version: '1',
  tables: { notes, words },
  events,
  materializers: {
    'v1.Noted': ({ id, title }) => [
      sql`REPLACE INTO notes (id, title) VALUES (${id}, ${title})`,
      insert(words).values({ text: title }),
    ],
  },
})
const commit = (commitId: string, ...inputs: ReturnType<typeof events.noted>[]) => ({
  commitId,
  clientId: 'client',
  sessionId: 'session',
  at: 0,
  generation: 0,
  events: inputs.map((input) => encodeEvent(schema, input)),
})

test('rows that SQLite does not tell of are found by comparing', async () => {
  const db = (await startForkSqlite()).open()
  createEmpty(db, schema)
  const tables = tablesOf(db).filter(({ name }) => schema.tables.has(name))
  const journal = createJournal(tables)
  const replay = createNotedReplay(db, schema, tables, journal)
  replay.apply(commit('one', events.noted({ id: 'a', title: 'x' }), events.noted({ id: 'b', title: 'y' })), 0)
  replay.apply(commit('two', events.noted({ id: 'c', title: 'x' })), 1) // takes the title, and a with it
  expect(journal.ofCommit(0).map(({ event, table, values }) => [event, table, values])).toEqual([
    [0, 'notes', ['a', 'x']],
    [0, 'words', [1, 'x']],
    [1, 'notes', ['b', 'y']],
    [1, 'words', [2, 'y']],
  ])
  expect(journal.ofRow('notes', '["a"]').map(({ commit, values }) => [commit, values])).toEqual([
    [1, undefined],
    [0, ['a', 'x']],
  ])
  db.close()
})
