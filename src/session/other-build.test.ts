import { sql } from 'drizzle-orm'
import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { commitOf, declared, events, laxSchema, schema } from '../replica/testing.ts'
import { makeSchema, type Schema } from '../schema/schema.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { lead } from '../testing/lead.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { createSession } from './session.ts'

const sqlite = await loadSqlite()
const created = (id: string) => events.created({ id, text: id })
const many = (prefix: string, count: number): Commit[] =>
  Array.from({ length: count }, (_, at) => commitOf(`${prefix}${at}`, created(`${prefix}${at}`)))

/** A session of one build that has joined a leader of the same, and is told how long what it shows is. */
async function running(build: Schema = schema) {
  const world = manualEnv()
  const ended: Error[] = []
  const session = createSession({
    schema: build,
    sessionId: 'one',
    openMemory: () => sqlite.open(),
    env: world.env,
    traces: createTracer(),
    onStatus: () => undefined,
    onEnded: (error) => ended.push(error),
  })
  const leader = lead(undefined, build)
  const attach = async (to: typeof leader) => {
    const attached = session.attach(to.connect())
    for (let slice = 0; slice < 20; slice++) {
      await to.live(1)
      await world.live(0)
    }
    return attached
  }
  await attach(leader)
  const live = session.queries.live(sql<{ count: number }>`SELECT count(*) AS count FROM todos`)
  const counts: number[] = []
  live.subscribe(() => counts.push(live.get()[0]!.count))
  const shows = () => session.queries.live(sql<{ id: string }>`SELECT id FROM todos`).get()
  return { session, leader, attach, counts, shows, ended }
}

test('V1 a session that is far behind a leader of another build gets what it missed in pages, and no bytes', async () => {
  const { session, leader, attach, counts, shows } = await running()
  const accepted = session.commit([created('accepted')])
  await leader.live(5)
  await accepted.persisted
  const next = lead(leader.crash(), laxSchema)
  const large = commitOf('large', ...Array.from({ length: 1_500 }, (_, at) => created(`large${at}`)))
  next.backend(4_000, [...many('before', 2_500), large])
  await session.attach(undefined)
  const pending = session.commit([created('pending')])
  counts.length = 0
  expect(await attach(next)).toBe(true)
  // Its own two stay on top, whichever page comes.
  expect(counts).toEqual([2, 1_002, 2_002, 2_502, 4_002])
  await pending.persisted
  expect(session.sync.confirmed.global).toBe(4_000)
  expect(session.sync.accepted.map(({ events: [event] }) => event!.args)).toMatchObject([
    { id: 'accepted' },
    { id: 'pending' },
  ])
  next.backend(4_001, [commitOf('after', created('after'))])
  await next.live(5)
  expect(shows()).toHaveLength(4_003)
})

test('V1 with `fail` a session ends where the other build knows more, and the leader gets what was committed in it', async () => {
  const strict = makeSchema({ ...declared, unknownEventHandling: 'fail' })
  const { session, leader, attach, ended } = await running(strict)
  const next = lead(leader.crash(), laxSchema)
  next.backend(1, [{ ...commitOf('unknown'), events: [{ name: 'v9.Unknown', args: {}, synced: true }] }])
  await session.attach(undefined)
  const { commitId } = session.commit([created('mine')])
  expect(await attach(next)).toBe(false)
  expect(ended.map(({ name }) => name)).toEqual(['UnknownEvent'])
  await next.live(1)
  expect(next.log.find(commitId)?.state).toBe('accepted')
})

test('V5 a session that knows more than the log of another build ends, and what it has is parked there', async () => {
  const { session, leader, attach, ended } = await running()
  const before = leader.crash()
  leader.backend(1, [commitOf('lost', created('lost'))])
  await session.attach(undefined)
  await attach(leader)
  await session.attach(undefined)
  session.commit([created('mine')])
  const next = lead(before, laxSchema)
  await expect(attach(next)).rejects.toThrow('reload')
  expect(ended.map(({ name }) => name)).toEqual(['OutdatedBuild'])
  expect(next.log.parked().map(({ commit: { events } }) => events[0]!.args)).toEqual([{ id: 'mine', text: 'mine' }])
})
