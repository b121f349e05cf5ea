/** What a client exports, other tools can read, and another client can go on from. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, test } from 'vitest'
import { createStorePromise, ImportRefused, makeInMemoryAdapter, makeWebSocketBackend, select } from '../src/index.ts'
import { events, schema, silentBackend, tables } from '../src/replica/testing.ts'
import type { Upstream } from '../src/replica/upstream.ts'
import { createMemoryEngine, startServer } from './index.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const at = (url: string) => makeWebSocketBackend({ url })

async function open(backend?: Upstream, storeId = 'store') {
  const sync = backend && { backend }
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId, sync })
  closers.push(() => store.shutdown())
  const create = (id: string) => store.commit(events.created({ id, text: id }))
  const texts = () => store.query(select().from(tables.todos).orderBy(tables.todos.id)).map(({ text }) => text)
  return { store, create, texts }
}

/** As any tool would open it. */
function openFile(bytes: Uint8Array): DatabaseSync {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-export-'))
  writeFileSync(join(folder, 'file.db'), bytes)
  const db = new DatabaseSync(join(folder, 'file.db'))
  closers.push(() => {
    db.close()
    rmSync(folder, { recursive: true })
  })
  return db
}

async function serve() {
  const server = await startServer({ engine: createMemoryEngine(), port: 0, log: () => undefined })
  closers.push(() => server.close())
  return server.url
}

test('log and state are SQLite files that any tool opens; the state has what the tab shows, confirmed or not', async () => {
  const { store, create } = await open()
  await create('a').persisted
  create('b')
  const { log, state } = await store.export()
  expect(openFile(state).prepare('SELECT id, text FROM todos ORDER BY id').all()).toEqual([
    { id: 'a', text: 'a' },
    { id: 'b', text: 'b' },
  ])
  const logged = openFile(log)
  expect(logged.prepare('PRAGMA integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  expect(logged.prepare('SELECT name, args FROM events ORDER BY position').all()).toEqual([
    { name: 'v1.Created', args: '{"id":"a","text":"a"}' },
    { name: 'v1.Created', args: '{"id":"b","text":"b"}' },
  ])
  create('c') // the tab and its leader go on
  await create('d').persisted
})

describe('import', () => {
  test('E1 E2 another client goes on where the exported one was; what was there is archived, and its work parked', async () => {
    const url = await serve()
    const from = await open(at(url))
    await from.create('a').confirmed
    from.store.setOnline(false)
    await from.create('b').persisted
    const { log } = await from.store.export()
    await from.store.shutdown()

    const to = await open(silentBackend)
    const old = to.create('old')
    await old.persisted
    await to.store.import(log)
    await expect(old.confirmed).rejects.toMatchObject({ name: 'StoreReset' })
    expect(to.texts()).toEqual(['a', 'b'])
    expect(to.store.status.getState()).toMatchObject({
      leader: { unconfirmed: 1 },
      backend: { confirmed: { global: 1 } },
      parked: 1,
      storage: { archives: [{ reason: 'reset' }] },
    })
    expect(to.store.status.getState().clientId).not.toBe(from.store.status.getState().clientId)
    await to.create('c').persisted
    expect(to.texts()).toEqual(['a', 'b', 'c'])
  })

  test('what it had not confirmed is confirmed once, whoever pushes it', async () => {
    const url = await serve()
    const from = await open(at(url))
    from.store.setOnline(false)
    const a = from.create('a')
    await a.persisted
    const { log } = await from.store.export()
    const to = await open(at(url))
    await to.store.import(log)
    const b = to.create('b')
    await b.confirmed
    from.store.setOnline(true)
    await a.confirmed
    await from.create('c').confirmed
    expect(from.texts()).toEqual(['a', 'b', 'c'])
    expect(to.store.status.getState().clientId).not.toBe(from.store.status.getState().clientId)
  })

  test('what is no log, of another store, of a newer build, or damaged is refused with the reason, and nothing changes', async () => {
    const { store, create, texts } = await open()
    await create('a').persisted
    const { log, state } = await store.export()
    const changed = (sql: string) => {
      const db = openFile(log)
      db.exec(sql)
      return db
    }
    const bytesOf = (db: DatabaseSync) => {
      const [file] = db.prepare("SELECT file FROM pragma_database_list WHERE name = 'main'").all() as [{ file: string }]
      return new Uint8Array(readFileSync(file.file))
    }
    const other = await open(undefined, 'other')
    await other.create('theirs').persisted
    const cut = log.slice(0, log.length - 4096)
    const scrambled = log.slice().fill(0xff, 4096, 8192)
    const refused: [Uint8Array, string][] = [
      [new Uint8Array(0), 'foreign'],
      [new TextEncoder().encode('this is no database, whatever it says of itself'), 'foreign'],
      [state, 'foreign'],
      [bytesOf(changed('PRAGMA user_version = 99')), 'newer'],
      [bytesOf(changed("UPDATE events SET args = '{'")), 'damaged'],
      [bytesOf(changed('DELETE FROM events')), 'damaged'],
      [cut, 'damaged'],
      [scrambled, 'damaged'],
      [(await other.store.export()).log, 'other store'],
    ]
    for (const [bytes, reason] of refused) {
      const error = await store.import(bytes).catch((error: unknown) => error)
      expect(error).toBeInstanceOf(ImportRefused)
      expect(error).toMatchObject({ reason })
    }
    expect(texts()).toEqual(['a'])
    expect(store.status.getState().storage).toEqual({ kind: 'memory' })
    await create('b').persisted
  })
})
