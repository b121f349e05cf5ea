import { expect, test } from 'vitest'
import { openEventLog } from '../replica/event-log.ts'
import { withHeads } from '../replica/replica.ts'
import { commitOf, events, schema } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { hideFromIndex } from '../testing/damaged-index.ts'
import { fakeOpfs } from '../testing/opfs.ts'
import { openPool } from '../testing/pool.ts'
import { createBroadcast } from '../testing/simulator/broadcast.ts'
import { createLockManager } from '../testing/simulator/locks.ts'
import { channel } from '../testing/simulator/ports.ts'
import { createRandom } from '../testing/simulator/random.ts'
import { createScheduler } from '../testing/simulator/scheduler.ts'
import type { HostToTab, TabToHost } from './broker-protocol.ts'
import { createHost } from './host.ts'
import { memoryStorage } from './memory-storage.ts'
import { opfsStorage } from './storage.ts'
import type { Storage } from './storage-port.ts'

const sqlite = await loadSqlite()

/** Leader workers of one origin, each with a tab that only listens, and what all of them have open. */
function origin(openStorage: () => Storage | Promise<Storage> = () => memoryStorage(sqlite)) {
  const random = createRandom(3)
  const scheduler = createScheduler(random)
  const locks = createLockManager()
  const broadcast = createBroadcast(random)
  /** How many workers had databases open, whenever one opened them. */
  const open: number[] = []
  let opened = 0

  const openCounted = async () => {
    const storage = await openStorage()
    open.push(++opened)
    const close = () => {
      opened -= 1
      storage.close()
    }
    return { ...storage, close }
  }

  const start = (name: string) => {
    const tab = scheduler.thread(`tab of ${name}`)
    const thread = scheduler.thread(name)
    const [ours, theirs] = channel(tab, random)
    theirs.owner = thread
    const heard: HostToTab[] = []
    ours.addEventListener('message', ({ data }) => heard.push(data))
    const options = { schema, env: thread.env, locks: locks.of(thread), tab: theirs, openStorage: openCounted }
    createHost({ ...options, openChannel: (name) => broadcast.open(thread, name) })
    const tell = (type: 'stand' | 'resign') => ours.postMessage({ type, storeId: 'store' } satisfies TabToHost)
    const told = () => heard.map(({ type }) => type).filter((type) => type !== 'ready')
    return { thread, tell, told, heard }
  }

  const run = (ms: number) => scheduler.run(scheduler.now() + ms)
  return { start, run, locks, open, isOpen: () => opened }
}

test('H4 one worker has the databases open, and the others wait until it is gone', async () => {
  const { start, run, open } = origin()
  const workers = [start('one'), start('two'), start('three')]
  for (const { tell } of workers) {
    tell('stand')
    await run(100)
  }
  await run(60_000)
  expect(workers.map(({ told }) => told())).toEqual([['leading'], [], []])
  workers[0]!.tell('resign')
  await run(100)
  expect(workers.map(({ told }) => told())).toEqual([['leading', 'resigned'], ['leading'], []])
  workers[1]!.thread.kill()
  await run(100)
  expect(workers[2]!.told()).toEqual(['leading'])
  expect(open.slice(0, 2)).toEqual([1, 1])
})

test('a worker says nothing before its tab has: it may have been started before anybody listens', async () => {
  const { start, run } = origin()
  const { tell, heard } = start('one')
  await run(1_000)
  expect(heard).toEqual([])
  tell('stand')
  await run(1_000)
  expect(heard.map(({ type }) => type).toSorted()).toEqual(['leading', 'ready'])
})

test('H5 a worker that is told to resign while it opens, and to stand again, does both', async () => {
  let letOpen = () => {}
  const opening = new Promise<void>((resolve) => {
    letOpen = resolve
  })
  const { start, run, open, isOpen, locks } = origin(async () => {
    await opening
    return memoryStorage(sqlite)
  })
  const worker = start('one')
  worker.tell('stand')
  await run(100)
  worker.tell('resign')
  await run(100)
  expect(worker.told()).toEqual([])
  worker.thread.schedule(0, letOpen)
  await run(100)
  expect(worker.told()).toEqual(['resigned'])
  expect([isOpen(), locks.held().filter((name) => name.includes(':leader:'))]).toEqual([0, []])
  worker.tell('stand')
  await run(100)
  expect(worker.told()).toEqual(['resigned', 'leading'])
  expect(open).toEqual([1, 1])
})

test('H6 a worker whose storage fails lets another try, and tries again later', async () => {
  let failing = 3
  const { start, run } = origin(() => {
    if (failing-- > 0) throw new Error('no disk')
    return memoryStorage(sqlite)
  })
  const [one, two] = [start('one'), start('two')]
  one.tell('stand')
  await run(10)
  two.tell('stand')
  await run(100)
  expect([one.told(), two.told()]).toEqual([['failed'], ['failed']])
  await run(500)
  expect([one.told(), two.told()]).toEqual([
    ['failed', 'failed'],
    ['failed', 'leading'],
  ])
})

test('H7 a worker that makes a long state anew says again and again that it lives', async () => {
  const log = sqlite.open()
  const commits = Array.from({ length: 2_500 }, (_, n) => commitOf(`c${n}`, events.created({ id: `${n}`, text: '' })))
  const root = { global: 0, client: 0, rebaseGeneration: 0 }
  openEventLog(log, () => ({ clientId: 'client', epoch: 'epoch' })).write({ confirmed: withHeads(root, commits) })
  const { start, run } = origin(() => ({
    ...memoryStorage(sqlite),
    open: (file) => (file === 'eventlog.db' ? log : sqlite.open()),
  }))
  const worker = start('one')
  worker.tell('stand')
  await run(100)
  const [first, ...rest] = worker.told()
  expect(first).toBe('leading') // who joins waits, and hears how far it is
  expect(rest.length).toBeGreaterThan(2)
  expect(new Set(rest)).toEqual(new Set(['pong']))
})

test('a log that is found damaged again, where no look finds anything, is put aside: the third attempt leads', async () => {
  const disk = fakeOpfs()
  const pool = await openPool(disk)
  const db = pool.open('eventlog.db', { synchronous: 'full' })
  const log = openEventLog(db, () => ({ clientId: 'client', epoch: 'epoch1' }))
  log.write({ appended: [commitOf('a', events.created({ id: 'a', text: 'a' }))] })
  hideFromIndex(db, 'commits_unconfirmed', () => db.run("DELETE FROM commits WHERE commit_id = 'a'"))
  pool.close()
  let storage: Storage | undefined
  const { start, run } = origin(async () => {
    storage = opfsStorage(await openPool(disk))
    return storage
  })
  const { tell, told } = start('one')
  tell('stand')
  for (let passed = 0; passed < 30; passed++) {
    await run(100)
    await new Promise(setImmediate) // files are opened one after the other, which takes no simulated time
  }
  expect(told()).toEqual(['leading'])
  expect(storage!.status.archives).toMatchObject([{ reason: 'damaged' }])
})
