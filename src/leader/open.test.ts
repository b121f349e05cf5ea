import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Commit, headAfter } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { type EventLog, NewerLog } from '../replica/event-log.ts'
import { createMaterialize } from '../replica/materialize.ts'
import { createStateTables, openState } from '../replica/state.ts'
import { commitOf, contentOf, events, schema } from '../replica/testing.ts'
import { type OpfsPool, openOpfsPool } from '../sqlite/opfs.ts'
import { type Handle, openFiles } from '../sqlite/opfs-files.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { syncState } from '../sync/state.ts'
import { hideFromIndex } from '../testing/damaged-index.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { type FakeOpfs, fakeOpfs } from '../testing/opfs.ts'
import { createTracer } from '../trace.ts'
import { openStores } from './open.ts'
import { openLog } from './open-log.ts'
import { opfsStorage } from './storage.ts'
import { isDamage, problemOf } from './storage-problem.ts'

const sqlite = await loadSqlite()
const traces = createTracer()
const full = { synchronous: 'full' } as const

const made = (id: string, text = `the text of ${id}`) => commitOf(`make-${id}`, events.created({ id, text }))

/** One browser profile: its files outlive what is opened on them. */
function profile() {
  const disk = fakeOpfs()
  const { env } = manualEnv()
  const openPool = () =>
    openOpfsPool(sqlite, { directory: 'store', env: { root: async () => disk.root, sleep: async () => undefined } })
  return {
    disk,
    openPool,
    async open(options: { readonly doubtful?: boolean; readonly onBusy?: () => void } = {}) {
      const storage = opfsStorage(await openPool())
      try {
        const stores = openStores({ storeId: 'store', storage, schema, env, traces, ...options })
        return { ...stores, storage, archives: storage.status.archives ?? [] }
      } catch (error) {
        storage.close()
        throw error
      }
    },
  }
}

/** Appends and confirms commits as a leader does. */
function confirm({ log, state }: { log: EventLog; state: ReturnType<typeof openState> }, commits: readonly Commit[]) {
  const confirmed = commits.map((commit, index) => ({
    commit,
    head: headAfter(log.confirmed, commits.slice(0, index + 1)),
  }))
  const head = confirmed.at(-1)!.head
  log.write({ appended: commits })
  log.write({
    confirmed,
    backend: { backendId: 'b', cursor: { seq: head.global, commitId: commits.at(-1)!.commitId } },
  })
  state.follow(syncState(head, [], []), commits)
}

/** Ten confirmed commits, two unconfirmed ones and a parked one; all of it in the databases, or the last part in their logs. */
async function filled(where: 'databases' | 'logs' = 'logs') {
  const there = profile()
  const first = await there.open()
  for (const round of [0, 1, 2]) confirm(first, [made(`${round}a`), made(`${round}b`, 'long '.repeat(2_000))])
  first.release() // moves all pages from the logs to the databases
  first.storage.close()
  const second = await there.open()
  for (const round of [3, 4]) confirm(second, [made(`${round}a`), made(`${round}b`, 'long '.repeat(2_000))])
  second.log.write({ appended: [made('mine-1'), made('mine-2')] })
  const parked = { commitId: 'make-parked', outcome: 'parked', reason: 'it did not apply' } as const
  second.log.write({ settled: [parked], refused: [made('parked')] })
  if (where === 'databases') second.release()
  second.storage.close()
  return { ...there, identity: second.log.identity }
}

const allOf = (log: EventLog) => log.confirmedAfter(EventSequenceNumber.root, 1_000).map(({ commit }) => commit)

/** What sessions get, and what a replay of the log gives. */
function look({ log, state }: { log: EventLog; state: ReturnType<typeof openState> }) {
  const confirmed = allOf(log)
  const shown = sqlite.open()
  const replayed = sqlite.open()
  try {
    shown.deserialize(state.snapshot(syncState(log.confirmed, [], log.unconfirmed())))
    createStateTables(replayed, schema.ddl, 'replay')
    const onUnknownEvent = () => undefined
    const again = openState(replayed, createMaterialize({ db: replayed, schema, onUnknownEvent }))
    if (confirmed.length > 0) again.follow(syncState(log.confirmed, [], []), confirmed)
    return {
      shown: contentOf(shown),
      replayed: contentOf(replayed),
      commits: [...confirmed, ...log.unconfirmed(), ...log.parked().map(({ commit }) => commit)],
    }
  } finally {
    shown.close()
    replayed.close()
  }
}

/** Every file as it is on the disk, header and all. */
async function rawFiles(disk: FakeOpfs): Promise<Handle[]> {
  const handles: Handle[] = []
  const store = await disk.root.getDirectoryHandle('store', { create: false })
  for await (const entry of store.values())
    if (entry.kind === 'file') handles.push(await entry.createSyncAccessHandle())
  return handles
}

/** Changes the bytes of a file of the pool, not its header. */
async function edit(pool: Promise<OpfsPool>, disk: FakeOpfs, file: string, change: (bytes: Uint8Array) => void) {
  const before = (await pool).read(file).get(file)!
  ;(await pool).close()
  for (const handle of await rawFiles(disk)) {
    const bytes = new Uint8Array(handle.getSize())
    handle.read(bytes, { at: 0 })
    const content = bytes.subarray(4096)
    if (content.length === before.length && content.every((byte, at) => byte === before[at])) {
      change(content)
      handle.write(bytes, { at: 0 })
    }
    handle.close()
  }
}

test('whatever happens to the bytes of the files, the store opens, and its state is a replay of its log', async () => {
  const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })
  const damage = fc.record({
    file: place,
    at: place,
    how: fc.constantFrom('flip', 'zero', 'noise', 'cut'),
    length: fc.constantFrom(1, 16, 600, 5_000, 100_000),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(damage, { minLength: 1, maxLength: 3 }), async (damages) => {
      const there = await filled()
      const before = look(await there.open())
      there.disk.kill()
      const files = await rawFiles(there.disk)
      for (const { file, at, how, length } of damages) {
        const handle = files[Math.floor(file * files.length)]!
        const offset = Math.floor(at * handle.getSize())
        if (how === 'cut') handle.truncate(offset)
        else {
          const bytes = new Uint8Array(Math.min(length, handle.getSize() - offset))
          handle.read(bytes, { at: offset })
          const changed = {
            flip: (byte: number) => byte ^ 4,
            zero: () => 0,
            noise: (_: number, i: number) => (i * 89) & 255,
          }
          handle.write(bytes.map(changed[how]), { at: offset })
        }
      }
      for (const handle of files) handle.close()

      let stores = await there.open()
      let after: ReturnType<typeof look>
      try {
        after = look(stores)
      } catch (error) {
        expect(problemOf(error).reason).toBe('damaged')
        stores.close()
        stores = await there.open({ doubtful: true })
        after = look(stores)
      }
      expect(after.shown).toEqual(after.replayed)
      // What it still knows is what there was, and nothing else.
      for (const commit of after.commits) expect(before.commits).toContainEqual(commit)
      stores.close()
    }),
    { numRuns: 60 },
  )
}, 60_000)

test('a damaged state is made again, and nobody hears of it', async () => {
  const there = await filled('databases')
  await edit(there.openPool(), there.disk, 'state.db', (bytes) => bytes.fill(7, 0, 50))
  const stores = await there.open()
  const { shown, replayed, commits } = look(stores)
  expect(shown).toEqual(replayed)
  expect([commits.length, stores.archives]).toEqual([13, []])
  stores.close()
})

test('a log that does not open is put aside as it is, and another one begun', async () => {
  const there = await filled('databases')
  await edit(there.openPool(), there.disk, 'eventlog.db', (bytes) => bytes.fill(7, 0, 50))
  const damaged = (await there.openPool().then(closing((pool) => pool.read('eventlog.db')))).get('eventlog.db')
  const { log, storage, archives, close } = await there.open()
  expect(archives).toMatchObject([{ reason: 'damaged' }])
  expect(storage.readArchive(archives[0]!.name)[0]).toEqual({ name: 'eventlog.db', bytes: damaged })
  expect(log.identity).not.toEqual(there.identity)
  expect([log.cursor, log.backendId, allOf(log)]).toEqual([{ seq: 0, commitId: null }, undefined, []])
  close()
  const again = await there.open()
  expect([again.archives, again.log.identity]).toEqual([archives, log.identity])
  again.storage.deleteArchive(archives[0]!.name)
  expect(again.storage.status).toEqual({ kind: 'opfs' })
  again.close()
})

test('what a damaged log still tells of commits that the backend may not have is parked', async () => {
  const there = await filled()
  await edit(there.openPool(), there.disk, 'eventlog.db', (bytes) => {
    // A page that holds nothing but the middle of a long text, of a confirmed commit.
    const letters = new Set(new TextEncoder().encode('long '))
    const pages = Array.from({ length: bytes.length / 4096 }, (_, page) => page * 4096)
    const page = pages.find((page) => bytes.subarray(page + 4, page + 4_000).every((byte) => letters.has(byte)))!
    bytes[page + 2_000]! ^= 1
  })
  const first = await there.open() // the state is up to date, so nobody reads it
  expect(first.archives).toEqual([])
  expect(() => allOf(first.log)).toThrow(expect.toSatisfy(isDamage))
  first.close()
  const second = await there.open({ doubtful: true })
  expect(second.archives).toHaveLength(1)
  expect(second.log.parked().map(({ commit, outcome }) => [commit.commitId, outcome])).toEqual([
    ['make-parked', 'parked'],
    ['make-mine-1', 'parked'],
    ['make-mine-2', 'parked'],
  ])
  expect([allOf(second.log), second.log.unconfirmed()]).toEqual([[], []])
  second.close()
})

test('a log of a newer build is an error, and nothing of it is touched', async () => {
  const there = await filled()
  const newer = await there.openPool()
  newer.open('eventlog.db', full).exec('PRAGMA user_version = 99')
  newer.close()
  const before = await there.openPool().then(closing((pool) => pool.read('eventlog.db')))
  await expect(there.open()).rejects.toThrow(NewerLog)
  expect(await there.openPool().then(closing((pool) => pool.read('eventlog.db')))).toEqual(before)
})

test('a database that is not ours is put aside, not written to', async () => {
  const there = profile()
  const pool = await there.openPool()
  pool.open('eventlog.db', full).exec('CREATE TABLE theirs (x); INSERT INTO theirs VALUES (1)')
  pool.close()
  const { log, archives, close } = await there.open()
  expect(archives).toMatchObject([{ reason: 'damaged' }])
  expect(allOf(log)).toEqual([])
  close()
  const opened = await there.openPool()
  expect(opened.open(archives[0]!.name, full).all('SELECT name, (SELECT x FROM theirs) FROM sqlite_schema')).toEqual([
    ['theirs', 1],
  ])
  opened.close()
})

test('a log that has lost its name is put aside with what SQLite kept beside it', async () => {
  const there = await filled()
  const size = await there.openPool().then(closing((pool) => pool.read('eventlog.db').get('eventlog.db')!.length))
  for (const handle of await rawFiles(there.disk)) {
    if (handle.getSize() === size + 4096) handle.write(new Uint8Array(4096), { at: 0 })
    handle.close()
  }
  const { archives, storage, close } = await there.open()
  expect(archives.flatMap(({ name }) => storage.readArchive(name).map((file) => file.name))).toContain('eventlog.db')
  close()
})

test('an archiving that was interrupted is completed', async () => {
  const there = await filled()
  const pool = await there.openPool()
  const found = [...pool.read('eventlog.db').keys()]
  expect(found).toContain('eventlog.db-wal')
  pool.close()
  // The database has its new name, and its log has not.
  const store = await there.disk.root.getDirectoryHandle('store', { create: false })
  const opened = await openFiles(store, { total: 0, free: 0 })
  opened.rename('eventlog.db', 'archive-7-damaged.db')
  opened.close()
  const { archives, storage, log, close } = await there.open()
  expect(archives).toEqual([{ name: 'archive-7-damaged.db', at: 7, reason: 'damaged' }])
  expect(storage.readArchive('archive-7-damaged.db').map(({ name }) => name)).toEqual(found)
  expect(allOf(log)).toEqual([])
  close()
})

test('the oldest archives go', async () => {
  const { env, advance } = manualEnv()
  const storage = opfsStorage(await profile().openPool())
  let stores = openStores({ storeId: 'store', storage, schema, env, traces })
  const begun = env.now()
  for (let i = 0; i < 8; i++) {
    stores.putAside({ parked: [] })
    stores = openStores({ storeId: 'store', storage, schema, env, traces })
    advance(1)
  }
  expect(storage.status.archives?.map(({ at }) => at - begun)).toEqual([7, 6, 5])
  stores.close()
})

function closing<T>(use: (pool: OpfsPool) => T) {
  return (pool: OpfsPool): T => {
    try {
      return use(pool)
    } finally {
      pool.close()
    }
  }
}

test('a log of which an index does not agree with its table, every page being sound, is put aside once that showed twice', async () => {
  const there = await filled('databases')
  const pool = await there.openPool()
  const db = pool.open('eventlog.db', full)
  hideFromIndex(db, 'commits_unconfirmed', () => db.run("DELETE FROM commits WHERE commit_id = 'make-mine-1'"))
  pool.close()
  for (const doubtful of [false, true]) {
    const { log, close } = await there.open({ doubtful })
    expect(() => log.unconfirmed()).toThrow('SQLITE_CORRUPT')
    close()
  }
  const storage = opfsStorage(await there.openPool())
  const log = openLog({ storeId: 'store', storage, env: manualEnv().env, doubtful: true, condemned: true })
  expect(storage.status.archives).toMatchObject([{ reason: 'damaged' }])
  expect(log.parked().map(({ commit }) => commit.commitId)).toEqual(
    expect.arrayContaining(['make-parked', 'make-mine-2']),
  )
  storage.close()
})

test('who waits while much is applied hears again and again that it goes on', async () => {
  let heard = 0
  const onBusy = () => {
    heard += 1
  }
  const { state, close } = await profile().open({ onBusy })
  for (let nth = 0; nth < 2_500; nth++) state.commit(made(`${nth}`))
  expect(heard).toBe(2)
  close()
})
