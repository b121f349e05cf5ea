/** The worker dies, or the power fails, in the middle of a reset or an import, at every write there is: nothing is lost or half done. */
import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { readImported } from '../replica/imported-log.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import { commitOf, events, schema, silentBackend } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { type FakeOpfs, fakeOpfs } from '../testing/opfs.ts'
import { openPool } from '../testing/pool.ts'
import { guardFiles } from '../testing/simulator/guarded-files.ts'
import { createTracer } from '../trace.ts'
import { openLeader } from './resettable.ts'
import { opfsStorage } from './storage.ts'

const sqlite = await loadSqlite()
const made = (id: string): Commit => commitOf(`make-${id}`, events.created({ id, text: id }))
const parked: Commit = commitOf('needs-nobody', events.required({ id: 'nobody' }))

/** A browser profile whose worker dies at the write that `dieAt` names, counted from when it is set. */
function profile() {
  const disk = fakeOpfs()
  const { env, advance } = manualEnv()
  let writes = 0
  let dieAt = Number.POSITIVE_INFINITY
  const open = async () => {
    const files = guardFiles(disk.root, () => {
      writes += 1
      if (writes === dieAt) files.cut()
    })
    const storage = opfsStorage(await openPool(files))
    const failures: unknown[] = []
    const onFailed = (error: unknown) => failures.push(error)
    const traces = createTracer()
    const leader = openLeader({ storeId: 'store', schema, storage, env, traces, upstream: silentBackend, onFailed })
    const api = leader.connect()
    const { epoch } = await api.join({ sessionId: 'session1', fingerprint: schema.fingerprint }, () => undefined)
    const push = async (...commits: Commit[]) => {
      await api.push(JSON.stringify(commits))
      advance(0)
    }
    return { leader, api, epoch, push, storage, failures }
  }
  return {
    open,
    disk,
    countWrites(at = Number.POSITIVE_INFINITY) {
      writes = 0
      dieAt = at
    },
    writes: () => writes,
  }
}

type Opened = Awaited<ReturnType<ReturnType<typeof profile>['open']>>

/** Every commit that the client still has, in the order or listed as parked. */
async function kept({ api }: Opened): Promise<string[]> {
  const { accepted } = await api.join({ sessionId: 'session1', fingerprint: schema.fingerprint }, () => undefined)
  const listed = await api.parked()
  return [...accepted, ...listed.map(({ commit }) => commit)].map(({ commitId }) => commitId).sort()
}

const everything = ['make-a', 'make-b', 'needs-nobody']

async function dyingIn(
  begin: (api: LeaderApi, epoch: string) => Promise<unknown>,
  died: (disk: FakeOpfs) => void,
  imported: readonly string[] = [],
  every = 1,
) {
  const run = async (at?: number) => {
    const browser = profile()
    const before = await browser.open()
    await before.push(made('a'), made('b'), parked)
    browser.countWrites(at)
    await begin(before.api, before.epoch).catch(() => undefined)
    const writes = browser.writes()
    browser.countWrites()
    if (before.failures.length > 0) before.leader.close() // as whoever opened it does then
    died(browser.disk)
    const after = await browser.open()
    const found = await kept(after)
    const { epoch } = after
    const archived = after.storage.status.archives?.length ?? 0
    await after.push(made('later'))
    expect(await kept(after)).toContain('make-later')
    after.leader.close()
    return { found, writes, isDone: epoch !== before.epoch, archived }
  }
  const { writes } = await run()
  expect(writes).toBeGreaterThan(10)
  const outcomes = new Set<boolean>()
  for (let at = 1; at <= writes; at += every) {
    const { found, isDone, archived } = await run(at)
    const where = `died at write ${at} of ${writes}`
    expect(found, where).toEqual([...everything, ...(isDone ? imported : [])].sort())
    expect(archived, where).toBe(Number(isDone))
    outcomes.add(isDone)
  }
  expect(outcomes).toEqual(new Set([false, true]))
}

for (const [how, died] of [
  ['its worker dies', (disk) => disk.kill()],
  ['the power fails', (disk) => disk.cutPower()],
] as [string, (disk: FakeOpfs) => void][]) {
  test(`E2 a reset is done, or was not begun, at whichever write ${how}`, { timeout: 120_000 }, async () => {
    await dyingIn((api, epoch) => api.reset(epoch), died)
  })

  test(`E2 an import is done, or was not begun, at whichever third write ${how}`, { timeout: 120_000 }, async () => {
    const source = profile()
    const { api, push, leader } = await source.open()
    await push(made('x'), made('y'))
    const bytes = await api.exportLog()
    leader.close()
    expect(readImported(sqlite.open(), bytes, 'store')).toBeUndefined()
    await dyingIn((api, epoch) => api.importLog(epoch, bytes), died, ['make-x', 'make-y'], 3)
  })
}

test('E2 where the worker dies again while what was left is tidied up, nothing of it gets into the log', {
  timeout: 120_000,
}, async () => {
  const run = async (at: number, again: number) => {
    const browser = profile()
    const before = await browser.open()
    await before.push(made('a'), made('b'), parked)
    browser.countWrites(at)
    await before.api.reset(before.epoch).catch(() => undefined)
    browser.disk.kill()
    browser.countWrites(again)
    const reopened = await browser.open().catch(() => undefined)
    const writes = browser.writes()
    browser.countWrites()
    reopened?.leader.close()
    browser.disk.kill()
    const after = await browser.open()
    expect(await kept(after), `died at write ${at}, and at ${again} of the next opening`).toEqual(everything)
    after.leader.close()
    return writes
  }
  for (const at of [4, 12, 20, 28, 36]) {
    const writes = await run(at, Number.POSITIVE_INFINITY)
    for (let again = 1; again <= writes; again++) await run(at, again)
  }
})
