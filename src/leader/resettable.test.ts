import { describe, expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import type { FromLeader } from '../replica/leader-api.ts'
import { commitOf, events, schema } from '../replica/testing.ts'
import type { Downstream } from '../replica/upstream.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import type { Connection } from '../sync/connection.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { memoryStorage } from './memory-storage.ts'
import { openLeader } from './resettable.ts'

const sqlite = await loadSqlite()
const made = (id: string) => commitOf(`make-${id}`, events.created({ id, text: id }))
const typed = (id: string) => commitOf(`type-${id}`, events.typed({ text: id }))

function setUp() {
  const { env: steady, advance, timers } = manualEnv()
  let clock = 0
  const env = { ...steady, now: () => steady.now() + clock }
  let downstream: Downstream | undefined
  const switched: boolean[] = []
  const leader = openLeader({
    storeId: 'store',
    schema,
    storage: memoryStorage(sqlite),
    env,
    traces: createTracer(),
    upstream(given) {
      downstream = given
      return { wake: () => undefined, setOnline: (online) => switched.push(online), close: () => undefined }
    },
    onFailed: (error) => {
      throw error
    },
  })
  const join = async () => {
    const api = leader.connect()
    const told: FromLeader['type'][] = []
    const request = { sessionId: 'session1', fingerprint: schema.fingerprint }
    const again = () => api.join(request, (json) => told.push((JSON.parse(json) as FromLeader).type))
    const { epoch } = await again()
    const push = async (...commits: Commit[]) => {
      await api.push(JSON.stringify(commits))
      advance(0)
    }
    const parked = async () => (await api.parked()).map(({ commit }) => commit.commitId)
    return { api, told, again, epoch, push, parked }
  }
  const status = (connection: Connection) => {
    downstream!.connection(connection)
    advance(0)
  }
  const mismatch = () => status({ name: 'stopped', reason: 'another backend', code: 'backend_mismatch' })
  const setClock = (ahead: number) => {
    clock = ahead
  }
  return {
    join,
    status,
    mismatch,
    advance,
    env,
    timers,
    setClock,
    connect: leader.connect,
    close: leader.close,
    switched,
    unpushed: () => [...downstream!.unpushed()].length,
  }
}

test('E1 E2 a reset begins anew, with what was not confirmed parked, and tells its sessions to join again', async () => {
  const { join, unpushed } = setUp()
  const session = await join()
  await session.push(made('a'), typed('x'))
  await session.api.reset(session.epoch)
  expect(session.told).toContain('reset')
  const joined = await session.again()
  expect(joined).toMatchObject({
    accepted: [],
    confirmed: [],
    status: { storage: { archives: [{ reason: 'reset' }] } },
  })
  expect(joined.epoch).not.toBe(session.epoch)
  expect(unpushed()).toBe(0)
  expect(await session.parked()).toEqual(['make-a'])
  await session.api.reset(session.epoch) // from another tab, at the same moment
  expect((await session.again()).epoch).toBe(joined.epoch)
})

test('E3 nobody pushes into an epoch that they did not join', async () => {
  const { join, unpushed } = setUp()
  const [one, two] = [await join(), await join()]
  await one.api.reset(one.epoch)
  await expect(two.api.push(JSON.stringify([made('a')]))).rejects.toThrow('join again')
  await two.again()
  await two.push(made('b'))
  expect(unpushed()).toBe(1)
})

test('E2 what the leader had not got is given to it once, and only what it had not', async () => {
  const { join } = setUp()
  const session = await join()
  await session.push(made('a'))
  await session.api.reset(session.epoch)
  await session.again()
  for (let twice = 0; twice < 2; twice++) await session.api.rescue(JSON.stringify([made('a'), made('b'), typed('x')]))
  expect(await session.parked()).toEqual(['make-a', 'make-b'])
})

describe('E4 two histories take turns', () => {
  const twoResets = async () => {
    const there = setUp()
    const session = await there.join()
    const epochAfter = async (change: () => void) => {
      change()
      return (await session.again()).epoch
    }
    const connection = async () => (await session.again()).status.connection
    /** Two resets, 1 s apart, and a third mismatch, which waits. */
    const round = async () => {
      const epochs = [await epochAfter(there.mismatch)]
      there.advance(1_000)
      for (let n = 0; n < 2; n++) epochs.push(await epochAfter(there.mismatch))
      expect(new Set(epochs).size).toBe(2)
    }
    await round()
    return { ...there, epochAfter, connection, round }
  }

  test('not more than two logs a minute are put aside, and then it is looked again by itself', async () => {
    const { advance, connection, epochAfter, mismatch, switched } = await twoResets()
    expect(await connection()).toEqual({ name: 'waiting', attempt: 1, retryAt: 60_000, reason: 'another backend' })
    const epoch = await epochAfter(() => advance(58_999))
    expect(switched).toEqual([])
    advance(1)
    expect(switched).toEqual([true])
    expect(await epochAfter(mismatch)).not.toBe(epoch)
  })

  test('the waits double up to half an hour, until a connection has lasted', async () => {
    const { advance, connection, round, status, env } = await twoResets()
    const waits: number[] = []
    for (let n = 0; n < 7; n++) {
      const waiting = await connection()
      const ms = waiting.name === 'waiting' ? waiting.retryAt - env.now() : 0
      waits.push(Math.round((ms + 1_000) / 60_000))
      advance(ms)
      if (n === 5) status({ name: 'online', attempt: 0 })
      await round()
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 30, 1])
  })

  test('who switches the connection on or off is obeyed at once, and nothing is left to wake', async () => {
    const { advance, status, round, connection, switched, timers, close } = await twoResets()
    status({ name: 'offline' })
    advance(60_000)
    expect(switched).toEqual([])
    await round()
    expect(await connection()).toMatchObject({ name: 'waiting' })
    close()
    expect(timers.size).toBe(0)
  })

  test('a clock that was set back does not make it wait', async () => {
    const { advance, epochAfter, mismatch, setClock } = await twoResets()
    advance(60_000)
    const epoch = await epochAfter(mismatch)
    setClock(-3_600_000)
    expect(await epochAfter(mismatch)).not.toBe(epoch)
  })
})

test('V2 V4 a session of another build is told to reload, and where neither is newer also what else it may be', async () => {
  const { connect } = setUp()
  const told = (builtAt?: number) =>
    connect()
      .join({ sessionId: 'session1', fingerprint: 'other', builtAt }, () => undefined)
      .catch(({ message }: Error) => message)
  expect(await told(5)).toMatch(/reload the page$/)
  expect(await told()).toMatch(/reload the page.* the schema of the page and that of its worker are not the same/)
})

test('E1 a client that was switched off stays so', async () => {
  const { join, switched } = setUp()
  const session = await join()
  await session.api.setOnline({ online: false, at: 1 })
  await session.api.reset(session.epoch)
  expect(switched).toEqual([false, false])
  expect((await session.again()).status.onlineSwitch).toEqual({ online: false, at: 1 })
})
