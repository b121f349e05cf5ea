/** A backend that was wiped or restored: whole clients, of several tabs each, against the real backend, in one process. */
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type Adapter,
  BackendMismatch,
  createStorePromise,
  makeWebSocketBackend,
  type OnBackendIdMismatch,
  StoreReset,
  type SyncStatus,
  select,
} from '../src/index.ts'
import { memoryStorage } from '../src/leader/memory-storage.ts'
import { openLeader } from '../src/leader/resettable.ts'
import type { Env } from '../src/replica/env.ts'
import { realEnv } from '../src/replica/real-env.ts'
import { events, schema, tables } from '../src/replica/testing.ts'
import { loadSqlite } from '../src/sqlite/wa-sqlite.ts'
import { oneClient as oneClientLedBy, until as untilStatus } from '../src/testing/tabs.ts'
import { createMemoryEngine, openSqliteEngine, startServer } from './index.ts'

const sqlite = await loadSqlite()
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const oneClient = () =>
  oneClientLedBy((options) => openLeader({ ...options, storage: memoryStorage(sqlite), onFailed: console.error }))

async function openTab(adapter: Adapter, url: string, onBackendIdMismatch?: OnBackendIdMismatch, env?: Env) {
  const sync = { backend: makeWebSocketBackend({ url }), onBackendIdMismatch }
  const store = await createStorePromise({ schema, adapter, storeId: 'store', sync, env })
  closers.push(() => store.shutdown())
  const until = (is: (status: SyncStatus) => boolean) => untilStatus(store, is)
  return {
    store,
    texts: () => store.query(select().from(tables.todos).orderBy(tables.todos.id)).map(({ text }) => text),
    create: (id: string) => store.commit(events.created({ id, text: id })),
    until,
    connection: (name: string) => until(({ connection }) => connection.name === name),
    at: (head: number) => until(({ session }) => session.head.global === head),
  }
}

/** Ends a backend, and starts another on its port. */
async function wipedBackend() {
  const first = await startServer({ engine: createMemoryEngine(), port: 0, log: () => undefined })
  return {
    url: first.url,
    async wipe() {
      await first.close()
      const second = await startServer({ engine: createMemoryEngine(), port: first.port, log: () => undefined })
      closers.push(() => second.close())
    },
  }
}

describe('the backend was wiped', () => {
  test("E1 E2 'reset': every tab goes on by itself on what the backend has; what was not confirmed is parked, and can be retried", async () => {
    const { url, wipe } = await wipedBackend()
    const client = oneClient()
    const [one, two] = [await openTab(client, url), await openTab(client, url)]
    const seen: number[] = []
    two.store.subscribe(select().from(tables.todos), (rows) => seen.push(rows.length))
    await one.create('a').confirmed
    await two.at(1)
    one.store.setOnline(false)
    await one.connection('offline')
    const b = one.create('b')
    await b.persisted
    const c = two.create('c')
    await c.persisted
    await wipe()
    const other = await openTab(oneClient(), url)
    await other.create('new').confirmed
    one.store.setOnline(true)

    await expect(b.confirmed).rejects.toThrow(StoreReset)
    await expect(c.confirmed).rejects.toThrow(StoreReset)
    await Promise.all([one.at(1), two.at(1)])
    expect(one.texts()).toEqual(['new'])
    expect(two.texts()).toEqual(['new'])
    expect(seen.at(-1)).toBe(1)
    const parked = await two.store.parked.list()
    expect(parked.map(({ events: [event] }) => event?.args)).toEqual([
      { id: 'b', text: 'b' },
      { id: 'c', text: 'c' },
    ])
    expect(parked[0]!.reason).toMatch(/^the backend began anew .*backend_mismatch/)
    await (await two.store.parked.retry(b.commitId)).confirmed
    await one.create('d').confirmed
    await other.at(3)
    expect(other.texts()).toEqual(['b', 'd', 'new'])
    expect(one.store.status.getState().storage?.archives).toMatchObject([{ reason: 'reset' }])
  })

  test("E2 'reset': what the leader had not got yet is parked as well, once", async () => {
    const { url, wipe } = await wipedBackend()
    const client = oneClient()
    const one = await openTab(client, url)
    await one.create('a').confirmed
    await wipe()
    const late: { readonly commitId: string; readonly confirmed: Promise<void> }[] = []
    // In the moment in which the tab is told of the reset, and before it joined again.
    one.store.trace((trace) => {
      if (trace.type === 'connection changed' && trace.connection.name === 'stopped') late.push(one.create('late'))
    })
    await one.until(({ storage, connection }) => storage?.archives !== undefined && connection.name === 'online')
    expect(late).toHaveLength(1)
    await expect(late[0]!.confirmed).rejects.toThrow(StoreReset)
    expect(await one.store.parked.list()).toMatchObject([{ commitId: late[0]!.commitId }])
    expect(one.texts()).toEqual([])
  })

  test("E4 'shutdown': every tab ends with the reason, and the data stays", async () => {
    const { url, wipe } = await wipedBackend()
    const client = oneClient()
    const [one, two] = [await openTab(client, url, 'shutdown'), await openTab(client, url, 'shutdown')]
    await one.create('a').confirmed
    await wipe()
    for (const { store } of [one, two]) {
      expect(await store.closed).toBeInstanceOf(BackendMismatch)
      expect(() => store.commit(events.created({ id: 'b', text: 'b' }))).toThrow(BackendMismatch)
    }
  })

  test("E4 'ignore': goes on offline on its data, and says why", async () => {
    const { url, wipe } = await wipedBackend()
    const one = await openTab(oneClient(), url, 'ignore')
    await one.create('a').confirmed
    await wipe()
    await one.connection('stopped')
    expect(one.store.status.getState().connection).toMatchObject({ name: 'stopped', code: 'backend_mismatch' })
    await one.create('b').persisted
    expect(one.texts()).toEqual(['a', 'b'])
    expect(one.store.status.getState()).toMatchObject({ leader: { unconfirmed: 1 }, parked: 0 })
  })
})

describe('the backend was restored from a backup', () => {
  test("E1 'reset': clients come to the history of the backup, and a second one is not confused", async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-backup-'))
    closers.push(() => rmSync(folder, { recursive: true }))
    const [file, backup] = [join(folder, 'log.sqlite'), join(folder, 'backup.sqlite')]
    const serve = async (port: number) => {
      const engine = await openSqliteEngine({ file, quiet: true })
      const server = await startServer({ engine, port, log: () => undefined })
      const stop = async () => {
        await server.close()
        await engine.close()
      }
      return { url: server.url, port: server.port, stop }
    }
    const first = await serve(0)
    const [one, two] = [await openTab(oneClient(), first.url), await openTab(oneClient(), first.url)]
    await one.create('a').confirmed
    await one.create('b').confirmed
    await first.stop()
    copyFileSync(file, backup)
    const second = await serve(first.port)
    await one.create('c').confirmed
    await two.at(3)
    await second.stop()
    copyFileSync(backup, file)
    const third = await serve(first.port)
    closers.push(third.stop)

    for (const client of [one, two]) await client.until(({ storage }) => storage?.archives !== undefined)
    await Promise.all([one.at(2), two.at(2)])
    await two.create('d').confirmed
    await one.at(3)
    expect(one.texts()).toEqual(['a', 'b', 'd'])
    expect(two.texts()).toEqual(['a', 'b', 'd'])
    expect(await one.store.parked.list()).toEqual([]) // c was confirmed: it is in the archive, not lost to anybody's guess
  })
})

describe('two clients that have one id', () => {
  /** As after a copy of a browser's profile. */
  const twin = () => {
    const env = realEnv()
    let isFirst = true
    return {
      ...env,
      randomId(size: number) {
        if (size !== 6 || !isFirst) return env.randomId(size)
        isFirst = false
        return 'twin00'
      },
    }
  }
  const clientId = ({ store }: Awaited<ReturnType<typeof openTab>>) => store.status.getState().clientId

  test('B7 who hears of the other takes a new id, in every tab, and its unconfirmed commits go out under that', async () => {
    const engine = createMemoryEngine()
    const server = await startServer({ engine, port: 0, log: () => undefined })
    closers.push(() => server.close())
    const here = oneClient()
    const [one, two] = [await openTab(here, server.url, 'reset', twin()), await openTab(here, server.url)]
    const other = await openTab(oneClient(), server.url, 'reset', twin())
    expect([one, two, other].map(clientId)).toEqual(['twin00', 'twin00', 'twin00'])
    await Promise.all([one.connection('online'), other.connection('online')])
    one.store.setOnline(false)
    await one.connection('offline')
    const [a, b] = [one.create('a'), two.create('b')]
    await Promise.all([a.persisted, b.persisted])
    await other.create('first').confirmed
    one.store.setOnline(true)
    await Promise.all([a.confirmed, b.confirmed])
    await Promise.all([two.at(3), other.at(3)])
    expect(clientId(other)).toBe('twin00')
    expect(clientId(one)).not.toBe('twin00')
    expect(clientId(two)).toBe(clientId(one))
    const { commits } = await engine.read('store', { after: 0, maxEvents: 10, maxBytes: 100_000 })
    expect(commits.map(({ text }) => (JSON.parse(text) as string[])[1])).toEqual([
      'twin00',
      clientId(one),
      clientId(one),
    ])
    expect(one.texts()).toEqual(['a', 'b', 'first'])
    expect(other.texts()).toEqual(one.texts())
    await one.create('c').confirmed
    expect(clientId(other)).toBe('twin00') // it hears of nobody else by that name
  })
})

test('E1 E2 store.reset() begins anew in every tab: the data comes from the backend, what was not confirmed is parked', async () => {
  const { url } = await wipedBackend()
  const client = oneClient()
  const [one, two] = [await openTab(client, url), await openTab(client, url)]
  await one.create('a').confirmed
  two.store.setOnline(false)
  await two.connection('offline')
  const b = two.create('b')
  await b.persisted
  await one.store.reset()
  await expect(b.confirmed).rejects.toThrow(StoreReset)
  expect(one.texts()).toEqual([])
  expect(one.store.status.getState().connection.name).toBe('offline') // as it was switched
  expect(await one.store.parked.list()).toMatchObject([{ commitId: b.commitId }])
  one.store.setOnline(true)
  await Promise.all([one.at(1), two.at(1)])
  expect(two.texts()).toEqual(['a'])
})
