/** Stores of apps that have no backend, or not yet, or not any more. */
import { afterEach, expect, test } from 'vitest'
import { createStorePromise, makeWebSocketBackend, type SyncStatus, select } from '../src/index.ts'
import { openLeader } from '../src/leader/resettable.ts'
import { opfsStorage } from '../src/leader/storage.ts'
import { events, schema, tables } from '../src/replica/testing.ts'
import { fakeOpfs } from '../src/testing/opfs.ts'
import { openPool } from '../src/testing/pool.ts'
import { oneClient, until } from '../src/testing/tabs.ts'
import { createMemoryEngine, startServer } from './index.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

/** A browser profile: what is stored stays when its tab is closed. */
function profile() {
  const disk = fakeOpfs()
  const adapter = oneClient(async (options) => {
    const storage = opfsStorage(await openPool(disk))
    return openLeader({ ...options, storage, onFailed: console.error })
  })
  return async ({ url, session }: { url?: string; session?: { readonly state: 'leader' } } = {}) => {
    const store = await createStorePromise({
      schema,
      adapter,
      storeId: 'store',
      sync: url === undefined ? undefined : { backend: makeWebSocketBackend({ url }) },
      session,
    })
    closers.push(() => store.shutdown())
    return {
      store,
      close: () => store.shutdown(),
      create: (id: string) => store.commit(events.created({ id, text: id })),
      ids: () => store.query(select().from(tables.todos)).map(({ id }) => id),
      status: () => store.status.getState(),
      until: (is: (status: SyncStatus) => boolean) => until(store, is),
    }
  }
}

async function backend() {
  const server = await startServer({ engine: createMemoryEngine(), port: 0, log: () => undefined })
  closers.push(() => server.close())
  return server.url
}

const isSynced = ({ connection, session, leader }: SyncStatus) =>
  connection.name === 'online' && session.pending === 0 && leader.unconfirmed === 0

test('B9 a client without a backend confirms what it commits, and does not apply it again at the next start', async () => {
  const open = profile()
  const first = await open()
  const a = first.create('a')
  await a.confirmed
  expect(first.status()).toMatchObject({
    connection: { name: 'none' },
    leader: { unconfirmed: 0 },
    backend: { head: 0, confirmed: { global: 1 } },
  })
  const handled: string[] = []
  for await (const { name } of first.store.events({ since: 'start' })) {
    handled.push(name)
    break
  }
  expect(handled).toEqual(['v1.Created'])
  await first.close()
  const second = await open()
  expect(second.ids()).toEqual(['a'])
  expect(second.store.unconfirmed.get()).toEqual([])
  await second.create('b').confirmed
  expect(second.ids()).toEqual(['a', 'b'])
})

test('B9 a commit that does not apply in the leader is parked, without a backend too', async () => {
  // A tab that keeps no copy cannot see it coming.
  const { store, create } = await profile()({ session: { state: 'leader' } })
  await create('a').confirmed
  const receipt = store.commit(events.required({ id: 'nobody' }))
  await expect(receipt.confirmed).rejects.toMatchObject({ name: 'CommitSettled', outcome: 'parked' })
  await create('b').confirmed
  expect((await store.parked.list()).map(({ commitId }) => commitId)).toEqual([receipt.commitId])
})

test('B10 two clients that get a backend later push what each had ordered by itself, and agree', async () => {
  const [openOne, openTwo] = [profile(), profile()]
  for (const [open, own] of [
    [openOne, ['a', 'b']],
    [openTwo, ['x', 'y']],
  ] as const) {
    const before = await open()
    for (const id of own) await before.create(id).confirmed
    await before.store.commit(events.drafted({ id: `draft of ${own[0]}`, text: 'stays here' })).confirmed
    await before.close()
  }
  const url = await backend()
  const [one, two] = [await openOne({ url }), await openTwo({ url })]
  for (const each of [one, two]) await each.until(isSynced)
  await one.until(({ session }) => session.head.global === 4)
  await two.until(({ session }) => session.head.global === 4)
  expect(one.ids()).toEqual(two.ids())
  expect(one.ids().toSorted()).toEqual(['a', 'b', 'x', 'y'])
  expect(one.store.query(select().from(tables.drafts))).toEqual([{ id: 'draft of a', text: 'stays here' }])
  expect([one, two].map(({ status }) => [status().parked, status().storage?.archives ?? []])).toEqual([
    [0, []],
    [0, []],
  ])
})

test('B10 a store whose backend is taken away for a while goes on, and the backend gets what it missed, in order', async () => {
  const url = await backend()
  const open = profile()
  const first = await open({ url })
  await first.create('a').confirmed
  first.store.setOnline(false)
  await first.until(({ connection }) => connection.name === 'offline')
  await first.create('b').persisted
  await first.close()

  const alone = await open()
  await alone.until(({ leader }) => leader.unconfirmed === 0) // b too
  await alone.create('c').confirmed
  expect(alone.status().backend).toMatchObject({ head: 1, confirmed: { global: 3 } })
  await alone.close()

  const again = await open({ url })
  await again.until(isSynced)
  const other = await profile()({ url })
  await other.until(({ session }) => session.head.global === 3)
  expect(other.ids()).toEqual(['a', 'b', 'c'])
  expect(again.ids()).toEqual(['a', 'b', 'c'])
  expect(again.status().storage?.archives ?? []).toEqual([])
})
