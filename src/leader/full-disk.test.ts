import { expect, test } from 'vitest'
import { schema } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { fakeOpfs } from '../testing/opfs.ts'
import { openPool as openPoolOn } from '../testing/pool.ts'
import { openTab as openTabOf } from '../testing/tabs.ts'
import { createTracer } from '../trace.ts'
import { openLeader } from './resettable.ts'
import { openOpfsStorage } from './storage.ts'

const sqlite = await loadSqlite()
const noRoom = new DOMException('no room', 'QuotaExceededError')

/** A browser whose disk can be filled, and whose time passes when the test says so. */
function browser() {
  const disk = fakeOpfs()
  const { env, live } = manualEnv()
  const failures: unknown[] = []

  const openPool = () => openPoolOn(disk)
  const lead = async () => {
    const storage = await openOpfsStorage(sqlite, openPool)
    const onFailed = (error: unknown) => failures.push(error)
    return openLeader({ storeId: 'store', schema, storage, env, traces: createTracer(), onFailed })
  }

  const openTab = async (leader: Awaited<ReturnType<typeof lead>>) => {
    const tab = await openTabOf(leader, { env, live })
    return {
      ...tab,
      add(...ids: string[]) {
        for (const id of ids) tab.add(id, 'long '.repeat(3_000))
      },
      ids: () => tab.todos().map(({ id }) => id),
    }
  }
  return { disk, live, openPool, lead, openTab, failures }
}

test('on a full disk the session goes on, says so, and persists by itself when there is room', async () => {
  const { disk, live, lead, openTab, failures } = browser()
  const leader = await lead()
  const tab = await openTab(leader)
  tab.add('a')
  await live(0)
  expect([tab.persisted, tab.status().storage]).toEqual([['a'], { kind: 'opfs' }])

  disk.fill(noRoom)
  tab.add('b', 'c')
  await live(10)
  expect(tab.ids()).toEqual(['a', 'b', 'c'])
  expect([tab.persisted, tab.status().session.pending]).toEqual([['a'], 2])
  expect(tab.status().storage).toMatchObject({ kind: 'opfs', problem: { reason: 'full' } })
  tab.add('d')
  await live(60_000)
  expect([tab.ids(), tab.persisted]).toEqual([['a', 'b', 'c', 'd'], ['a']])
  expect(tab.status().storage?.problem?.reason).toBe('full')

  disk.fill(undefined)
  await live(30_000)
  expect([tab.persisted, tab.status().session.pending]).toEqual([['a', 'b', 'c', 'd'], 0])
  expect(tab.status().storage).toEqual({ kind: 'opfs' })
  leader.close()
  const next = await lead()
  expect((await openTab(next)).ids()).toEqual(['a', 'b', 'c', 'd'])
  expect(failures).toEqual([])
  next.close()
})

test('a reset for which there is no room says so, and changes nothing; who asks meanwhile is answered', async () => {
  const { disk, live, lead, openTab, failures } = browser()
  const leader = await lead()
  const [tab, other] = [await openTab(leader), await openTab(leader)]
  tab.add('a')
  await live(0)

  disk.fill(noRoom)
  const answers = Promise.allSettled([tab.store.reset(), other.store.parked.list(), other.store.export()])
  await live(10)
  expect(await answers).toMatchObject([
    { status: 'rejected', reason: { message: expect.stringMatching(/^the disk is full/) } },
    { status: 'fulfilled', value: [] },
    { status: 'fulfilled' },
  ])
  tab.add('b')
  expect(tab.status().storage?.problem?.reason).toBe('full')

  disk.fill(undefined)
  await live(30_000)
  expect([tab.persisted, other.ids(), failures]).toEqual([['a', 'b'], ['a', 'b'], []])
  leader.close()
})

test('a tab opens on a full disk, and goes on where the last one was', async () => {
  const { disk, live, lead, openTab } = browser()
  const before = await lead()
  const tab = await openTab(before)
  tab.add('a', 'b')
  await live(0)
  before.close()

  disk.fill(noRoom)
  const leader = await lead()
  const again = await openTab(leader)
  expect(again.ids()).toEqual(['a', 'b'])
  again.add('c')
  await live(10)
  expect([again.ids(), again.persisted]).toEqual([['a', 'b', 'c'], []])
  const other = await openTab(leader) // while nothing can be written
  expect([other.ids(), other.status().storage?.problem?.reason]).toEqual([['a', 'b'], 'full'])

  disk.fill(undefined)
  await openTab(leader) // somebody who comes looks for room at once
  await live(0)
  expect([again.persisted, other.ids()]).toEqual([['c'], ['a', 'b', 'c']])
  leader.close()
})

test('where even the state could not be brought up to date, it is read in memory', async () => {
  const { disk, live, openPool, lead, openTab, failures } = browser()
  const before = await lead()
  const tab = await openTab(before)
  tab.add('a', 'b')
  await live(0)
  before.close()
  const pool = await openPool()
  pool.delete('state.db')
  pool.close()

  disk.fill(noRoom)
  const leader = await lead()
  const again = await openTab(leader)
  expect([again.ids(), again.status().storage?.problem?.reason]).toEqual([['a', 'b'], 'full'])
  disk.fill(undefined)
  again.add('c')
  await live(2_000)
  expect([again.persisted, again.status().storage, failures]).toEqual([['c'], { kind: 'opfs' }, []])
  leader.close()
})

for (const [what, prepare] of [
  ['not even for a file', async () => undefined],
  ['for files, and for nothing in them', async (openPool) => (await openPool()).close()],
] as [string, (openPool: ReturnType<typeof browser>['openPool']) => Promise<void>][]) {
  test(`a new store opens in memory where there is no room, ${what}, and is persisted when there is`, async () => {
    const { disk, live, openPool, lead, openTab, failures } = browser()
    await prepare(openPool)
    disk.fill(noRoom)
    const leader = await lead()
    const [tab, other] = [await openTab(leader), await openTab(leader)]
    tab.add('a', 'b')
    other.add('c')
    await live(5_000)
    expect([tab.ids(), other.ids(), tab.persisted, tab.status().session.pending]).toEqual([['a', 'b'], ['c'], [], 2])
    expect(tab.status().storage).toMatchObject({ kind: 'opfs', problem: { reason: 'full' } })
    leader.close() // another tab's worker leads, and has no room either
    const next = await lead()
    tab.follow(next)
    other.follow(next)
    await live(5_000)
    tab.add('d')
    expect([tab.ids(), tab.status().storage?.problem?.reason]).toEqual([['a', 'b', 'd'], 'full'])

    disk.fill(undefined)
    await live(60_000)
    expect([tab.persisted, other.persisted, failures]).toEqual([['a', 'b', 'd'], ['c'], []])
    expect([tab.ids().toSorted(), tab.status().storage]).toEqual([['a', 'b', 'c', 'd'], { kind: 'opfs' }])
    next.close()
    const last = await lead()
    expect((await openTab(last)).ids().toSorted()).toEqual(['a', 'b', 'c', 'd'])
    last.close()
  })
}

test('room that lasts only a moment costs nothing that was said to be persisted', async () => {
  const { disk, live, lead, openTab, failures } = browser()
  const leader = await lead()
  const tab = await openTab(leader)
  const ids = Array.from({ length: 12 }, (_, i) => String.fromCharCode(97 + i))
  for (const [i, id] of ids.entries()) {
    disk.fill(i % 3 === 2 ? undefined : noRoom)
    tab.add(id)
    await live(700)
  }
  disk.fill(undefined)
  await live(60_000)
  expect([tab.persisted, tab.ids(), failures]).toEqual([ids, ids, []])
  leader.close()
  const next = await lead()
  expect((await openTab(next)).ids()).toEqual(ids)
  next.close()
})
