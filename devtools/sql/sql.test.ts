import { beforeAll, expect, test } from 'vitest'
import { type Fork, startForkSqlite } from '../fork/sqlite.ts'
import { toCsv, toJson } from './export.ts'
import { parseHistory, withScript } from './history.ts'
import { mostRows, planOf, runScript } from './run.ts'
import { lineAndColumn, statementsOf } from './statements.ts'

let db: Fork
beforeAll(async () => {
  db = (await startForkSqlite()).open()
  db.exec("CREATE TABLE t (id TEXT PRIMARY KEY, n); INSERT INTO t VALUES ('a', 1), ('b', 2)")
  return () => db.close()
})

const sqls = (script: string) => statementsOf(script).map(({ sql }) => sql)

test('a script is its statements: what is quoted or a comment does not end one, nor does the body of a trigger', () => {
  expect(sqls(' SELECT \';\' ; -- ; none\n/* ; */ SELECT "a;b", [c;d], `e;f`;;  ')).toEqual([
    "SELECT ';'",
    'SELECT "a;b", [c;d], `e;f`',
  ])
  const trigger = 'CREATE TEMP TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; SELECT 2; END'
  expect(sqls(`${trigger}; SELECT 3`)).toEqual([trigger, 'SELECT 3'])
  expect(sqls('-- nothing')).toEqual([])
  expect(sqls("SELECT 'never closed; ")).toEqual(["SELECT 'never closed;"])
  expect(statementsOf('SELECT 1;\n  SELECT 2')[1]).toEqual({ sql: 'SELECT 2', from: 12 })
})

test('each statement has its result, until one fails: that says where', () => {
  const script = 'SELECT id, n FROM t;\nSELECT count(*) FROM t;\nSELECT nope FROM t;\nSELECT 4'
  const { results, problem } = runScript(db, script)
  expect(results).toMatchObject([
    {
      columns: ['id', 'n'],
      rows: [
        ['a', 1],
        ['b', 2],
      ],
      changes: 0,
      isCut: false,
    },
    { columns: ['count(*)'], rows: [[2]] },
  ])
  expect(problem).toEqual({ message: 'no such column: nope', at: script.indexOf('nope'), isExact: true })
  expect(lineAndColumn(script, problem!.at)).toEqual({ line: 3, column: 8 })
})

test('what writes tells how much, and says what to do where it may not', () => {
  db.run('PRAGMA query_only = ON')
  expect(runScript(db, "DELETE FROM t WHERE id = 'a'").problem?.message).toContain('would write')
  db.run('PRAGMA query_only = OFF')
  const { results } = runScript(db, 'BEGIN; UPDATE t SET n = n + 1; ROLLBACK')
  expect(results.map(({ changes }) => changes)).toEqual([0, 2, 0])
})

test('a result has so many rows at most, and an endless query is stopped', () => {
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT'
  const [cut] = runScript(db, `${numbers} i FROM n`).results
  expect(cut).toMatchObject({ isCut: true, rows: { length: mostRows } })
  expect(runScript(db, `${numbers} count(*) FROM n`, 20).problem?.message).toContain('longer than 0.02 s')
})

test('a plan is a tree, in which scans are told', () => {
  expect(planOf(db, 'SELECT * FROM t AS a JOIN t AS b ON b.id = a.n WHERE a.n IN (SELECT 1)').steps).toMatchObject([
    { depth: 0, words: 'SCAN a', isScan: true },
    { depth: 0, words: 'LIST SUBQUERY 1' },
    { depth: 1, words: 'SCAN CONSTANT ROW', isScan: false },
    { depth: 1 },
    { depth: 0, words: expect.stringContaining('SEARCH b'), isScan: false },
  ])
  expect(planOf(db, 'SELECT * FORM t').problem).toMatchObject({ at: 'SELECT * '.length })
})

test('rows leave as CSV and JSON', () => {
  const rows = {
    columns: ['id', 'text', 'id'],
    rows: [
      ['a', 'with "quotes", and\nlines', null],
      [1.5, new Uint8Array([255]), 10n ** 18n],
    ],
  }
  expect(toCsv(rows)).toBe('id,text,id\r\na,"with ""quotes"", and\nlines",\r\n1.5,x\'ff\',1000000000000000000\r\n')
  expect(JSON.parse(toJson(rows))).toEqual([
    { id: 'a', text: 'with "quotes", and\nlines', id_3: null },
    { id: 1.5, text: "x'ff'", id_3: '1000000000000000000' },
  ])
})

test('what was run is remembered, each once, and so many at most', () => {
  expect(withScript(['b', 'a'], ' a ')).toEqual(['a', 'b'])
  expect(withScript(['b'], '  ')).toEqual(['b'])
  expect(
    withScript(
      Array.from({ length: 50 }, (_, nth) => `${nth}`),
      'new',
    ),
  ).toHaveLength(50)
  expect(parseHistory('["a", 1]')).toEqual(['a'])
  expect([parseHistory('{'), parseHistory('{}'), parseHistory(null)]).toEqual([[], [], []])
})
