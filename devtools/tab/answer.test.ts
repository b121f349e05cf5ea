import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { afterEach, expect, test } from 'vitest'
import { z } from 'zod'
import { createStorePromise, Events, insert, makeInMemoryAdapter, makeSchema, type Store } from '../../src/index.ts'
import { startForkSqlite } from '../fork/sqlite.ts'
import { answerTab } from './answer.ts'
import { literal } from './literal.ts'

const notes = sqliteTable('notes', { id: text().primaryKey(), title: text().notNull() })
const events = {
  noted: Events.synced({
    name: 'v1.Noted',
    schema: z.object({ id: z.string().min(2, 'too short'), title: z.string().default('untitled'), at: z.date() }),
  }),
}
const schema = makeSchema({
  version: '1',
  tables: { notes },
  events,
  materializers: { 'v1.Noted': ({ id, title }) => insert(notes).values({ id, title }) },
})

const opened: Store[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.shutdown()
})

async function open() {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'test' })
  opened.push(store)
  return store
}

const at = '2026-11-22T10:00:00.000Z'
const given = (id: unknown) => ({ name: 'v1.Noted', args: { id, at } as never, kinds: { '/at': 'date' as const } })

test('a tab tells which events can be committed, and commits one that a panel made', async () => {
  const store = await open()
  expect(await answerTab(store, { type: 'events' })).toMatchObject([
    { name: 'v1.Noted', synced: true, schema: { properties: { title: { default: 'untitled' } } } },
  ])
  expect(await answerTab(store, { type: 'commit', events: [given('aa')] })).toEqual({
    type: 'committed',
    commitId: expect.any(String),
  })
})

test('all that is wrong with an event is told, and nothing is committed', async () => {
  const store = await open()
  const events = [given('a'), { name: 'v1.Noted', args: { id: 7, title: 8 } }, { name: 'v1.Nothing', args: {} }]
  expect(await answerTab(store, { type: 'commit', events })).toEqual({
    type: 'refused',
    issues: [
      { event: 0, path: 'id', message: 'too short' },
      { event: 1, path: 'id', message: expect.stringContaining('string') },
      { event: 1, path: 'title', message: expect.stringContaining('string') },
      { event: 1, path: 'at', message: expect.stringContaining('date') },
      { event: 2, path: '', message: 'no event is named v1.Nothing' },
    ],
  })
  const twice = [given('aa'), given('aa')] // the materializer throws
  expect(await answerTab(store, { type: 'commit', events: twice })).toMatchObject({
    type: 'refused',
    issues: [{ message: expect.stringContaining('UNIQUE') }],
  })
  expect(store.status.getState().session.pending).toBe(0)
})

test('args are shown as materializers get them', async () => {
  const store = await open()
  const event = { ...given('aa'), synced: true }
  expect(await answerTab(store, { type: 'decode', event })).toBe(
    `{ id: 'aa', title: 'untitled', at: new Date('${at}') }`,
  )
})

test('the plan of a query comes with the sizes of the tables that it scans', async () => {
  const store = await open()
  await answerTab(store, { type: 'commit', events: [given('aa'), given('bb')] })
  const scan = await answerTab(store, { type: 'plan', sql: 'select "id" from "notes" where "title" = ?' })
  expect(scan).toEqual({ steps: ['SCAN notes'], rows: { notes: 2 } })
  const search = await answerTab(store, { type: 'plan', sql: 'select "title" from "notes" where "id" = ?' })
  expect(search).toMatchObject({ steps: [expect.stringContaining('SEARCH notes')], rows: {} })
})

test('literals are as one would write them', () => {
  expect(literal({ a: [1n, -0, null, undefined], "it's": 'say "x"\n', b: new Uint8Array([1, 2]) })).toBe(
    `{ a: [1n, -0, null, undefined], 'it\\'s': 'say "x"\\n', b: new Uint8Array([1, 2]) }`,
  )
  expect(literal({ text: 'x'.repeat(90), more: [] })).toBe(`{\n  text: '${'x'.repeat(90)}',\n  more: [],\n}`)
})

test('a tab sends its tables as a file of SQLite, and says why where it has none', async () => {
  const store = await open()
  store.commit(events.noted({ id: 'ab', title: 'milk', at: new Date(at) }))
  const { bytes, head, clientOnly } = await answerTab(store, { type: 'tables' })
  const copy = (await startForkSqlite()).open()
  copy.deserialize(bytes)
  expect(copy.all('SELECT id, title FROM notes')).toEqual([['ab', 'milk']])
  expect({ head: head.global, clientOnly }).toEqual({ head: 1, clientOnly: [] })

  const without = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId: 'without',
    session: { state: 'leader' },
  })
  opened.push(without)
  await expect(answerTab(without, { type: 'tables' })).rejects.toThrow('with the leader')
})
