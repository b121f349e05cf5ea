/** Whole clients (session, leader, SQLite, WebSocket) against the real backend, in one process. */
import { afterEach, describe, expect, test } from 'vitest'
import {
  createStorePromise,
  EventSequenceNumber,
  makeInMemoryAdapter,
  makeWebSocketBackend,
  type SyncStatus,
  select,
  type Trace,
} from '../src/index.ts'
import { events, schema, tables } from '../src/replica/testing.ts'
import { until as untilStatus } from '../src/testing/tabs.ts'
import { createMemoryEngine, type EventLog, type RunningServer, type ServerOptions, startServer } from './index.ts'

const closers: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

async function serve(options: Partial<ServerOptions> & { engine?: EventLog } = {}): Promise<RunningServer> {
  const server = await startServer({ engine: createMemoryEngine(), port: 0, log: () => undefined, ...options })
  closers.push(() => server.close())
  return server
}

async function open(url: string, storeId = 'store') {
  const traces: Trace[] = []
  const store = await createStorePromise({
    schema,
    adapter: makeInMemoryAdapter(),
    storeId,
    sync: { backend: makeWebSocketBackend({ url }) },
    onTrace: (trace) => traces.push(trace),
  })
  closers.push(() => store.shutdown())
  return { store, traces, todos: () => store.query(select().from(tables.todos).orderBy(tables.todos.id)) }
}

type Client = Awaited<ReturnType<typeof open>>

const until = ({ store }: Client, is: (status: SyncStatus) => boolean) => untilStatus(store, is)
const online = (client: Client) => until(client, ({ connection }) => connection.name === 'online')
const at = (client: Client, head: number) =>
  until(client, ({ session, leader }) => session.head.global === head && session.pending + leader.unconfirmed === 0)

describe('clients and the backend', () => {
  test('R1 a commit is persisted, confirmed, and seen by another client', async () => {
    const { url } = await serve()
    const [a, b] = [await open(url), await open(url)]
    const receipt = a.store.commit(events.created({ id: '1', text: 'milk' }))
    expect(a.todos()).toEqual([{ id: '1', text: 'milk', version: 0 }])
    await receipt.persisted
    await receipt.confirmed
    await at(b, 1)
    expect(b.todos()).toEqual(a.todos())
  })

  test('the side that was offline is rebased: its work lands after the others, once', async () => {
    const { url } = await serve()
    const [a, b] = [await open(url), await open(url)]
    const first = a.store.commit(events.created({ id: '1', text: 'milk' }))
    await first.confirmed
    await at(b, 1)

    b.store.setOnline(false)
    await until(b, ({ connection }) => connection.name === 'offline')
    const late = b.store.commit(events.renamed({ id: '1', text: 'from b' }))
    await late.persisted
    await a.store.commit(events.renamed({ id: '1', text: 'from a' })).confirmed

    b.store.setOnline(true)
    await late.confirmed
    await Promise.all([at(a, 3), at(b, 3)])
    expect(a.todos()).toEqual([{ id: '1', text: 'from b', version: 2 }])
    expect(b.todos()).toEqual(a.todos())
    const rebase = b.traces.find((trace) => trace.type === 'rebased' && trace.tier === 'leader')
    expect(rebase).toMatchObject({ rolledBack: 1, replayed: 1 })
    expect(EventSequenceNumber.print((rebase as Trace & { type: 'rebased' }).to)).toBe('e3r1')
  })

  test('C2 a mixed commit is one: the backend gets its synced events, this client keeps the rest', async () => {
    const { url } = await serve()
    const [a, b] = [await open(url), await open(url)]
    await a.store.commit(events.drafted({ id: 'd', text: 'x' }), events.created({ id: '1', text: 'milk' })).confirmed
    await at(b, 1)
    expect(a.store.query(select().from(tables.drafts))).toHaveLength(1)
    expect(b.store.query(select().from(tables.drafts))).toEqual([])
    expect(b.todos()).toHaveLength(1)
  })

  test('R1 a local-only commit is confirmed without a backend, and never waits for one', async () => {
    const a = await open('ws://127.0.0.1:1')
    const receipt = a.store.commit(events.drafted({ id: 'd', text: 'x' }))
    await receipt.confirmed
    expect(EventSequenceNumber.print(a.store.status.getState().session.head)).toBe('e0.1')
  })

  test('B5 R3 a commit that the backend refuses is rolled back with its reason, and those behind it land', async () => {
    const { url } = await serve({
      validate: (commit) => (JSON.stringify(commit).includes('forbidden word') ? 'mind your language' : undefined),
    })
    const a = await open(url)
    a.store.setOnline(false)
    const receipts = ['one', 'forbidden word', 'three'].map((text, index) =>
      a.store.commit(events.created({ id: `${index}`, text })),
    )
    await Promise.all(receipts.map(({ persisted }) => persisted))
    a.store.setOnline(true)
    await receipts[0]!.confirmed
    await expect(receipts[1]!.confirmed).rejects.toThrow('rejected: mind your language')
    await receipts[2]!.confirmed
    expect(a.todos().map(({ text }) => text)).toEqual(['one', 'three'])
  })

  test('P1 a commit that no longer applies on its new base is parked, and says why', async () => {
    const { url } = await serve()
    const [a, b] = [await open(url), await open(url)]
    await online(b)
    await a.store.commit(events.created({ id: '1', text: 'milk' })).confirmed
    await at(b, 1)
    b.store.setOnline(false)
    const doomed = b.store.commit(events.required({ id: '1' }))
    const behind = b.store.commit(events.created({ id: '2', text: 'bread' }))
    await behind.persisted
    await a.store.commit(events.removed({ id: '1' })).confirmed
    b.store.setOnline(true)
    await expect(doomed.confirmed).rejects.toThrow('parked: the materializer of v1.Required failed: there is no todo 1')
    await behind.confirmed
    expect(b.todos()).toEqual([{ id: '2', text: 'bread', version: 0 }])
    await at(a, 3)
    expect(a.todos()).toEqual(b.todos())
  })

  test('many commits on both sides at once converge, each landing once', async () => {
    const { url } = await serve()
    const [a, b] = [await open(url), await open(url)]
    const receipts = Array.from({ length: 200 }, (_, index) => [
      a.store.commit(events.created({ id: `a${index}`, text: 'a' })),
      b.store.commit(events.created({ id: `b${index}`, text: 'b' }), events.renamed({ id: `b${index}`, text: 'B' })),
    ]).flat()
    await Promise.all(receipts.map(({ confirmed }) => confirmed))
    await Promise.all([at(a, 600), at(b, 600)])
    expect(a.todos()).toHaveLength(400)
    expect(b.todos()).toEqual(a.todos())
    expect(a.todos().every(({ version }, index) => version === (index < 200 ? 0 : 1))).toBe(true)
  })

  test('the backend goes away and comes back on the same log: everything arrives', async () => {
    const engine = createMemoryEngine()
    const keep: EventLog = { ...engine, close: async () => undefined }
    const server = await startServer({ engine: keep, port: 0, log: () => undefined })
    const a = await open(server.url)
    await a.store.commit(events.created({ id: '1', text: 'before' })).confirmed
    await server.close()
    const receipt = a.store.commit(events.created({ id: '2', text: 'meanwhile' }))
    await receipt.persisted
    await serve({ engine: keep, port: server.port })
    await receipt.confirmed
    const b = await open(server.url)
    await at(b, 2)
    expect(b.todos()).toEqual(a.todos())
  })

  test('stores of other names are other logs', async () => {
    const { url } = await serve()
    const [a, b] = [await open(url, 'a-b'), await open(url, 'a_b')]
    await a.store.commit(events.created({ id: '1', text: 'x' })).confirmed
    await b.store.commit(events.created({ id: '2', text: 'y' })).confirmed
    expect(a.todos().map(({ id }) => id)).toEqual(['1'])
    expect(b.todos().map(({ id }) => id)).toEqual(['2'])
  })

  test('a large first sync comes in pages', { timeout: 30_000 }, async () => {
    const { url } = await serve()
    const a = await open(url)
    const commits = Array.from({ length: 50 }, (_, page) =>
      a.store.commit(
        ...Array.from({ length: 100 }, (_, index) => events.created({ id: `${page}-${index}`, text: 'x' })),
      ),
    )
    await commits.at(-1)!.confirmed
    const b = await open(url)
    await at(b, 5_000)
    expect(b.todos()).toHaveLength(5_000)
  })
})
