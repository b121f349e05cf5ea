import { describe, expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import type { FromLeader } from '../replica/leader-api.ts'
import { commitOf, contentOf, events, schema } from '../replica/testing.ts'
import type { Downstream } from '../replica/upstream.ts'
import type { Sqlite } from '../sqlite/port.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { ids } from '../sync/testing.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { startLeader } from './leader.ts'
import { openStores, type Storage } from './open.ts'

const sqlite = await loadSqlite()

/** A leader with its databases, of which the log can be that of an earlier leader. What it is told from above, the test says. */
function lead(eventLog: Sqlite = sqlite.open()) {
  const world = manualEnv()
  let stateDb = eventLog
  const status = { kind: 'memory' } as const
  const storage: Storage = {
    status,
    open(file) {
      if (file === 'eventlog.db') return eventLog
      stateDb = sqlite.open()
      return stateDb
    },
    delete: () => undefined,
    close: () => undefined,
  }
  const traces = createTracer()
  const stores = openStores({ storage, schema, env: world.env, traces })
  let downstream: Downstream | undefined
  const leader = startLeader({
    storeId: 'store',
    schema,
    ...stores,
    storage: status,
    env: world.env,
    traces,
    upstream(given) {
      downstream = given
      return { wake: () => undefined, setOnline: () => undefined, close: () => undefined }
    },
    onFailed: (error) => {
      throw error
    },
  })

  const join = async (sessionId: string, resume?: { head: Commit[]; unconfirmed: string[] }) => {
    const api = leader.connect()
    const told: Exclude<FromLeader, { type: 'status' }>[] = []
    /** What the log had when a message came. */
    const logged: (string | undefined)[][] = []
    const joined = await api.join(
      {
        sessionId,
        fingerprint: schema.fingerprint,
        resume: resume && {
          epoch: stores.log.identity.epoch,
          head: { global: resume.head.length, client: 0, rebaseGeneration: 0 },
          unconfirmed: resume.unconfirmed,
        },
      },
      (json) => {
        const message = JSON.parse(json) as FromLeader
        if (message.type === 'status') return
        told.push(message)
        const named = message.accepted.map((ref) => ('commitId' in ref ? ref.commitId : ref[0]))
        logged.push(named.map((commitId) => stores.log.find(commitId)?.state))
      },
    )
    const push = async (...commits: Commit[]) => {
      await api.push(JSON.stringify(commits.map((commit) => ({ ...commit, sessionId }))))
      world.advance(0)
    }
    return { joined, told, logged, push }
  }

  const backend = (seq: number, confirmed: Commit[], settled: Parameters<Downstream['pull']>[0]['settled'] = []) =>
    downstream!.pull({
      backendId: 'backend1',
      confirmed,
      settled,
      cursor: { seq, commitId: confirmed.at(-1)?.commitId ?? null },
    })

  return {
    join,
    backend,
    log: stores.log,
    unpushed: () => ids([...downstream!.unpushed()]),
    content: () => contentOf(stateDb),
    /** The leader's thread dies: what is on disk stays. */
    crash() {
      const left = sqlite.open()
      left.deserialize(eventLog.serialize())
      return left
    },
  }
}

const made = (id: string) => commitOf(`make-${id}`, events.created({ id, text: id }))
const needs = (id: string) => commitOf(`needs-${id}`, events.required({ id }))
const removed = (id: string) => commitOf(`remove-${id}`, events.removed({ id }))
const typed = (id: string) => commitOf(`type-${id}`, events.typed({ text: id }))
const [a, b, c] = [made('a'), made('b'), made('c')]

describe('pushes of sessions', () => {
  test('L1 every push is taken, ordered at the head and told to all, whatever its session has seen', async () => {
    const { join, unpushed } = lead()
    const [one, two] = [await join('one'), await join('two')]
    await one.push(a)
    await two.push(b)
    expect(unpushed()).toEqual(['make-a', 'make-b'])
    expect(one.told.map(({ accepted }) => accepted)).toEqual([[['make-a', 0]], [{ ...b, sessionId: 'two' }]])
    expect(two.told.map(({ accepted }) => accepted)).toEqual([[{ ...a, sessionId: 'one' }], [['make-b', 0]]])
  })

  test('L2 a commit that comes again is not taken again', async () => {
    const { join, backend, unpushed, log } = lead()
    const session = await join('one')
    await session.push(a, b, c)
    backend(1, [a])
    backend(1, [], [{ commitId: 'make-b', outcome: 'rejected', reason: 'no' }])
    await session.push(a, b, c)
    expect(unpushed()).toEqual(['make-c'])
    expect(log.find('make-b')).toMatchObject({ outcome: 'rejected' })
  })

  test('L3 what is told as accepted is in the event log', async () => {
    const { join } = lead()
    const session = await join('one')
    await session.push(a)
    await session.push(b, typed('x'))
    expect(session.logged).toEqual([['accepted'], ['accepted', 'accepted']])
  })

  test('P1 a commit that does not apply at the head is parked, those with it are taken', async () => {
    const { join, unpushed, content } = lead()
    const session = await join('one')
    await session.push(a, needs('nobody'), b)
    expect(unpushed()).toEqual(['make-a', 'make-b'])
    expect(session.told.at(-1)).toMatchObject({ settled: [{ commitId: 'needs-nobody', outcome: 'parked' }] })
    expect(content().todos).toHaveLength(2)
  })

  test('P1 a commit that does not apply after a rebase is parked for all sessions, and one that needed it as well', async () => {
    const { join, backend, unpushed } = lead()
    const [one, two] = [await join('one'), await join('two')]
    backend(1, [a])
    await one.push(needs('a'), b)
    backend(2, [removed('a')])
    expect(unpushed()).toEqual(['make-b'])
    const parked = [{ commitId: 'needs-a', outcome: 'parked' }]
    expect(one.told.at(-1)).toMatchObject({ type: 'rebased', accepted: [['make-b', 2]], settled: parked })
    expect(two.told.at(-1)).toEqual(one.told.at(-1))
  })
})

describe('another leader opens the log', () => {
  test('H1 it goes on with the unconfirmed commits', async () => {
    const first = lead()
    await (await first.join('one')).push(a, b)
    first.backend(1, [commitOf('theirs', events.created({ id: 't', text: 't' }))])
    const second = lead(first.crash())
    expect(second.unpushed()).toEqual(['make-a', 'make-b'])
    expect(second.log.unconfirmed().map(({ generation }) => generation)).toEqual([1, 1])
    expect(second.content()).toEqual(first.content())
  })

  test('H2 a session gets what it missed, what is held, and what became of its own', async () => {
    const first = lead()
    await (await first.join('one')).push(a, b, c, typed('x'))
    first.backend(1, [a])
    first.backend(1, [], [{ commitId: 'make-b', outcome: 'rejected', reason: 'no' }])
    const second = lead(first.crash())
    const unconfirmed = ['make-a', 'make-b', 'make-c', 'make-never-came']
    const { joined } = await second.join('one', { head: [], unconfirmed })
    expect(joined).toMatchObject({ head: { global: 1 }, confirmedIds: ['make-a'], settled: [{ commitId: 'make-b' }] })
    expect(joined.bytes).toBeUndefined()
    expect(ids(joined.confirmed)).toEqual(['make-a'])
    expect(ids(joined.accepted)).toEqual(['make-c', 'type-x'])
    const fresh = await second.join('two')
    expect(fresh.joined.bytes).toBeInstanceOf(Uint8Array)
    expect(ids(fresh.joined.accepted)).toEqual(['make-c', 'type-x'])
  })

  test('H3 a push that the last one did not write is not there', async () => {
    const first = lead()
    const session = await first.join('one')
    await session.push(a)
    const left = first.crash()
    await session.push(b)
    expect(lead(left).unpushed()).toEqual(['make-a'])
  })
})

describe('the backend', () => {
  test('B4 commits whose answer was lost are found among the events, with their client-only events', async () => {
    const { join, backend, unpushed, log } = lead()
    const mixed = commitOf('mixed', events.created({ id: 'm', text: 'm' }), events.drafted({ id: 'd', text: 'x' }))
    const session = await join('one')
    await session.push(a, mixed, b)
    backend(3, [commitOf('theirs', events.removed({ id: 'none' })), a, { ...mixed, events: mixed.events.slice(0, 1) }])
    expect(unpushed()).toEqual(['make-b'])
    const stored = log.confirmedAfter({ global: 0, client: 0, rebaseGeneration: 0 }, 10).map(({ commit }) => commit)
    expect(ids(stored)).toEqual(['theirs', 'make-a', 'mixed'])
    expect(stored[2]!.events).toHaveLength(2)
  })
})
