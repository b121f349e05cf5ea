import { expect, test } from 'vitest'
import { sqliteOnDisk } from '../testing/contracts/sqlite.ts'
import { type FakeOpfs, fakeOpfs } from '../testing/opfs.ts'
import { guardFiles } from '../testing/simulator/guarded-files.ts'
import { createRandom } from '../testing/simulator/random.ts'
import { OpfsHeldError, type OpfsPool, openOpfsPool } from './opfs.ts'
import { headerSize, openFiles } from './opfs-files.ts'
import type { Sqlite, SqliteError } from './port.ts'
import { loadSqlite } from './wa-sqlite.ts'

// In a browser the same contract runs on real OPFS: e2e/sqlite-opfs.spec.ts.

const sqlite = await loadSqlite()
const full = { synchronous: 'full' } as const

function openPool(disk: FakeOpfs, options: { capacity?: number; sleep?: () => Promise<void> } = {}): Promise<OpfsPool> {
  const { sleep = async () => {}, capacity } = options
  return openOpfsPool(sqlite, {
    directory: 'headwater/store',
    env: { root: async () => disk.root, sleep },
    ...(capacity === undefined ? {} : { capacity }),
  })
}

for (const rule of sqliteOnDisk) {
  test(rule.name, async () => {
    const pool = await openPool(fakeOpfs(), { capacity: 20 })
    const inMemory: Sqlite[] = []
    let opened = 0
    rule.run({
      open: () => pool.open(`${++opened}.db`, full),
      openInMemory: () => {
        inMemory.push(sqlite.open())
        return inMemory.at(-1)!
      },
    })
    pool.close()
    for (const db of inMemory) db.close()
  })
}

test('a pool holds what was committed when it is opened again', async () => {
  const disk = fakeOpfs()
  const first = await openPool(disk)
  first.open('a.db', full).exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
  first.close()
  const second = await openPool(disk)
  expect(second.files()).toEqual(['a.db'])
  expect(second.open('a.db', full).all('SELECT x FROM t')).toEqual([[1]])
  second.close()
})

test('where SQLite does not load no file is held', async () => {
  const disk = fakeOpfs()
  const env = { root: async () => disk.root, sleep: async () => {} }
  const opening = openOpfsPool(Promise.reject(new Error('offline')), { directory: 'headwater/store', env })
  await expect(opening).rejects.toThrow('offline')
  expect(disk.held()).toBe(0)
})

test('a closed pool holds no file, and its connections are closed', async () => {
  const disk = fakeOpfs()
  const pool = await openPool(disk)
  const db = pool.open('a.db', full)
  db.exec('CREATE TABLE t (x); BEGIN; INSERT INTO t VALUES (1)')
  pool.close()
  pool.close()
  expect(disk.held()).toBe(0)
  expect(() => db.all('SELECT x FROM t')).toThrow('the connection is closed')
  expect(() => pool.open('a.db', full)).toThrow('no such vfs')
})

for (const end of ['kill', 'cutPower'] as const) {
  test(`after ${end} in the middle of a transaction exactly what was committed is there`, async () => {
    const disk = fakeOpfs()
    const db = (await openPool(disk)).open('a.db', full)
    db.exec('CREATE TABLE t (x)')
    for (let i = 0; i < 50; i++) db.run('INSERT INTO t VALUES (?)', [i])
    db.exec('BEGIN; INSERT INTO t VALUES (100); SAVEPOINT s; INSERT INTO t VALUES (101)')
    disk[end]()
    const again = (await openPool(disk)).open('a.db', full)
    expect(again.all('SELECT count(*), max(x) FROM t')).toEqual([[50, 49]])
    expect(again.all('PRAGMA integrity_check')).toEqual([['ok']])
  })
}

test('who waits while one COMMIT writes much hears again and again that it goes on', async () => {
  let heard = 0
  const env = { root: async () => fakeOpfs().root, sleep: async () => undefined }
  const onBusy = () => {
    heard += 1
  }
  const db = (await openOpfsPool(sqlite, { directory: 'store', env, onBusy })).open('a.db', full)
  db.exec('CREATE TABLE t (x); BEGIN')
  const before = heard
  for (let i = 0; i < 1_000; i++) db.run('INSERT INTO t VALUES (zeroblob(3000))')
  expect(heard).toBe(before)
  db.run('COMMIT')
  expect(heard - before).toBeGreaterThan(2)
  db.close()
})

test('after a power failure that kept any part of what was not flushed exactly what was committed is there', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = createRandom(seed)
    const disk = fakeOpfs()
    const db = (await openPool(disk)).open('a.db', full)
    // The log is moved into the database again and again, and cut off.
    db.exec('CREATE TABLE t (x); PRAGMA wal_autocheckpoint = 3')
    const committed = 5 + random.below(20)
    for (let i = 0; i < committed; i++) db.run('INSERT INTO t VALUES (zeroblob(3000))')
    db.exec('BEGIN; INSERT INTO t VALUES (zeroblob(9000))')
    disk.cutPower(() => random.chance(0.5))
    const again = (await openPool(disk)).open('a.db', full)
    expect(again.all('SELECT count(*) FROM t')).toEqual([[committed]])
    expect(again.all('PRAGMA integrity_check')).toEqual([['ok']])
  }
})

test('what can be read after a worker died is still there after a power failure', async () => {
  const read = async (disk: FakeOpfs) => {
    const db = (await openPool(disk)).open('a.db', full)
    const [[tables]] = db.all('SELECT count(*) FROM sqlite_schema') as [[number]]
    return tables === 0 ? 'empty' : db.all('SELECT count(*) FROM t')[0]![0]
  }
  const found = new Set<unknown>()
  for (let writes = 1; writes <= 60; writes++) {
    const disk = fakeOpfs()
    await dieAtWrite(disk, writes)
    const before = await read(disk)
    disk.cutPower()
    expect(await read(disk)).toBe(before)
    found.add(before)
  }
  expect(found).toEqual(new Set(['empty', 0, 1, 2, 3]))
})

/** A worker makes a table and commits three rows, and dies in the given write to its files, if it makes as many. */
async function dieAtWrite(disk: FakeOpfs, writes: number) {
  let left = writes
  const files = guardFiles(disk.root, () => {
    if (--left === 0) files.cut()
  })
  try {
    const db = (await openPool({ ...disk, root: files.root })).open('a.db', full)
    db.exec('CREATE TABLE t (x)')
    for (let i = 0; i < 3; i++) db.run('INSERT INTO t VALUES (?)', [i])
  } catch {
    // as any call of it fails from then on
  }
  files.cut()
}

test('a file that was named but not yet written is an empty database after a power failure', async () => {
  const disk = fakeOpfs()
  ;(await openPool(disk)).open('a.db', full)
  disk.cutPower()
  const pool = await openPool(disk)
  expect(pool.open('a.db', full).all('SELECT count(*) FROM sqlite_schema')).toEqual([[0]])
})

test('a full disk is SQLITE_FULL with its cause, and work goes on when there is room again', async () => {
  const disk = fakeOpfs()
  const pool = await openPool(disk)
  const db = pool.open('a.db', full)
  db.exec('CREATE TABLE t (x)')
  const quota = new DOMException('no room', 'QuotaExceededError')
  disk.fill(quota)
  expect(thrownBy(() => db.run('INSERT INTO t VALUES (1)'))).toMatchObject({ primary: 13, cause: quota })
  expect(db.all('SELECT x FROM t')).toEqual([])
  disk.fill(undefined)
  db.run('INSERT INTO t VALUES (2)')
  expect(db.all('SELECT x FROM t')).toEqual([[2]])
  pool.close()
})

test('any other failure of the disk is SQLITE_IOERR with its cause', async () => {
  const disk = fakeOpfs()
  const pool = await openPool(disk)
  const db = pool.open('a.db', full)
  db.exec('CREATE TABLE t (x)')
  const failure = new DOMException('bad disk', 'UnknownError')
  disk.fill(failure)
  expect(thrownBy(() => db.run('INSERT INTO t VALUES (1)'))).toMatchObject({ primary: 10, cause: failure })
  disk.fill(undefined)
  disk.kill()
  expect(thrownBy(() => db.run('INSERT INTO t VALUES (1)'))).toMatchObject({ primary: 10 })
  pool.close()
})

function thrownBy(run: () => unknown): SqliteError {
  try {
    run()
  } catch (error) {
    return error as SqliteError
  }
  throw new Error('nothing was thrown')
}

test('databases are listed, and deleted with all that belongs to them', async () => {
  const pool = await openPool(fakeOpfs())
  const db = pool.open('a.db', full)
  db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
  pool.open('b.db', full)
  expect(pool.files().toSorted()).toEqual(['a.db', 'b.db'])
  expect(() => pool.delete('a.db')).toThrow('a.db is open')
  expect(() => pool.open('a.db', full)).toThrow('a.db is open')
  db.close()
  pool.delete('a.db')
  pool.delete('never.db')
  expect([pool.has('a.db'), pool.has('b.db'), pool.files()]).toEqual([false, true, ['b.db']])
  expect(pool.open('a.db', full).all('SELECT count(*) FROM sqlite_schema')).toEqual([[0]])
  pool.close()
})

test('a damaged database is refused when it is opened, and can be deleted and made anew', async () => {
  const disk = fakeOpfs()
  const before = await openPool(disk)
  const healthy = before.open('a.db', full)
  healthy.exec('CREATE TABLE t (x)')
  healthy.close()
  before.close()
  await damage(disk, 'a.db')
  const pool = await openPool(disk)
  expect(thrownBy(() => pool.open('a.db', full))).toMatchObject({ primary: 11 })
  pool.delete('a.db')
  expect(pool.open('a.db', full).all('SELECT count(*) FROM sqlite_schema')).toEqual([[0]])
  pool.close()
})

test('damage that SQLite cannot judge is seen, and never handed out', async () => {
  const disk = fakeOpfs()
  const before = await openPool(disk)
  const healthy = before.open('a.db', full)
  healthy.exec('CREATE TABLE t (x TEXT)')
  for (let i = 0; i < 200; i++) healthy.run('INSERT INTO t VALUES (?)', [`a text of some length, the ${i}th of them`])
  healthy.run('PRAGMA wal_checkpoint(TRUNCATE)')
  before.close()
  await edit(disk, 'a.db', (bytes) => {
    const at = bytes.lastIndexOf('h'.charCodeAt(0)) // in the middle of a text
    bytes[at] = 'H'.charCodeAt(0)
    return bytes
  })
  const pool = await openPool(disk)
  const db = pool.open('a.db', full)
  expect(thrownBy(() => db.all('SELECT * FROM t'))).toMatchObject({ primary: 11 })
  expect(thrownBy(() => db.serialize())).toMatchObject({ primary: 11 })
  pool.close()
})

test('a database of zeros, a cut one, and one without checksums are refused', async () => {
  const plain = sqlite.open()
  plain.exec('CREATE TABLE t (x)')
  const foreign = plain.serialize()
  plain.close()
  const edits: ((bytes: Uint8Array) => Uint8Array)[] = [
    (bytes) => bytes.fill(0),
    (bytes) => bytes.slice(0, 3_000),
    (bytes) => bytes.slice(0, 0),
    () => foreign,
  ]
  for (const change of edits) {
    const disk = fakeOpfs()
    const before = await openPool(disk)
    before.open('a.db', full).exec('CREATE TABLE t (x); PRAGMA wal_checkpoint(TRUNCATE); INSERT INTO t VALUES (1)')
    before.close()
    await edit(disk, 'a.db', change)
    const pool = await openPool(disk)
    expect(thrownBy(() => pool.open('a.db', full).serialize())).toMatchObject({ primary: 11 })
    pool.close()
  }
})

test('free pages and grown ones are sound', async () => {
  const disk = fakeOpfs()
  const first = await openPool(disk)
  const db = first.open('a.db', full)
  db.exec('PRAGMA cache_size = 5; CREATE TABLE t (x, filler)')
  for (let round = 0; round < 4; round++) {
    db.exec('BEGIN')
    for (let i = 0; i < 300; i++) db.run('INSERT INTO t VALUES (?, zeroblob(?))', [i, (i * 37) % 9_000])
    db.exec('COMMIT; DELETE FROM t WHERE x % 3 > 0; PRAGMA wal_checkpoint(TRUNCATE)')
  }
  first.close()
  const second = await openPool(disk)
  const again = second.open('a.db', full)
  expect(again.all('PRAGMA integrity_check')).toEqual([['ok']])
  const copy = sqlite.open()
  copy.deserialize(again.serialize())
  expect(copy.all('SELECT count(*) FROM t')).toEqual([[400]])
  copy.close()
  second.close()
})

test('a name outlives damage to one of its copies; without both it is lost, and the bytes are kept', async () => {
  const disk = fakeOpfs()
  const first = await openPool(disk)
  first.open('a.db', full).exec('CREATE TABLE t (x)')
  first.close()
  await editHeader(disk, 'a.db', 0)
  await editHeader(disk, 'a.db-wal', 2048)
  const second = await openPool(disk)
  expect([second.nameless, second.files()]).toEqual([0, ['a.db']])
  second.close()
  await editHeader(disk, 'a.db', 2048)
  const third = await openPool(disk)
  expect([third.nameless, third.has('a.db'), third.files()]).toEqual([1, false, ['a.db']]) // its log is there
  third.adopt((index) => `found ${index}`)
  third.rename('a.db', 'found 0')
  expect([third.nameless, third.files()]).toEqual([0, ['found 0']])
  expect(third.open('found 0', full).all('SELECT count(*) FROM t')).toEqual([[0]])
  expect([...third.read('found 0').keys()]).toEqual(['found 0', 'found 0-wal'])
  third.close()
})

test('a database is renamed with its log, and one that has the name is in the way', async () => {
  const disk = fakeOpfs()
  const pool = await openPool(disk)
  const db = pool.open('a.db', full)
  db.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)')
  expect(() => pool.rename('a.db', 'b.db')).toThrow('a.db is open')
  db.close()
  pool.open('c.db', full).close()
  expect(() => pool.rename('a.db', 'c.db')).toThrow('a.db cannot be renamed to c.db')
  pool.rename('a.db', 'b.db')
  pool.close()
  const again = await openPool(disk)
  expect(again.files().toSorted()).toEqual(['b.db', 'c.db'])
  expect(again.open('b.db', full).all('SELECT * FROM t')).toEqual([[1]])
  again.close()
})

test('files that the browser has cleared are missed, though they can be written', async () => {
  const disk = fakeOpfs()
  const pool = await openPool(disk)
  const db = pool.open('a.db', full)
  expect(await pool.isThere()).toBe(true)
  disk.clear()
  db.exec('CREATE TABLE t (x)')
  expect(await pool.isThere()).toBe(false)
  pool.close()
})

test('whether there is room can be asked, and asking takes none', async () => {
  const disk = fakeOpfs()
  const pool = await openPool(disk)
  expect(pool.hasRoom(100_000)).toBe(true)
  disk.fill(new DOMException('no room', 'QuotaExceededError'))
  expect(pool.hasRoom(100_000)).toBe(false)
  disk.fill(undefined)
  expect(pool.hasRoom(100_000)).toBe(true)
  pool.close()
})

function damage(disk: FakeOpfs, name: string): Promise<void> {
  return edit(disk, name, (bytes) => bytes.fill(7))
}

/** Changes the bytes of a file, not its header. */
async function edit(disk: FakeOpfs, name: string, change: (bytes: Uint8Array) => Uint8Array): Promise<void> {
  await withFiles(disk, (files) => {
    const bytes = files.read(name)
    const changed = change(bytes)
    files.get(name)!.truncate(headerSize)
    files.get(name)!.write(changed, { at: headerSize })
  })
}

function editHeader(disk: FakeOpfs, name: string, at: number): Promise<void> {
  return withFiles(disk, (files) => void files.get(name)!.write(new Uint8Array(600).fill(9), { at }))
}

async function withFiles(disk: FakeOpfs, use: (files: Awaited<ReturnType<typeof openFiles>>) => void): Promise<void> {
  const headwater = await disk.root.getDirectoryHandle('headwater', { create: false })
  const files = await openFiles(await headwater.getDirectoryHandle('store', { create: false }), { total: 0, free: 0 })
  use(files)
  files.close()
}

test('a pool without a free file says so', async () => {
  const pool = await openPool(fakeOpfs(), { capacity: 4 })
  pool.open('a.db', full).exec('CREATE TABLE t (x)')
  pool.open('b.db', full).exec('CREATE TABLE t (x)')
  const error = thrownBy(() => pool.open('c.db', full))
  expect(error).toMatchObject({ primary: 14, cause: new Error('all 4 files of the pool are in use') })
  pool.close()
})

test('a pool that is full of old databases gets free files when it is opened again', async () => {
  const disk = fakeOpfs()
  const first = await openPool(disk, { capacity: 4 })
  for (const file of ['a.db', 'b.db']) first.open(file, full).exec('CREATE TABLE t (x)')
  first.close()
  const second = await openPool(disk, { capacity: 4 })
  for (const file of ['c.db', 'd.db']) second.open(file, full).exec('CREATE TABLE t (x)')
  expect(second.files().length).toBe(4)
  second.close()
})

test('on a full disk a pool opens with the files that it has', async () => {
  const disk = fakeOpfs()
  const first = await openPool(disk, { capacity: 4 })
  for (const file of ['a.db', 'b.db']) {
    const db = first.open(file, full)
    db.exec('CREATE TABLE t (x)')
    db.close() // its log is gone, and has to be named again
  }
  first.close()
  const quota = new DOMException('no room', 'QuotaExceededError')
  disk.fill(quota)
  const second = await openPool(disk, { capacity: 8 })
  expect(second.open('a.db', full).all('SELECT * FROM t')).toEqual([])
  second.open('b.db', full)
  expect(thrownBy(() => second.open('c.db', full))).toMatchObject({ primary: 13, cause: quota })
  second.close()
  await expect(openPool(fullDisk(quota))).rejects.toBe(quota)
})

function fullDisk(error: Error): FakeOpfs {
  const disk = fakeOpfs()
  disk.fill(error)
  return disk
}

test('two pools of one module have each their own files', async () => {
  const [first, second] = [await openPool(fakeOpfs()), await openPool(fakeOpfs())]
  first.open('a.db', full).exec('CREATE TABLE t (x)')
  expect(second.has('a.db')).toBe(false)
  expect(second.open('a.db', full).all('SELECT count(*) FROM sqlite_schema')).toEqual([[0]])
  first.close()
  second.open('b.db', full).exec('CREATE TABLE t (x)')
  second.close()
})

test('opening waits until the worker before is gone', async () => {
  const disk = fakeOpfs()
  const before = await openPool(disk)
  before.open('a.db', full).exec('CREATE TABLE t (x)')
  let waits = 0
  const pool = await openPool(disk, {
    async sleep() {
      if (++waits === 3) disk.kill()
    },
  })
  expect(waits).toBe(3)
  expect(pool.files()).toEqual(['a.db'])
  pool.close()
})

test('opening gives up with an error that says why, and holds nothing', async () => {
  const disk = fakeOpfs()
  await openPool(disk)
  const held = disk.held()
  await expect(openPool(disk)).rejects.toThrow(OpfsHeldError)
  expect(disk.held()).toBe(held)
})
