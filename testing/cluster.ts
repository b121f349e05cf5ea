import type { Schema } from '../src/index.ts'
import { loadSqlite } from '../src/sqlite/wa-sqlite.ts'
import { createBrowser } from '../src/testing/simulator/browser.ts'
import { createNetwork, type Network } from '../src/testing/simulator/network.ts'
import { createRandom } from '../src/testing/simulator/random.ts'
import { readLog } from '../src/testing/simulator/replay.ts'
import { createScheduler, type Scheduler } from '../src/testing/simulator/scheduler.ts'
import { type Rule, startTestBackend, type TestBackend } from './backend.ts'
import { type AnyDefs, type Client, createClient, type Defs, type TestClient } from './client.ts'
import { type Clock, createClock } from './clock.ts'
import { differences } from './convergence.ts'
import { hanging } from './hanging.ts'

export type TestClusterOptions<Events extends Defs = Defs> = {
  readonly schema: Schema<Events>
  /** 2 if not given. */
  readonly clients?: number | undefined
  /** Those that each client opens with: 1 if not given. */
  readonly tabs?: number | undefined
  /** Decides all that is left to chance: how long messages take, ids, who is faster. 1 if not given. */
  readonly seed?: number | undefined
  readonly backend?: TestBackend | undefined
}

/**
 * Clients with their tabs, a network and a backend, all in this process. Time passes in `advanceTime`, `settle`, `openTab` and
 * `close` alone: what a store promises is fulfilled there, so settle first and await a receipt then.
 */
export type TestCluster<Events extends Defs = AnyDefs> = AsyncDisposable & {
  readonly clients: readonly TestClient<Events>[]
  /** The one that was given, or 1. It gives the same history again; what `settle` and `expectConverged` throw names it. */
  readonly seed: number
  /** Milliseconds of simulated time. */
  now(): number
  /** Lets simulated time pass. */
  advanceTime(ms: number): Promise<void>
  /**
   * Lets time pass until all is done that can be: commits are confirmed, or settled otherwise, and every tab shows the same;
   * those of a client that is cut off are persisted. Throws after `withinMs` (60,000) of simulated time, and says what hangs.
   */
  settle(options?: { readonly withinMs?: number | undefined }): Promise<void>
  /**
   * Throws where a tab's synced tables are not those of a fresh replay of the backend's log, or where the tabs of a client
   * differ in client-only ones; says which table and rows.
   */
  expectConverged(): Promise<void>
  /** The network loses all that this client sends and should get. Returns what ends that. */
  partition(client: TestClient<Events>): () => void
  /** The backend dies, and comes back on its log after `downMs` (0). */
  restartBackend(options?: { readonly downMs?: number | undefined }): void
  /** From now on the backend refuses commits for which this gives a reason. Returns what ends that. */
  reject(rule: Rule<Events>): () => void
  /** Shuts every store down, and throws if a file, a lock, a timer or a socket is left. */
  close(): Promise<void>
}

const storeId = 'test'

/** What was just done is noticed within this time, milliseconds. */
const soon = 25

/** A cluster whose tabs are all open and connected. */
export async function createTestCluster<Events extends Defs>(
  options: TestClusterOptions<Events>,
): Promise<TestCluster<Events>> {
  const { schema, clients: count = 2, tabs = 1, seed = 1 } = options
  checkCounts({ clients: count, tabs, seed })
  const sqlite = await loadSqlite()
  const random = createRandom(seed)
  const scheduler = createScheduler(random)
  const clock = createClock(scheduler)
  const network = createNetwork(random.fork())
  const backend = startTestBackend({ ...options.backend, schema, scheduler, network })
  let closing: Promise<void> | undefined

  const clients = Array.from({ length: count }, (_, index): Client<Events> => {
    const name = `client${index}`
    network.setLatency(name, 1 + random.below(20))
    const world = { scheduler, random: random.fork(), network, sqlite, onTrace: () => undefined }
    return createClient({ browser: createBrowser({ ...world, name, schema, storeId }), network, clock, storeId })
  })

  const close = async () => {
    const left = await shutDown({ clients, clock, network, scheduler })
    await backend.close()
    if (left.length > 0) throw new Error(`The cluster is closed, and this is left:\n${list(left)}`)
  }

  const unfinished = () => hanging(clients, backend.head())
  const failure = (sentences: readonly string[]) =>
    new Error([...sentences, `This was seed ${seed}: it gives the same history again.`].join('\n'))

  const cluster: TestCluster<Events> = {
    clients,
    seed,
    now: clock.now,
    advanceTime: clock.pass,
    async settle({ withinMs = 60_000 } = {}) {
      await clock.pass(soon)
      if (await clock.until(() => unfinished().length === 0, withinMs)) return
      const hangs = [...unfinished(), backend.trouble() ?? []].flat()
      throw failure([`After ${withinMs} ms of simulated time this hangs:`, list(hangs)])
    },
    async expectConverged() {
      const open = clients.map((client) => ({ tabs: client.open() }))
      const log = await readLog({ engine: backend.engine, storeId })
      const found = differences({ schema, sqlite, log, clients: open })
      if (found.length === 0) return
      const rest = unfinished()
      const early = rest.length > 0 ? ['Settle first, for this is not done yet:', list(rest)] : []
      throw failure([`Not what a replay of the backend's log shows:`, list(found), ...early])
    },
    partition(client) {
      const found = clients.find((one) => one === client)
      if (!found) throw new Error(`${client.name} is a client of another cluster`)
      found.setPartitioned(true)
      return () => found.setPartitioned(false)
    },
    restartBackend: ({ downMs = 0 } = {}) => backend.restart(downMs),
    reject: backend.reject,
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => cluster.close(),
  }

  for (const client of clients) for (let tab = 0; tab < tabs; tab++) await client.openTab()
  await cluster.settle()
  return cluster
}

type World<Events extends Defs> = {
  readonly clients: readonly Client<Events>[]
  readonly clock: Clock
  readonly network: Network
  readonly scheduler: Scheduler
}

/** Ends everything as an app does. Gives what is left then, in words. */
async function shutDown<Events extends Defs>({ clients, clock, network, scheduler }: World<Events>): Promise<string[]> {
  for (const client of clients) {
    for (const tab of client.open()) {
      tab.thaw()
      void tab.store.shutdown()
    }
  }
  await clock.pass(10_000)
  const left = clients.flatMap(({ browser }) => browser.left())
  if (network.open() > 0) left.push(`${network.open()} sockets are open`)
  const waiting = scheduler.waiting().filter((thread) => thread.startsWith('client'))
  if (waiting.length > 0) left.push(`timers are left in ${[...new Set(waiting)].join(', ')}`)
  for (const { tabs } of clients) for (const tab of tabs) tab.kill()
  return left
}

function checkCounts({
  clients,
  tabs,
  seed,
}: {
  readonly clients: number
  readonly tabs: number
  readonly seed: number
}) {
  for (const [name, value, least] of [
    ['clients', clients, 1],
    ['tabs', tabs, 0],
    ['seed', seed, 0],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least)
      throw new RangeError(`${name} must be an integer from ${least}, and is ${value}`)
  }
}

const list = (sentences: readonly string[]) => sentences.map((sentence) => `- ${sentence}`).join('\n')
