/** A client of two tabs, and a backend that is wiped at any time: whatever happens, every commit is somewhere. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { syncedCount } from '../event/commit.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openLeader } from '../leader/resettable.ts'
import { openEventLog } from '../replica/event-log.ts'
import { events, schema } from '../replica/testing.ts'
import type { Downstream, Upstream } from '../replica/upstream.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { createSession } from './session.ts'

const sqlite = await loadSqlite()
type World = ReturnType<typeof manualEnv>

/** An order that can begin anew. Who connects with another history is told. */
function createBackend({ env }: World) {
  let id = 0
  let log: Commit[] = []
  const links = new Set<() => void>()

  const upstream: Upstream = (downstream: Downstream) => {
    let isOnline = true
    let isStopped = false
    const exchange = () => {
      if (!isOnline || isStopped) return
      const backendId = `backend${id}`
      const known = downstream.backendId()
      if (known !== undefined && known !== backendId) {
        isStopped = true
        downstream.connection({ name: 'stopped', reason: 'another backend', code: 'backend_mismatch' })
        return
      }
      const at = () => log.reduce((seq, commit) => seq + syncedCount(commit), 0)
      const cursor = () => ({ seq: at(), commitId: log.at(-1)?.commitId ?? null })
      const { seq } = downstream.cursor()
      let place = 0
      const missing = log.filter((commit) => {
        place += syncedCount(commit)
        return place > seq
      })
      if (missing.length > 0) downstream.pull({ backendId, confirmed: missing, settled: [], cursor: cursor() })
      const pushed = [...downstream.unpushed()]
      log.push(...pushed)
      if (pushed.length > 0) downstream.pull({ backendId, confirmed: pushed, settled: [], cursor: cursor() })
    }
    const soon = () => void env.after(3, exchange)
    links.add(soon)
    soon()
    return {
      wake: soon,
      setOnline(online) {
        isOnline = online
        soon()
      },
      close: () => {
        isStopped = true
        links.delete(soon)
      },
    }
  }

  return {
    upstream,
    ids: () => log.map(({ commitId }) => commitId),
    wipe() {
      id += 1
      log = []
      for (const soon of links) soon()
    },
  }
}

type Step =
  | { readonly type: 'commit'; readonly tab: number; readonly isSynced: boolean }
  | { readonly type: 'wipe' }
  | { readonly type: 'reset'; readonly tab: number }
  | { readonly type: 'switch'; readonly online: boolean }
  | { readonly type: 'wait'; readonly ms: number }

const tab = fc.nat(1)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant('commit' as const), tab, isSynced: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ type: 'wipe' as const }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('reset' as const), tab }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('switch' as const), online: fc.boolean() }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constant('wait' as const), ms: fc.nat(8) }) },
)

async function run(steps: readonly Step[]) {
  const world = manualEnv()
  const { env, live } = world
  const backend = createBackend(world)
  const traces = createTracer()
  const storage = memoryStorage(sqlite)
  const failures: unknown[] = []
  const onFailed = (error: unknown) => failures.push(error)
  const leader = openLeader({ storeId: 'store', schema, storage, env, traces, upstream: backend.upstream, onFailed })
  const tabs = ['one-tab', 'two-tab'].map((sessionId) =>
    createSession({ schema, sessionId, openMemory: () => sqlite.open(), env, traces, onStatus: () => undefined }),
  )
  for (const session of tabs) {
    const joined = session.attach(leader.connect())
    await live(1)
    await joined
  }
  const made: { readonly commitId: string; readonly isSynced: boolean; end: string }[] = []

  for (const step of steps) {
    switch (step.type) {
      case 'commit': {
        const n = made.length
        const event = step.isSynced
          ? events.created({ id: `${n}`, text: '' })
          : events.drafted({ id: `${n}`, text: '' })
        const receipt = tabs[step.tab]!.commit([event])
        const entry = { commitId: receipt.commitId, isSynced: step.isSynced, end: 'open' }
        made.push(entry)
        receipt.confirmed.then(
          () => Object.assign(entry, { end: 'confirmed' }),
          (error: Error) => Object.assign(entry, { end: error.name }),
        )
        break
      }
      case 'wipe':
        backend.wipe()
        break
      case 'reset':
        tabs[step.tab]!.reset().catch((error: unknown) => failures.push(error))
        break
      case 'switch':
        tabs[0]!.setOnline(step.online)
        break
      case 'wait':
        await live(step.ms)
    }
  }
  tabs[0]!.setOnline(true)
  await live(2_000)
  const parked = (await settledWithin(live, tabs[1]!.parked.list())).map(({ commitId }) => commitId)
  const archived = (storage.status.archives ?? []).flatMap(({ name }) => idsOf(storage.readArchive(name)[0]!.bytes))
  // N3: the count of rebases is no part of a place in the order.
  const seen = tabs.map(({ sync: { confirmed, head } }) =>
    [confirmed, head].map(({ global, client }) => [global, client]),
  )
  const ends = made.map((entry) => ({ ...entry })) // before the end of the world rejects what is open
  for (const session of tabs) session.close(new Error('the end'))
  leader.close()
  return { made: ends, parked, archived, seen, failures, inBackend: backend.ids() }
}

async function settledWithin<T>(live: World['live'], promise: Promise<T>): Promise<T> {
  await live(10)
  return promise
}

/** Every commit of a log, whatever became of it. */
function idsOf(bytes: Uint8Array): string[] {
  const db = sqlite.open()
  db.deserialize(bytes)
  openEventLog(db, () => {
    throw new Error('an archive has its identity')
  })
  const rows = db.all('SELECT commit_id FROM commits UNION SELECT commit_id FROM outcomes')
  db.close()
  return rows.map(([commitId]) => commitId as string)
}

/** It is put aside twice in one moment: two archives. */
const twoAtOnce: Step[] = [
  { type: 'commit', tab: 0, isSynced: true },
  { type: 'wait', ms: 1 },
  { type: 'wipe' },
  { type: 'wait', ms: 2 },
  { type: 'reset', tab: 0 },
]

test('E1 E2 a backend that is wiped, and resets, at any time: every receipt ends, what was not confirmed is parked, the tabs agree', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      const { made, parked, archived, seen, failures, inBackend } = await run(steps)
      expect(failures).toEqual([])
      const resets = steps.filter(({ type }) => type === 'wipe' || type === 'reset').length
      for (const { commitId, isSynced, end } of made) {
        // Two logs a minute are put aside; then the connection stops, and what is synced waits.
        const isStopped = resets > 2 && end === 'open' && isSynced
        if (!isStopped) expect(['confirmed', 'StoreReset'], `${commitId} is ${end}`).toContain(end)
        if (isSynced && end === 'StoreReset') expect([...parked, ...inBackend], commitId).toContain(commitId)
        if (isSynced && end === 'confirmed') expect([...archived, ...inBackend], commitId).toContain(commitId)
        expect(inBackend.filter((other) => other === commitId).length).toBeLessThanOrEqual(1)
        if (inBackend.includes(commitId)) expect(parked).not.toContain(commitId)
      }
      expect(seen[0]).toEqual(seen[1])
    }),
    { numRuns: 150, examples: [[twoAtOnce]] },
  )
})
