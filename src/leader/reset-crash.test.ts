/** The worker dies in the middle of a reset or an import, at every write there is: what was not confirmed is still somewhere. */
import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { openEventLog } from '../replica/event-log.ts'
import { readImported } from '../replica/imported-log.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import { commitOf, events, schema } from '../replica/testing.ts'
import { openOpfsPool } from '../sqlite/opfs.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { fakeOpfs } from '../testing/opfs.ts'
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
    const pool = await openOpfsPool(sqlite, {
      directory: 'store',
      env: { root: async () => files.root, sleep: async () => undefined },
    })
    const storage = opfsStorage(pool)
    const failures: unknown[] = []
    const onFailed = (error: unknown) => failures.push(error)
    const leader = openLeader({ storeId: 'store', schema, storage, env, traces: createTracer(), onFailed })
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
    crash: () => disk.kill(),
    countWrites(at = Number.POSITIVE_INFINITY) {
      writes = 0
      dieAt = at
    },
    writes: () => writes,
  }
}

type Opened = Awaited<ReturnType<ReturnType<typeof profile>['open']>>

/** Every commit that the client still has, wherever that is. */
async function kept({ api, storage }: Opened): Promise<string[]> {
  const { accepted } = await api.join({ sessionId: 'session1', fingerprint: schema.fingerprint }, () => undefined)
  const listed = await api.parked()
  const archived = (storage.status.archives ?? []).flatMap(({ name }) => {
    const db = sqlite.open()
    db.deserialize(storage.readArchive(name)[0]!.bytes)
    const log = openEventLog(db, () => {
      throw new Error('an archive has its identity')
    })
    const found = [...log.unconfirmed(), ...log.parked().map(({ commit }) => commit)]
    log.close()
    return found
  })
  const all = [...accepted, ...listed.map(({ commit }) => commit), ...archived]
  return [...new Set(all.map(({ commitId }) => commitId))].sort()
}

async function dyingIn(
  begin: (api: LeaderApi, epoch: string) => Promise<unknown>,
  deaths: (writes: number) => number[],
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
    browser.crash()
    const after = await browser.open()
    const found = await kept(after)
    await after.push(made('later'))
    expect(await kept(after)).toContain('make-later')
    after.leader.close()
    return { found, writes }
  }
  const { writes } = await run()
  expect(writes).toBeGreaterThan(10)
  for (const at of deaths(writes)) {
    const { found } = await run(at)
    const where = `died at write ${at} of ${writes}`
    expect(found, where).toEqual(expect.arrayContaining(['make-a', 'make-b', 'needs-nobody']))
    expect(found.includes('make-x'), where).toBe(found.includes('make-y'))
  }
}

const every = (writes: number) => Array.from({ length: writes }, (_, index) => index + 1)

test('E2 a reset that dies at any write loses no commit', { timeout: 120_000 }, async () => {
  await dyingIn((api, epoch) => api.reset(epoch), every)
})

test('E2 an import that dies at any write loses no commit, and what was imported is whole or not there', {
  timeout: 120_000,
}, async () => {
  const source = profile()
  const { api, push, leader } = await source.open()
  await push(made('x'), made('y'))
  const bytes = await api.exportLog()
  leader.close()
  expect(readImported(sqlite.open(), bytes)).toBeUndefined()
  await dyingIn((api, epoch) => api.importLog(epoch, bytes), every)
})
