import { expect, test } from 'vitest'
import { loadSqlite } from '../../src/sqlite/wa-sqlite.ts'
import { startForkSqlite } from './sqlite.ts'

const endless = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n'

test('a statement that takes too long is stopped, and the database goes on', async () => {
  const db = (await startForkSqlite()).open()
  expect(() => db.within(5, () => db.all(endless))).toThrow('SQLITE_INTERRUPT')
  expect(db.within(1_000, () => db.all('SELECT 1'))).toEqual([[1]])
  db.close()
})

test('its memory is not that of the app', async () => {
  const app = await loadSqlite()
  const before = app.shared.raw.heap().length
  const db = (await startForkSqlite()).open()
  db.exec('CREATE TABLE t (x)')
  for (let nth = 0; nth < 40; nth++) db.run('INSERT INTO t VALUES (randomblob(1000000))')
  expect(app.shared.raw.heap().length).toBe(before)
  db.close()
})
