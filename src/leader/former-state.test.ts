/** While a build makes the state anew, the worker dies, the power fails, the disk fills up, or a third build comes. */
import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { expect, test } from 'vitest'
import type { Joined } from '../replica/leader-api.ts'
import { commitOf, contentOf, declared, events, schema, tables } from '../replica/testing.ts'
import { insert } from '../schema/query.ts'
import { makeSchema, type Schema } from '../schema/schema.ts'
import { openOpfsPool } from '../sqlite/opfs.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import type { FileBytes } from '../testing/file-bytes.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { type FakeOpfs, fakeOpfs } from '../testing/opfs.ts'
import { guardFiles } from '../testing/simulator/guarded-files.ts'
import { createTracer } from '../trace.ts'
import { openStores } from './open.ts'
import { openLeader } from './resettable.ts'
import { opfsStorage } from './storage.ts'

const sqlite = await loadSqlite()
const count = 1_100

const writing = (version: string, write: (text: string) => string) =>
  makeSchema({
    ...declared,
    version,
    materializers: {
      ...declared.materializers,
      'v1.Created': ({ id, text }) => insert(tables.todos).values({ id, text: write(text) }),
    },
  })
const louder = writing('louder', (text) => text.toUpperCase())
const later = writing('later', (text) => `${text}!`)

/** A long log, and what `schema` makes of it. */
async function filled(): Promise<FakeOpfs> {
  const disk = fakeOpfs()
  for (const isFirst of [true, false]) {
    const { storage } = await filesOf(disk)
    const stores = openStores({ storeId: 'store', storage, schema, env: manualEnv().env, traces: createTracer() })
    const confirmed = Array.from({ length: count }, (_, at) => ({
      commit: commitOf(`c${at}`, events.created({ id: `${at}`, text: 'milk' })),
      head: { global: at + 1, client: 0, rebaseGeneration: 0 },
    }))
    if (isFirst) stores.log.write({ confirmed })
    stores.close()
  }
  return disk
}

async function filesOf({ root }: Pick<FakeOpfs, 'root'>) {
  const env = { root: async () => root, sleep: async () => undefined }
  const pool = await openOpfsPool(sqlite, { directory: 'store', env })
  return { pool, storage: opfsStorage(pool) }
}

async function copyOf(disk: FakeOpfs): Promise<FakeOpfs> {
  const copy = fakeOpfs()
  const directory = await copy.root.getDirectoryHandle('store', { create: true })
  for (const [index, bytes] of disk.files().entries()) {
    const handle = await (await directory.getFileHandle(`${index}`, { create: true })).createSyncAccessHandle()
    handle.write(bytes.slice(0, bytes.size), { at: 0 })
    handle.flush()
    handle.close()
  }
  return copy
}

const original = await filled()

/** A leader of a build, which applies a page of commits each millisecond. */
async function lead(disk: Pick<FakeOpfs, 'root'>, of: Schema = louder) {
  const { env, live } = manualEnv()
  let ticks = 0
  const { pool, storage } = await filesOf(disk)
  const failures: unknown[] = []
  const leader = openLeader({
    storeId: 'store',
    schema: of,
    storage,
    env: { ...env, defer: (call) => void env.after(1, call), elapsed: () => ++ticks * 10 },
    traces: createTracer(),
    onFailed: (error) => failures.push(error),
  })
  const api = leader.connect()
  /** What a tab that boots is given now; undefined where it has to wait. */
  const join = async () => {
    let found: Joined | undefined
    const joining = api.join({ sessionId: 'session1', fingerprint: of.fingerprint }, () => undefined)
    const keep = (joined: Joined) => {
      found = joined
    }
    joining.then(keep, () => undefined)
    await live(0)
    return found
  }
  const boots = async () => {
    const joined = await join()
    return joined && textsOf(joined.bytes!)
  }
  const reset = async () => api.reset((await join())!.epoch)
  const end = () => {
    const files = pool.files()
    leader.close()
    return files.toSorted()
  }
  return { live, boots, failures, reset, close: leader.close, end }
}

function textsOf(bytes: Uint8Array) {
  const db = sqlite.open()
  db.deserialize(bytes)
  const texts = new Set(contentOf(db).todos?.map(([, text]) => String(text)))
  db.close()
  return [...texts]
}

const isFormer = (file: FileBytes) => new TextDecoder().decode(file.slice(6, 15)) === 'former.db'

/** Long enough to make the state. */
const made = 20
const onlyTheTwo = ['eventlog.db', 'state.db']

for (const [how, died, shown] of [
  ['its worker dies', (disk) => disk.kill(), ['milk', 'MILK']],
  // It may take the end of the new state and leave that the former one was deleted.
  ['the power fails', (disk) => disk.cutPower(), ['milk', 'waits', 'MILK']],
] as [string, (disk: FakeOpfs) => void, string[]][]) {
  test(`whichever write the leader dies at when ${how}, the next one shows the former state at once, and then makes the new one`, {
    timeout: 60_000,
  }, async () => {
    const run = async (dieAt: number) => {
      const disk = await copyOf(original)
      let writes = 0
      const files = guardFiles(disk.root, () => {
        writes += 1
        if (writes === dieAt) files.cut()
      })
      const first = await lead(files).catch(() => undefined)
      await first?.live(made)
      first?.close()
      died(disk)
      const next = await lead(disk)
      const atOnce = await next.boots()
      await next.live(made)
      const where = `died at write ${dieAt} of ${writes}`
      expect([await next.boots(), next.end(), next.failures], where).toEqual([['MILK'], onlyTheTwo, []])
      disk.end()
      return { atOnce: atOnce?.[0] ?? 'waits', writes }
    }
    const { writes } = await run(Number.POSITIVE_INFINITY)
    const seen = new Set<string>()
    for (let at = 1; at <= writes; at += 4) seen.add((await run(at)).atOnce)
    expect([...seen].filter((each) => !shown.includes(each))).toEqual([])
    expect(seen).toContain('milk')
  })
}

test('whatever is damaged of the former state, nobody is shown that, and the new one is made', async () => {
  const begun = await copyOf(original)
  const first = await lead(begun)
  first.close()
  begun.kill()
  const shown = new Set<string>()
  const size = begun.files().find(isFormer)!.size
  // Its name, in both places or one; the first page, and one in the middle.
  for (const places of [[10, 2060], [10], [4_096 + 30], [4_096 + 100], [Math.floor(size / 2)]]) {
    const disk = await copyOf(begun)
    const former = disk.files().find(isFormer)!
    for (const at of places)
      former.write(
        former.slice(at, at + 1).map((byte) => byte ^ 1),
        at,
      )
    const next = await lead(disk)
    shown.add((await next.boots())?.[0] ?? 'waits')
    await next.live(made)
    expect([await next.boots(), next.failures], `damaged at ${places}`).toEqual([['MILK'], []])
    next.close()
  }
  expect(shown).toEqual(new Set(['waits', 'milk']))
})

test('a third build that comes meanwhile shows the state that is whole, not the one that was begun', async () => {
  const disk = await copyOf(original)
  const first = await lead(disk)
  await first.live(2)
  first.close()
  const third = await lead(disk, later)
  expect(await third.boots()).toEqual(['milk'])
  await third.live(made)
  expect([await third.boots(), third.end()]).toEqual([['milk!'], onlyTheTwo])
})

test('a third build that comes after it shows what the second has made', async () => {
  const disk = await copyOf(original)
  for (const [build, before] of [
    [louder, 'milk'],
    [later, 'MILK'],
  ] as const) {
    const leader = await lead(disk, build)
    expect(await leader.boots()).toEqual([before])
    await leader.live(made)
    expect(leader.end()).toEqual(onlyTheTwo)
  }
})

test('a full disk gets the room of the former state, and the state is made once there is enough', async () => {
  const disk = await copyOf(original)
  const first = await lead(disk)
  await first.live(2)
  disk.fill(new DOMException('no room', 'QuotaExceededError'))
  await first.live(2)
  expect(first.end()).toEqual(onlyTheTwo)
  const held = await lead(disk)
  expect(await held.boots()).toEqual(['MILK']) // in memory
  disk.fill(undefined)
  await held.live(2_000)
  expect([await held.boots(), held.end(), held.failures]).toEqual([['MILK'], onlyTheTwo, []])
})

test('nothing is kept of another history, of other tables, or of a log that is put aside', async () => {
  const others = makeSchema({
    ...declared,
    version: 'others',
    tables: { ...tables, more: sqliteTable('more', { id: text().primaryKey() }) },
  })
  const withOthers = await lead(await copyOf(original), others)
  expect(withOthers.end()).toEqual(onlyTheTwo)

  const disk = await copyOf(original)
  const leader = await lead(disk)
  await leader.live(2)
  await leader.reset()
  await leader.live(2)
  const files = leader.end()
  expect(files).toEqual(['archive', ...onlyTheTwo].map((name) => expect.stringContaining(name)))
})
