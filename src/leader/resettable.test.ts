import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import type { FromLeader } from '../replica/leader-api.ts'
import { commitOf, events, schema } from '../replica/testing.ts'
import type { Downstream } from '../replica/upstream.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { memoryStorage } from './memory-storage.ts'
import { openLeader } from './resettable.ts'

const sqlite = await loadSqlite()
const made = (id: string) => commitOf(`make-${id}`, events.created({ id, text: id }))
const typed = (id: string) => commitOf(`type-${id}`, events.typed({ text: id }))

function setUp() {
  const { env, advance } = manualEnv()
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
  const mismatch = () => {
    downstream!.connection({ name: 'stopped', reason: 'another backend', code: 'backend_mismatch' })
    advance(0)
  }
  return { join, mismatch, advance, switched, unpushed: () => [...downstream!.unpushed()].length }
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

test('E4 two histories that take turns do not put aside more than two logs a minute', async () => {
  const { join, mismatch, advance } = setUp()
  const session = await join()
  const epochAfter = async (change: () => void) => {
    advance(1_000)
    change()
    return (await session.again()).epoch
  }
  const epochs = [session.epoch]
  for (let n = 0; n < 3; n++) epochs.push(await epochAfter(mismatch))
  expect(new Set(epochs).size).toBe(3)
  advance(60_000)
  expect(epochs).not.toContain(await epochAfter(mismatch))
})

test('E1 a client that was switched off stays so', async () => {
  const { join, switched } = setUp()
  const session = await join()
  await session.api.setOnline({ online: false, at: 1 })
  await session.api.reset(session.epoch)
  expect(switched).toEqual([false, false])
  expect((await session.again()).status.onlineSwitch).toEqual({ online: false, at: 1 })
})
