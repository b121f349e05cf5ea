import { expect, test } from 'vitest'
import { loadSqlite } from './wa-sqlite.ts'

test('SQLite loads in Node where a test environment pretends to be a window', async () => {
  expect(typeof window).toBe('object')
  const db = (await loadSqlite()).open()
  const row = ['text', 'é'.repeat(200), 1.5, 2n ** 60n, null, new Uint8Array([1, 2])]
  expect(db.all('SELECT ?, ?, ?, ?, ?, ?', row)).toEqual([row])
  expect(db.all('SELECT count(DISTINCT random()) FROM (VALUES (1), (2), (3))')).toEqual([[3]])
})
