import { expect, test } from 'vitest'
import type { HostToTab } from '../leader/broker-protocol.ts'
import { createHost } from '../leader/host.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { schema } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { createBroadcast } from '../testing/simulator/broadcast.ts'
import { createLockManager } from '../testing/simulator/locks.ts'
import { channel } from '../testing/simulator/ports.ts'
import { createRandom } from '../testing/simulator/random.ts'
import { createScheduler, type Thread } from '../testing/simulator/scheduler.ts'
import { createHostedWorker } from './hosted-worker.ts'
import type { WorkerPort } from './tab-world.ts'

const sqlite = await loadSqlite()

/** A tab with real leader workers, in a simulated world. A worker that is frozen is one in an endless loop: it does nothing. */
function tabWithWorker() {
  const random = createRandom(1)
  const scheduler = createScheduler(random)
  const locks = createLockManager()
  const broadcast = createBroadcast(random)
  const tab = scheduler.thread('tab')
  const workers: Thread[] = []
  const heard: HostToTab[] = []
  const broken: string[] = []
  let fail: (message: string) => void = () => undefined

  const start = (): WorkerPort => {
    const thread = tab.spawn('worker')
    const [ours, theirs] = channel(tab, random)
    workers.push(thread)
    theirs.owner = thread
    thread.schedule(5, () =>
      createHost({
        schema,
        env: thread.env,
        locks: locks.of(thread),
        tab: theirs,
        openChannel: (name) => broadcast.open(thread, name),
        openStorage: async () => memoryStorage(sqlite),
      }),
    )
    const { postMessage, addEventListener } = ours
    const onError = (call: typeof fail) => {
      fail = call
    }
    return { postMessage, addEventListener, close: () => thread.kill(), onError }
  }

  const worker = createHostedWorker({
    env: tab.env,
    locks: locks.of(tab),
    start,
    onStarted(started) {
      started.postMessage({ type: 'stand', storeId: 'store' })
      return () => undefined
    },
    onMessage: (message) => void heard.push(message),
    onBroken: (reason) => void broken.push(reason),
  })
  const leading = () => heard.filter(({ type }) => type === 'leading').length
  const run = (ms: number) => scheduler.run(scheduler.now() + ms)
  return { tab, workers, worker, leading, broken, run, locks, scheduler, fail: (message: string) => fail(message) }
}

test('H7 a worker that hangs is terminated after five pings, and another leads', async () => {
  const { workers, leading, run } = tabWithWorker()
  await run(2_000)
  expect(leading()).toBe(1)
  workers[0]!.freeze()
  await run(4_500)
  expect(workers).toHaveLength(1)
  await run(2_500)
  expect(workers[0]!.isAlive).toBe(false)
  expect(workers).toHaveLength(2)
  expect(leading()).toBe(2)
})

test('H7 a worker that hangs for less is left alone', async () => {
  const { workers, run } = tabWithWorker()
  await run(2_000)
  for (let n = 0; n < 3; n++) {
    workers[0]!.freeze()
    await run(4_500)
    workers[0]!.thaw()
    await run(1_500)
  }
  expect(workers).toHaveLength(1)
})

test('H7 a laptop that slept, and a tab that was frozen with its worker, prove nothing', async () => {
  const { tab, workers, run } = tabWithWorker()
  await run(2_000)
  for (let n = 0; n < 10; n++) {
    tab.freeze()
    await run(600_000)
    tab.thaw()
    await run(1_100)
  }
  expect(workers).toHaveLength(1)
})

test('H7 timers that are late do not matter where a session doubts: the pings are sent then, a second apart', async () => {
  const { tab, workers, worker, run } = tabWithWorker()
  const late = tab.env.after
  Object.assign(tab.env, { after: (ms: number, call: () => void) => late(Math.max(ms, 60_000), call) })
  await run(2_000)
  workers[0]!.freeze()
  for (let n = 0; n < 50; n++) {
    tab.schedule(n * 100, () => worker.doubt())
  }
  await run(4_900)
  expect(workers).toHaveLength(1)
  for (let n = 0; n < 3; n++) tab.schedule(n * 1_000, () => worker.doubt())
  await run(3_000)
  expect(workers[0]!.isAlive).toBe(false)
})

test('H8 a worker that dies is replaced at once', async () => {
  const { workers, leading, run } = tabWithWorker()
  await run(2_000)
  workers[0]!.kill()
  await run(200)
  expect(workers).toHaveLength(2)
  expect(leading()).toBe(2)
})

test('H8 a worker that threw what nobody caught is replaced', async () => {
  const { tab, workers, leading, fail, run } = tabWithWorker()
  await run(2_000)
  tab.schedule(0, () => fail('x is not a function'))
  await run(200)
  expect(workers.map(({ isAlive }) => isAlive)).toEqual([false, true])
  expect(leading()).toBe(2)
})

test('H8 a worker that does not load says so, and is tried again after longer and longer waits', async () => {
  const { tab, workers, broken, fail, run } = tabWithWorker()
  const failing = () => {
    workers.at(-1)!.kill()
    fail('404')
  }
  for (let n = 0; n < 4; n++) {
    tab.schedule(0, failing)
    await run(1)
    expect(broken).toHaveLength(n + 1)
    await run(n === 0 ? 0 : 500 * 2 ** (n - 1))
    expect(workers).toHaveLength(n + 2)
  }
})

test('H8 a tab that needs no worker any more has none, nor timers and locks', async () => {
  const { tab, workers, worker, locks, scheduler, run } = tabWithWorker()
  await run(2_000)
  tab.schedule(0, worker.end)
  await run(100)
  expect(workers[0]!.isAlive).toBe(false)
  expect(locks.held()).toEqual([])
  expect(scheduler.waiting()).toEqual([])
})
