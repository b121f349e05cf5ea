import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { commitOf, events, schema } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { syncState } from '../sync/state.ts'
import { lead } from '../testing/lead.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import type { BootStatus } from './boot.ts'
import { isLong } from './build.ts'
import { createSession } from './session.ts'

const sqlite = await loadSqlite()
const root = { global: 0, client: 0, rebaseGeneration: 0 }

const created = (id: string) => events.created({ id, text: id })

function many(prefix: string, count: number): Commit[] {
  return Array.from({ length: count }, (_, at) => commitOf(`${prefix}${at}`, created(`${prefix}${at}`)))
}

/** A session whose clock runs while it works, so that every few commits are a slice of their own. */
function openSession(leader: ReturnType<typeof lead>) {
  const world = manualEnv()
  let ticks = 0
  const boot: BootStatus[] = []
  const session = createSession({
    schema,
    sessionId: 'one',
    openMemory: () => sqlite.open(),
    env: { ...world.env, elapsed: () => ++ticks * 10 },
    traces: createTracer(),
    onStatus: () => undefined,
    onBoot: (status) => boot.push(status),
  })
  const counts: number[] = []
  const watch = () => {
    const live = session.queries.live(sql<{ count: number }>`SELECT count(*) AS count FROM todos`)
    live.subscribe(() => counts.push(live.get()[0]!.count))
    counts.push(live.get()[0]!.count)
  }
  return {
    session,
    boot,
    counts,
    watch,
    /** Both threads go on for some slices. */
    async go(slices: number) {
      for (let slice = 0; slice < slices; slice++) {
        await leader.live(1)
        await world.live(0)
      }
    },
  }
}

test('a long replay is known from what is behind it, not from what is there', () => {
  const own = many('own', 2_000)
  const sync = syncState(root, [], own)
  expect(isLong(sync, { confirmed: [], accepted: own, settled: [] })).toBe(false)
  expect(isLong(sync, { confirmed: own, accepted: [], settled: [] })).toBe(false)
  expect(isLong(sync, { confirmed: many('foreign', 1), accepted: [], settled: [] })).toBe(true)
  expect(isLong(syncState(root, [], own.slice(0, 1_000)), { confirmed: many('x', 1), accepted: [], settled: [] })).toBe(
    false,
  )
  expect(isLong(syncState(root, [], []), { confirmed: many('x', 1_501), accepted: [], settled: [] })).toBe(true)
  const few = syncState(root, [], own.slice(0, 10))
  expect(isLong(few, { confirmed: many('x', 1), accepted: [], settled: [] }, 1_500)).toBe(true) // they would go back with it
  expect(isLong(few, { confirmed: own.slice(0, 10), accepted: [], settled: [] }, 1_500)).toBe(false)
})

test('what is too much to apply at once is built beside what is shown, commits of meanwhile included', async () => {
  const leader = lead()
  const { session, counts, watch, go } = openSession(leader)
  const attached = session.attach(leader.connect())
  await go(5)
  expect(await attached).toBe(true)
  watch()

  const other = await leader.join('other')
  await other.push(...many('theirs', 1_600))
  const receipt = session.commit([created('mine')])
  await go(80)
  await receipt.persisted
  // Nothing, one's own, all: at no moment a part of what the other tab did.
  expect(counts).toEqual([0, 1, 1_601])

  // It goes on from there as ever.
  await other.push(commitOf('next', created('next')))
  await go(5)
  expect(counts.at(-1)).toBe(1_602)
})

test('a rebase of many commits is not replayed under the eyes of the user', async () => {
  const leader = lead()
  const { session, counts, watch, go } = openSession(leader)
  const attached = session.attach(leader.connect())
  await go(5)
  await attached
  const receipts = many('own', 1_700).map((_, at) => session.commit([created(`own${at}`)]))
  await go(5)
  watch()
  leader.backend(1, [commitOf('foreign', created('foreign'))])
  await go(100)
  expect(counts).toEqual([1_700, 1_701])
  expect(session.sync).toMatchObject({ confirmed: { global: 1 }, pending: [] })
  expect(session.sync.accepted).toHaveLength(1_700)
  await receipts.at(-1)!.persisted
})

test('a leader that goes while the state is built leaves the shown one as it is; the next one is followed', async () => {
  const leader = lead()
  const { session, counts, watch, go } = openSession(leader)
  const attached = session.attach(leader.connect())
  await go(5)
  await attached
  watch()
  const other = await leader.join('other')
  await other.push(...many('theirs', 1_600))
  await leader.live(1) // it has answered, and building has begun
  const next = lead(leader.crash())
  const again = session.attach(next.connect())
  await go(80)
  expect(await again).toBe(true)
  expect(counts).toEqual([0, 1_600])
})

test('a boot tells how far the replay of what is unconfirmed is', async () => {
  const leader = lead()
  const other = await leader.join('other')
  await other.push(...many('theirs', 100))
  const { session, boot, go } = openSession(leader)
  const attached = session.attach(leader.connect())
  await go(20)
  expect(await attached).toBe(true)
  expect(boot).toEqual([
    { phase: 'snapshot' },
    { phase: 'replay', done: 0, total: 100 },
    { phase: 'replay', done: 32, total: 100 },
    { phase: 'replay', done: 64, total: 100 },
    { phase: 'replay', done: 96, total: 100 },
  ])
})
