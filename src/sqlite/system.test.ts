import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { expect, test } from 'vitest'
import { createBinder } from './bind.ts'
import { Connection } from './connection.ts'
import type { Sqlite } from './port.ts'
import { type Raw, rawExports } from './raw.ts'
import { instantiate } from './wasm.ts'

const path = createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.wasm')
const binary = await WebAssembly.compile(readFileSync(path))

/** A database in an instance of its own. */
async function openAlone(filename = ':memory:'): Promise<Sqlite> {
  return connect(rawExports(await instantiate(binary)), filename)
}

function connect(raw: Raw, filename: string): Sqlite {
  return new Connection({ shared: { raw, binder: createBinder(raw) }, filename })
}

test('no two instances draw the same random numbers', async () => {
  const drawn = await Promise.all(
    [1, 2, 3].map(async () => (await openAlone()).all('SELECT random(), hex(randomblob(16))')),
  )
  const [numbers, blobs] = [0, 1].map((column) => new Set(drawn.map(([row]) => row![column])))
  expect(numbers?.size).toBe(3)
  expect(blobs?.size).toBe(3)
})

test('the time is that of JavaScript, in UTC and here, in summer and winter', async () => {
  const db = await openAlone()
  const [[now]] = db.all("SELECT (julianday('now') - 2440587.5) * 86400000") as [[number]]
  expect(Math.abs(now - Date.now())).toBeLessThan(1000)
  const [[zone]] = db.all("SELECT strftime('%Y-%m-%d %H:%M:%S', 'now', 'localtime')") as [[string]]
  expect(Math.abs(new Date(zone).getTime() - Date.now())).toBeLessThan(2000)
  for (const seconds of [0, 951_782_400, 1_700_000_000, 1_720_000_000, 2_147_483_647]) {
    const [[local]] = db.all("SELECT datetime(?, 'unixepoch', 'localtime')", [seconds]) as [[string]]
    expect(new Date(local).getTime()).toBe(seconds * 1000)
  }
})

test('there are no files', async () => {
  await expect(openAlone('a.db')).rejects.toThrow('SQLITE_CANTOPEN')
  await expect(openAlone('/tmp/a.db')).rejects.toThrow('SQLITE_CANTOPEN')
  await expect(openAlone('/dev/urandom')).rejects.toThrow()
  const db = await openAlone()
  expect(() => db.run("ATTACH '/a.db' AS a")).toThrow('unable to open')
  expect(() => db.run("VACUUM INTO 'a.db'")).toThrow('SQLITE_CANTOPEN')
})

test('what SQLite would keep in temporary files is in memory', async () => {
  const db = await openAlone()
  db.exec(`
    PRAGMA cache_size = 10;
    CREATE TABLE t (id INTEGER PRIMARY KEY, x UNIQUE, filler);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000)
    INSERT INTO t SELECT i, i * 7919 % 1000003, zeroblob(200) FROM n;
  `)
  const sum = () => db.all('SELECT count(*), sum(x) FROM t')
  const before = sum()

  const sorted = db.all('SELECT x FROM t ORDER BY filler, x DESC').map(([x]) => Number(x))
  expect(sorted).toEqual(sorted.toSorted((a, b) => b - a))
  expect(db.all('SELECT count(*) FROM (SELECT DISTINCT filler || x FROM t)')).toEqual([[50_000]])

  // A statement that fails after it has changed nearly all rows is undone alone.
  db.exec('BEGIN; DELETE FROM t WHERE id = 1')
  const update = 'UPDATE t SET filler = iif(id < 50000, zeroblob(300), abs(-9223372036854775807 - 1))'
  expect(() => db.run(update)).toThrow('integer overflow')
  expect(db.all('SELECT count(*), max(length(filler)) FROM t')).toEqual([[49_999, 200]])
  db.run('ROLLBACK')

  db.exec(
    'BEGIN; SAVEPOINT s; DELETE FROM t WHERE id > 10; UPDATE t SET filler = zeroblob(5000); ROLLBACK TO s; COMMIT',
  )
  expect(sum()).toEqual(before)

  db.exec('CREATE TEMP TABLE copy AS SELECT * FROM t; DELETE FROM t WHERE id % 2; VACUUM')
  expect(db.all('SELECT count(*) FROM temp.copy')).toEqual([[50_000]])
  expect(db.all('PRAGMA integrity_check')).toEqual([['ok']])
})

test('memory grows while a statement runs, and the views of it are new', async () => {
  const db = await openAlone()
  const blob = new Uint8Array(1_000_000).map((_, i) => i)
  db.run('CREATE TABLE t (x)')
  for (let i = 0; i < 60; i++) db.run('INSERT INTO t VALUES (?)', [blob])
  expect(db.all('SELECT x FROM t WHERE rowid = 60')).toEqual([[blob]])
  expect(db.all('SELECT count(DISTINCT x) FROM t')).toEqual([[1]])
})

test('memory that runs out is SQLITE_NOMEM, and when some is given back work goes on', async () => {
  const raw = rawExports(await instantiate(binary))
  const db = connect(raw, ':memory:')
  db.run('CREATE TABLE t (x)')
  const taken: number[] = []
  for (let size = 2 ** 30; size > 2 ** 16; ) {
    const at = raw.malloc64(size, 0)
    if (at === 0) size /= 2
    else taken.push(at)
  }
  expect(raw.heap().length).toBe(2 ** 31)
  expect(() => db.run('INSERT INTO t VALUES (zeroblob(5000000))')).toThrow('SQLITE_NOMEM')
  expect(() => db.run('INSERT INTO t VALUES (?)', [new Uint8Array(5_000_000)])).toThrow('SQLITE_NOMEM')
  for (const at of taken) raw.free(at)
  db.run('INSERT INTO t VALUES (zeroblob(5000000))')
  expect(db.all('SELECT length(x) FROM t')).toEqual([[5_000_000]])
})
