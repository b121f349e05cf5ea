import { beforeAll, expect, test } from 'vitest'
import type { Sqlite } from '../../src/sqlite/port.ts'
import { loadSqlite } from '../../src/sqlite/wa-sqlite.ts'
import { tablesOf } from '../fork/tables.ts'
import { marksOf } from './marks.ts'
import { type Asked, everything, lastPage, nextSort, pageSize, placeOf, readPage } from './page.ts'
import { shortText, textOf } from './value.ts'

let db: Sqlite
beforeAll(async () => {
  db = (await loadSqlite()).open()
  db.exec(`
    CREATE TABLE "to do" (id TEXT PRIMARY KEY, "the text" TEXT NOT NULL DEFAULT 'x', size REAL, twice AS (size * 2));
    CREATE UNIQUE INDEX by_text ON "to do" ("the text", lower(id));
    CREATE TABLE sizes (a INTEGER, b INTEGER, rowid TEXT, PRIMARY KEY (b, a));
    CREATE VIRTUAL TABLE search USING fts5 (words);
    CREATE TABLE __headwater_head (x);
    INSERT INTO search (rowid, words) VALUES (7, 'one two');
    INSERT INTO sizes VALUES (1, 2, 'r');
  `)
  for (let nth = 0; nth < 250; nth++)
    db.run('INSERT INTO "to do" (id, "the text", size) VALUES (?, ?, ?)', [
      `id${nth}`,
      `100% of ${nth}`,
      nth % 50 === 0 ? null : nth,
    ])
  return () => db.close()
})

const table = (name: string) => tablesOf(db).find((found) => found.name === name)!
const ids = (asked: Partial<Asked>) => readPage(db, table('to do'), { ...everything, ...asked })
const first = (asked: Partial<Asked>) => ids(asked).rows.map(([id]) => id)

test('tables are those of the app, with columns, key and indexes; a full-text table has its rowid', () => {
  expect(tablesOf(db).map(({ name, key, rowid }) => [name, key, rowid])).toEqual([
    ['search', ['rowid'], 'rowid'],
    ['sizes', ['b', 'a'], '_rowid_'],
    ['to do', ['id'], 'rowid'],
  ])
  expect(table('to do')).toMatchObject({
    columns: [
      { name: 'id', type: 'TEXT', notNull: false },
      { name: 'the text', notNull: true, fallback: "'x'" },
      { name: 'size', type: 'REAL' },
      { name: 'twice', isGenerated: true },
    ],
    indexes: [
      { name: 'by_text', columns: ['the text', '(expression)'], isUnique: true },
      { columns: ['id'], isUnique: true },
    ],
  })
  expect(readPage(db, table('search'), everything)).toEqual({ count: 1, rows: [[7, 'one two']], rowids: [7] })
  expect(readPage(db, table('sizes'), everything)).toEqual({ count: 1, rows: [[1, 2, 'r']], rowids: [1] })
})

test('a page is in the order of the table, or of a column up or down', () => {
  expect(first({}).slice(0, 2)).toEqual(['id0', 'id1'])
  expect(first({ sort: { column: 'size', isDescending: true } }).slice(0, 2)).toEqual(['id249', 'id248'])
  expect(first({ sort: { column: 'size', isDescending: false } }).slice(0, 2)).toEqual(['id0', 'id50'])
  const sort = nextSort(undefined, 'size')
  expect([sort, nextSort(sort, 'size'), nextSort(nextSort(sort, 'size'), 'size'), nextSort(sort, 'id')]).toEqual([
    { column: 'size', isDescending: false },
    { column: 'size', isDescending: true },
    undefined,
    { column: 'id', isDescending: false },
  ])
})

test('pages have a hundred rows, and one past the end is the last', () => {
  expect(ids({ offset: 200 }).rows).toHaveLength(50)
  expect(first({ offset: 900 })[0]).toBe('id200')
  expect([0, 1, pageSize, pageSize + 1].map(lastPage)).toEqual([0, 0, 0, pageSize])
})

test.each<[string, Partial<Asked>, number]>([
  ['text in any column', { filter: 'OF 24' }, 11],
  ['with what LIKE would take for something else', { filter: '100% of 7' }, 11],
  ['that is nowhere', { filter: '0%0' }, 0],
  ['text in one column', { filter: '24', column: 'id' }, 13],
  ['a number', { filter: '>= 248', column: 'size' }, 2],
  ['text in quotes', { filter: "= 'id7'", column: 'id' }, 1],
  ['what is not there', { filter: 'null', column: 'size' }, 5],
  ['what is there', { filter: '!null', column: 'size' }, 245],
])('a filter finds %s', (_, asked, count) => {
  expect(ids(asked).count).toBe(count)
})

test('a row is found by its key, to turn to its page', () => {
  expect(placeOf(db, table('to do'), ['id120'])).toBe(120)
  expect(placeOf(db, table('sizes'), [2, 1])).toBe(0)
  expect(placeOf(db, table('to do'), ['none'])).toBeUndefined()
})

test('cells that are others are marked, and rows that were written and not seen before, until others are', () => {
  const page = (...rows: [number, ...string[]][]) => ({
    count: rows.length,
    rows: rows.map(([, ...values]) => values),
    rowids: rows.map(([rowid]) => rowid),
  })
  const before = page([1, 'a', 'x'], [2, 'b', 'x'])
  const after = page([1, 'a', 'y'], [2, 'b', 'x'], [3, 'c', 'x'], [4, 'd', 'x'])
  const marks = marksOf({ page: before, marks: new Map() }, after, new Set(['1', '3']))
  const expected = new Map<number, unknown>([
    [1, new Set([1])],
    [3, 'row'],
  ])
  expect(marks).toEqual(expected)
  expect(marksOf({ page: after, marks }, after, new Set())).toEqual(expected)
  expect(marksOf(undefined, after, new Set(['3']))).toEqual(new Map())
})

test('values are shown whole where they are copied, and short in a cell', () => {
  expect([null, 1, 10n ** 18n, 'a', new Uint8Array([1, 255])].map(textOf)).toEqual([
    'NULL',
    '1',
    '1000000000000000000',
    'a',
    "x'01ff'",
  ])
  expect(shortText('a'.repeat(1_000))).toBe(`${'a'.repeat(240)}… 1,000 characters`)
  expect(shortText(new Uint8Array(20))).toBe("x'000000000000000000000000…' 20 bytes")
})
