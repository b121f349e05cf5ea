import { expect, test } from 'vitest'
import { commitOf, events, schema, silentBackend } from '../replica/testing.ts'
import { openOpfsPool } from '../sqlite/opfs.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { fakeOpfs } from '../testing/opfs.ts'
import { createTracer } from '../trace.ts'
import { openLeader } from './resettable.ts'
import { opfsStorage } from './storage.ts'

const sqlite = await loadSqlite()
const noRoom = new DOMException('no room', 'QuotaExceededError')

/** A leader that was given more than a little, and how many bytes of its log SQLite keeps beside the file. */
async function leaderWithMuch({ hasBackend = true } = {}) {
  const disk = fakeOpfs()
  const { env, live } = manualEnv()
  const open = async () => {
    const pool = await openOpfsPool(sqlite, {
      directory: 'store',
      env: { root: async () => disk.root, sleep: async () => undefined },
    })
    const failures: unknown[] = []
    const onFailed = (error: unknown) => failures.push(error)
    const options = {
      storeId: 'store',
      schema,
      env,
      traces: createTracer(),
      upstream: hasBackend ? silentBackend : undefined,
      onFailed,
    }
    const leader = openLeader({ ...options, storage: opfsStorage(pool) })
    const beside = (name = 'eventlog.db') => pool.read(name).get(`${name}-wal`)!.length
    return { leader, api: leader.connect(), beside, failures }
  }
  const first = await open()
  const { fingerprint } = schema
  await first.api.join({ sessionId: 'one', fingerprint }, () => undefined)
  const text = 'long '.repeat(1_000)
  const commits = Array.from({ length: 100 }, (_, at) => commitOf(`c${at}`, events.created({ id: `${at}`, text })))
  await first.api.push(JSON.stringify(commits))
  await live(0)
  return { disk, live, open, ...first }
}

test('what SQLite keeps beside the log is brought into it when nothing is written for a while', async () => {
  const { disk, live, open, beside, failures } = await leaderWithMuch()
  expect(beside()).toBeGreaterThan(400_000)
  await live(1_000)
  expect([beside(), failures]).toEqual([0, []])
  disk.cutPower()
  const { leader, api } = await open()
  const { accepted } = await api.join({ sessionId: 'two', fingerprint: schema.fingerprint }, () => undefined)
  expect(accepted).toHaveLength(100)
  leader.close()
})

test('a leader that ends brings nothing in order: the next one waits for its files', async () => {
  const { open, beside, leader } = await leaderWithMuch()
  const before = beside()
  leader.close()
  const next = await open()
  expect([before > 400_000, next.beside()]).toEqual([true, before])
  next.leader.close()
})

test('what SQLite keeps beside the state is brought into it, too, once all of it is confirmed', async () => {
  const { live, beside, leader } = await leaderWithMuch({ hasBackend: false })
  await live(600) // folded
  expect(beside('state.db')).toBeGreaterThan(400_000)
  await live(1_000)
  expect(beside('state.db')).toBe(0)
  leader.close()
})

test('on a full disk it stays where it is, and nothing has failed', async () => {
  const { disk, live, leader, beside, failures } = await leaderWithMuch()
  disk.fill(noRoom)
  await live(1_000)
  expect([beside() > 400_000, failures]).toEqual([true, []])
  leader.close()
})
