import { expect, test } from 'vitest'
import type { FromLeader } from '../replica/leader-api.ts'
import { commitOf, events, schema } from '../replica/testing.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { type FakeOpfs, fakeOpfs } from '../testing/opfs.ts'
import { openPool } from '../testing/pool.ts'
import { createTracer } from '../trace.ts'
import { openLeader } from './resettable.ts'
import { opfsStorage } from './storage.ts'
import { problemOf } from './storage-problem.ts'

async function leadOn(disk: FakeOpfs, onEvicted?: () => void) {
  const { env, live } = manualEnv()
  const pool = await openPool(disk)
  const failures: unknown[] = []
  const leader = openLeader({
    storeId: 'store',
    schema,
    storage: opfsStorage(pool),
    env,
    traces: createTracer(),
    onFailed: (error) => failures.push(error),
    onEvicted,
  })
  const api = leader.connect()
  const told: FromLeader[] = []
  await api.join({ sessionId: 'one', fingerprint: schema.fingerprint }, (json) => told.push(JSON.parse(json)))
  const push = async (id: string) => {
    await api.push(JSON.stringify([commitOf(id, events.created({ id, text: id }))]))
    await live(1_000)
  }
  return { leader, told, push, failures }
}

test('a leader whose files were cleared says so and ends, before much is written to files that nobody finds', async () => {
  const disk = fakeOpfs()
  const { leader, told, push, failures } = await leadOn(disk)
  await push('a')
  expect(failures).toEqual([])
  disk.clear()
  await push('b')
  await push('c')
  expect(failures.map((error) => problemOf(error).reason)).toEqual(['evicted'])
  const storages = told.flatMap((message) => (message.type === 'status' ? message.status.storage : []))
  expect(storages.at(-1)?.problem?.reason).toBe('evicted')
  leader.close()
})

test('where the files cannot be closed, nobody tries to', async () => {
  const disk = fakeOpfs()
  let ended = 0
  const { push, failures } = await leadOn(disk, () => ended++)
  disk.clear()
  await push('a')
  expect([ended, failures, disk.held()]).toEqual([1, [], 8])
})
