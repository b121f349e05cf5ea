import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, prepare, type Receipt, type Store, select, update } from 'headwater'
import {
  createTestCluster,
  type TestBackend,
  type TestClient,
  type TestCluster,
  type TestClusterOptions,
  type TestCommit,
  type TestTab,
} from 'headwater/testing'
import { afterEach, describe, expect, expectTypeOf, test, vi } from 'vitest'
import { z } from 'zod'
import { events, schema, tables } from '../src/replica/testing.ts'

const todos = select().from(tables.todos)
const textsOf = ({ store }: TestTab) => store.query(todos).map(({ text }) => text)
const milk = { id: 'milk', text: 'milk' }

afterEach(() => void vi.useRealTimers())

describe('a test cluster', () => {
  test('starts with two clients of one tab, open and connected', async () => {
    await using cluster = await createTestCluster({ schema })
    expect(cluster.clients.map(({ tabs }) => tabs.map(({ name }) => name))).toEqual([
      ['client0/tab1'],
      ['client1/tab1'],
    ])
    for (const { tabs, leader } of cluster.clients) {
      expect(leader).toBe(tabs[0])
      expect(tabs[0]!.store.status.getState()).toMatchObject({
        connection: { name: 'online' },
        storage: { kind: 'opfs' },
      })
    }
  })

  test('time passes only when it is told to', async () => {
    await using cluster = await createTestCluster({ schema })
    const before = cluster.now()
    const receipt = cluster.clients[0]!.tabs[0]!.store.commit(events.created(milk))
    expect(cluster.clients[0]!.tabs[0]!.store.status.getState().session.pending).toBe(1)
    await cluster.advanceTime(1_000)
    expect(cluster.now()).toBe(before + 1_000)
    await receipt.confirmed
    expect(textsOf(cluster.clients[1]!.tabs[0]!)).toEqual(['milk'])
  })

  test('what it throws names its seed, and says where it was too early', async () => {
    await using cluster = await createTestCluster({ schema, seed: 7 })
    expect(cluster.seed).toBe(7)
    cluster.clients[0]!.tabs[0]!.store.commit(events.created(milk))
    await expect(cluster.expectConverged()).rejects.toThrow(
      [
        'Settle first, for this is not done yet:',
        '- client0/tab1: 1 commit is not persisted',
        'This was seed 7: it gives the same history again.',
      ].join('\n'),
    )
  })

  test.each([
    [{ clients: 0 }, 'clients must be an integer from 1, and is 0'],
    [{ tabs: -1 }, 'tabs must be an integer from 0, and is -1'],
    [{ seed: 0.5 }, 'seed must be an integer from 0, and is 0.5'],
  ])('%j is refused', async (options, message) => {
    await expect(createTestCluster({ schema, ...options })).rejects.toThrow(message)
  })

  test('needs no real timers', async () => {
    vi.useFakeTimers()
    await using cluster = await createTestCluster({ schema })
    cluster.clients[0]!.tabs[0]!.store.commit(events.created(milk))
    await cluster.settle()
    await cluster.expectConverged()
  })

  test('does the same for the same seed, and something else for another', async () => {
    const history = async (seed: number) => {
      await using cluster = await createTestCluster({ schema, clients: 3, tabs: 2, seed })
      for (let round = 0; round < 3; round++) {
        for (const { tabs } of cluster.clients) {
          for (const { name, store } of tabs) store.commit(events.created({ id: `${round} ${name}`, text: name }))
        }
        await cluster.advanceTime(7)
      }
      await cluster.settle()
      await cluster.expectConverged()
      const [tab] = cluster.clients[0]!.tabs
      return JSON.stringify([cluster.now(), textsOf(tab!), tab!.store.status.getState()])
    }
    const [first, again, other] = [await history(1), await history(1), await history(2)]
    expect(again).toBe(first)
    expect(other).not.toBe(first)
  })

  test('what is asked for at once is done in turn', async () => {
    await using cluster = await createTestCluster({ schema, clients: 1 })
    const [client] = cluster.clients
    const opened = await Promise.all([client!.openTab(), client!.openTab()])
    expect(client!.tabs.slice(1)).toEqual(opened)
  })
})

describe('clients and tabs', () => {
  test('an offline client keeps what it commits, in a tab that opens meanwhile as well', async () => {
    await using cluster = await createTestCluster({ schema })
    const [ann, ben] = cluster.clients
    ann!.offline()
    const second = await ann!.openTab()
    const receipt = second.store.commit(events.created(milk))
    await cluster.settle()
    await receipt.persisted
    expect(ann!.isOffline).toBe(true)
    expect(second.store.status.getState().connection.name).toBe('offline')
    expect(textsOf(ann!.tabs[0]!)).toEqual(['milk'])
    expect(textsOf(ben!.tabs[0]!)).toEqual([])
    ann!.online()
    await cluster.settle()
    expect(textsOf(ben!.tabs[0]!)).toEqual(['milk'])
  })

  test('an offline client whose tabs are all killed is still offline, and has kept everything', async () => {
    await using cluster = await createTestCluster({ schema, tabs: 2 })
    const [ann, ben] = cluster.clients
    ann!.offline()
    ann!.tabs[0]!.store.commit(events.created(milk))
    await cluster.settle()
    for (const tab of ann!.tabs) tab.kill()
    const tab = await ann!.openTab()
    await cluster.settle()
    expect(textsOf(tab)).toEqual(['milk'])
    expect(textsOf(ben!.tabs[0]!)).toEqual([])
    ann!.online()
    await cluster.settle()
    await cluster.expectConverged()
    expect(textsOf(ben!.tabs[0]!)).toEqual(['milk'])
  })

  test('a partition ends when it is ended', async () => {
    await using cluster = await createTestCluster({ schema })
    const [ann, ben] = cluster.clients
    const heal = cluster.partition(ann!)
    ann!.tabs[0]!.store.commit(events.created(milk))
    await cluster.settle()
    expect(ann!.tabs[0]!.store.status.getState().leader.unconfirmed).toBe(1)
    heal()
    await cluster.settle()
    expect(textsOf(ben!.tabs[0]!)).toEqual(['milk'])
  })

  test('a tab that leads and is killed or closed is followed by another', async () => {
    await using cluster = await createTestCluster({ schema, clients: 1, tabs: 3 })
    const [client] = cluster.clients
    for (const leave of ['kill', 'close'] as const) {
      const left = client!.leader!
      left[leave]()
      await cluster.settle()
      expect(left.isOpen).toBe(false)
      expect(left.isLeader).toBe(false)
      expect(() => left.store).toThrow(`${left.name} is gone`)
      expect(client!.leader).toBeDefined()
      client!.leader!.store.commit(events.created({ id: leave, text: leave }))
      await cluster.settle()
    }
    await cluster.expectConverged()
    expect(textsOf(client!.leader!)).toEqual(['kill', 'close'])
  })

  test('where the tab that leads is frozen, settle says what hangs', async () => {
    await using cluster = await createTestCluster({ schema, clients: 1, tabs: 2 })
    const [client] = cluster.clients
    const frozen = client!.leader!
    const other = client!.tabs.find((tab) => tab !== frozen)!
    frozen.freeze()
    other.store.commit(events.created(milk))
    await expect(cluster.settle({ withinMs: 1_000 })).rejects.toThrow(
      `After 1000 ms of simulated time this hangs:\n- ${other.name}: 1 commit is not persisted, and the tab that leads, ${frozen.name}, is frozen`,
    )
    frozen.thaw()
    await cluster.settle()
    await cluster.expectConverged()
  })

  test('a tab that does not open is gone', async () => {
    await using cluster = await createTestCluster({ schema, clients: 1 })
    const [client] = cluster.clients
    client!.leader!.freeze()
    await expect(client!.openTab()).rejects.toThrow(
      'client0/tab2 did not open: its store was not there within 30000 ms',
    )
    expect(client!.tabs).toHaveLength(1)
  })

  test('nothing is expected of a store that the app shut down', async () => {
    await using cluster = await createTestCluster({ schema, clients: 1, tabs: 2 })
    const [first, second] = cluster.clients[0]!.tabs
    void first!.store.shutdown()
    second!.store.commit(events.created(milk))
    await cluster.settle()
    await cluster.expectConverged()
    expect(second!.isLeader).toBe(true)
  })

  test('the last word about being online counts, though the leader that heard it dies', async () => {
    await using cluster = await createTestCluster({ schema, clients: 1, tabs: 2 })
    const [client] = cluster.clients
    const leader = client!.leader!
    const other = client!.tabs.find((tab) => tab !== leader)!
    other.freeze()
    client!.offline()
    await cluster.advanceTime(50)
    leader.kill()
    other.thaw()
    client!.online()
    await cluster.settle()
    expect(other.store.status.getState().connection.name).toBe('online')
  })
})

describe('the backend', () => {
  test('comes back on its log', async () => {
    await using cluster = await createTestCluster({ schema })
    const [ann, ben] = cluster.clients
    ann!.tabs[0]!.store.commit(events.created(milk))
    await cluster.settle()
    cluster.restartBackend({ downMs: 5_000 })
    ben!.tabs[0]!.store.commit(events.renamed({ id: 'milk', text: 'oat milk' }))
    await expect(cluster.settle({ withinMs: 1_000 })).rejects.toThrow('- client1/tab1: is not connected: {')
    await cluster.settle()
    cluster.restartBackend()
    await cluster.settle()
    await cluster.expectConverged()
    expect(textsOf(ann!.tabs[0]!)).toEqual(['oat milk'])
  })

  test('refuses what a rule refuses, as long as it is there', async () => {
    await using cluster = await createTestCluster({ schema })
    const { store } = cluster.clients[0]!.tabs[0]!
    const seen: string[] = []
    const stop = cluster.reject((commit) => {
      seen.push(JSON.stringify(commit.events))
      return 'not today'
    })
    const refused = store.commit(events.created(milk))
    await cluster.settle()
    await expect(refused.confirmed).rejects.toThrow('not today')
    expect(seen).toEqual([JSON.stringify([events.created(milk)])])
    stop()
    const taken = store.commit(events.created(milk))
    await cluster.settle()
    await taken.confirmed
  })

  test('where a rule throws, settle says so', async () => {
    await using cluster = await createTestCluster({ schema })
    const stop = cluster.reject(() => {
      throw new Error('no rule without mistakes')
    })
    cluster.clients[0]!.tabs[0]!.store.commit(events.created(milk))
    await expect(cluster.settle()).rejects.toThrow(
      '- the backend said: validate failed, Error: no rule without mistakes',
    )
    stop()
    await cluster.settle()
  })

  test("validates as the app's own does", async () => {
    await using cluster = await createTestCluster({
      schema,
      backend: { validate: async ([commitId], { storeId }) => (commitId && storeId ? 'read-only' : undefined) },
    })
    const receipt = cluster.clients[0]!.tabs[0]!.store.commit(events.created(milk))
    await cluster.settle()
    await expect(receipt.confirmed).rejects.toThrow('read-only')
  })
})

describe('expectConverged', () => {
  /** A materializer that breaks the rule: what it writes depends on who runs it. */
  let runs = 0
  const counters = sqliteTable('counters', { id: text().primaryKey(), runs: integer().notNull() })
  const impure = {
    counted: Events.synced({ name: 'v1.Counted', schema: z.object({ id: z.string() }) }),
  }
  const insertCounter = prepare(insert(counters).values({ id: 'placeholder', runs: 0 }))
  const impureSchema = makeSchema({
    version: '1',
    tables: { counters },
    events: impure,
    materializers: {
      'v1.Counted': ({ id }) => [
        insertCounter({}),
        update(counters).set({ id, runs: ++runs }).where(eq(counters.id, 'placeholder')),
      ],
    },
  })

  test('says which rows of which table differ', async () => {
    runs = 0
    await using cluster = await createTestCluster({ schema: impureSchema, clients: 1 })
    cluster.clients[0]!.tabs[0]!.store.commit(impure.counted({ id: 'a' }))
    await cluster.settle()
    await expect(cluster.expectConverged()).rejects.toThrow(
      [
        "Not what a replay of the backend's log shows:",
        '- client0/tab1, table counters',
        '    only in client0/tab1: { id: "a", runs: 1 }',
        '    only in the replay: { id: "a", runs: 3 }',
      ].join('\n'),
    )
  })

  test('does not hold for what nobody else has yet', async () => {
    await using cluster = await createTestCluster({ schema })
    const [ann] = cluster.clients
    ann!.offline()
    ann!.tabs[0]!.store.commit(events.created(milk), events.drafted({ id: 'a', text: 'draft' }))
    await cluster.settle()
    await expect(cluster.expectConverged()).rejects.toThrow(
      'only in client0/tab1: { id: "milk", text: "milk", version: 0 }',
    )
    ann!.online()
    await cluster.settle()
    await cluster.expectConverged()
  })
})

test('close is done once, and says what is left', async () => {
  const cluster = await createTestCluster({ schema, tabs: 2 })
  cluster.clients[0]!.offline()
  cluster.clients[0]!.tabs[0]!.freeze()
  cluster.partition(cluster.clients[1]!)
  const closed = cluster.close()
  expect(cluster.close()).toBe(closed)
  await closed
  expect(() => cluster.clients[0]!.tabs[0]!.store).toThrow('client0/tab1 is gone')
})

test('a client of another cluster is refused', async () => {
  await using one = await createTestCluster({ schema })
  await using other = await createTestCluster({ schema })
  expect(() => one.partition(other.clients[0]!)).toThrow('client0 is a client of another cluster')
})

test('types: stores and commits are those of the schema', async () => {
  type Defs = typeof events
  expectTypeOf(createTestCluster<Defs>).parameters.toEqualTypeOf<[TestClusterOptions<Defs>]>()
  expectTypeOf(createTestCluster({ schema })).resolves.toEqualTypeOf<TestCluster<Defs>>()
  expectTypeOf<TestClusterOptions['backend']>().toEqualTypeOf<TestBackend | undefined>()
  expectTypeOf<TestCluster<Defs>>().toExtend<AsyncDisposable>()
  expectTypeOf<TestCluster<Defs>['clients']>().toEqualTypeOf<readonly TestClient<Defs>[]>()
  expectTypeOf<TestClient<Defs>['tabs']>().toEqualTypeOf<readonly TestTab<Defs>[]>()
  expectTypeOf<TestClient<Defs>['leader']>().toEqualTypeOf<TestTab<Defs> | undefined>()
  expectTypeOf<TestClient<Defs>['openTab']>().toEqualTypeOf<() => Promise<TestTab<Defs>>>()
  expectTypeOf<TestTab<Defs>['store']>().toEqualTypeOf<Store<Defs>>()
  expectTypeOf<ReturnType<TestTab<Defs>['store']['commit']>>().toEqualTypeOf<Receipt>()
  expectTypeOf<TestCommit<Defs>['events'][number]['name']>().toEqualTypeOf<Defs[keyof Defs]['name']>()
  expectTypeOf<Extract<TestCommit<Defs>['events'][number], { name: 'v1.Removed' }>['args']>().toEqualTypeOf<{
    id: string
  }>()
  expectTypeOf<TestCluster<Defs>['partition']>().toEqualTypeOf<(client: TestClient<Defs>) => () => void>()
  // A helper for any app's tabs takes those of every schema.
  const name = (tab: TestTab, _cluster?: TestCluster) => tab.name
  expectTypeOf(name).toBeCallableWith({} as TestTab<Defs>, {} as TestCluster<Defs>)
  // @ts-expect-error a cluster needs a schema
  void ((): Promise<unknown> => createTestCluster({ clients: 2 }))
})
