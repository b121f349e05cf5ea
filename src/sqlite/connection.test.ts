import { expect, test } from 'vitest'
import { Connection } from './connection.ts'
import * as names from './names.ts'
import type { Sqlite } from './port.ts'
import { type Pointer, readPointer, withBytes } from './raw.ts'
import { cString } from './text.ts'
import { loadSqlite } from './wa-sqlite.ts'

// What the contract cannot see: callbacks from inside a running statement, and what is left in wasm memory.

const sqlite = await loadSqlite()
const { raw } = sqlite.shared

test('the same SQL runs inside itself, with parameters of its own', () => {
  const [db, handle] = openWithHandle()
  const sql = 'SELECT ?, again(?), ?'
  createFunction(handle, 'again', (depth) =>
    depth < 3 ? Number(db.all(sql, ['in', depth + 1, 'inner'])[0]![1]) + 1 : 0,
  )
  expect(db.all(sql, ['first', 0, 'last'])).toEqual([['first', 3, 'last']])
  expect(db.all(sql, ['first', 3, 'last'])).toEqual([['first', 0, 'last']])
  db.close()
})

test('an exception out of a function leaves the statement usable', () => {
  const [db, handle] = openWithHandle()
  createFunction(handle, 'fails', (value) => {
    if (value === 1) throw new Error('from inside')
    return value
  })
  expect(() => db.all('SELECT fails(?)', [1])).toThrow('from inside')
  expect(db.all('SELECT fails(?)', [2])).toEqual([[2]])
  db.close()
})

test('a DELETE without WHERE tells the update hook of every row', () => {
  const [db, handle] = openWithHandle()
  db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1), (2), (3)')
  const rowids: number[] = []
  onUpdate(handle, (rowid) => rowids.push(rowid))
  db.run('DELETE FROM t')
  expect(rowids).toEqual([1, 2, 3])
  expect(db.all('SELECT * FROM t')).toEqual([])
  db.close()
})

test('two connections have each their own authorizer', () => {
  const first = sqlite.open()
  const second = sqlite.open()
  for (const db of [first, second]) db.exec('CREATE TABLE t (x)')
  second.close()
  expect([...first.access('SELECT x FROM t').reads.keys()]).toEqual(['t'])
  first.close()
})

test('a closed connection leaves no memory behind', () => {
  const used = raw.exported(names.sqlite3_memory_used)
  workALot()
  const before = used()
  for (let i = 0; i < 3; i++) workALot()
  expect(used()).toBe(before)
})

function workALot(): void {
  const db = sqlite.open()
  db.exec('CREATE TABLE t (x)')
  for (let i = 0; i < 300; i++) db.run(`INSERT INTO t VALUES (? + ${i})`, ['x'.repeat(100_000)])
  expect(() => db.run('SELECT ?, ?', [new Uint8Array(100_000), true as never])).toThrow(TypeError)
  expect(() => db.run('SELECT * FROM nowhere')).toThrow('no such table')
  expect(() => db.run('SELECT 1; SELECT 2')).toThrow('more than one')
  const copy = sqlite.open()
  copy.deserialize(db.serialize())
  copy.access('SELECT * FROM t')
  copy.close()
  db.close()
}

/** The pointer to a connection is private, so this listens when it is made. */
function openWithHandle(): [Sqlite, Pointer] {
  let handle = 0
  const extended_result_codes = (db: Pointer, on: number) => {
    handle = db
    return raw.extended_result_codes(db, on)
  }
  const shared = { ...sqlite.shared, raw: { ...raw, extended_result_codes } }
  return [new Connection({ shared, filename: ':memory:' }), handle]
}

function createFunction(db: Pointer, name: string, call: (value: number) => number): void {
  const xFunc = (context: Pointer, _count: number, values: Pointer) => {
    const value = raw.exported(names.sqlite3_value_int)(readPointer(raw, values))
    return raw.exported(names.sqlite3_result_int)(context, call(value))
  }
  const key = newKey()
  withBytes(raw, cString(name), (at) => raw.exported(names.libfunction_create_function)(db, at, 1, 1, key, 1, 0, 0))
  raw.callbacks.set(key, { xFunc })
}

function onUpdate(db: Pointer, call: (rowid: number) => void): void {
  const key = newKey()
  raw.exported(names.libhook_update_hook)(db, 1, key)
  raw.callbacks.set(key, (_data, _kind, _database, _table, rowid) => {
    call(rowid!)
    return 0
  })
}

function newKey(): Pointer {
  const key = raw.malloc64(4, 0)
  raw.heap().fill(0, key, key + 4) // flags: no callback is asynchronous
  return key
}
