import {
  type BackendOptions,
  createBackend,
  createMemoryEngine,
  type EventLog,
  type Validate,
} from '../server/index.ts'
import { fromWire } from '../src/backend/batch.ts'
import type { Schema } from '../src/index.ts'
import type { ArgsOf } from '../src/schema/events.ts'
import { decodeEvent } from '../src/schema/schema.ts'
import { loadSqlite } from '../src/sqlite/wa-sqlite.ts'
import { createBrowser } from '../src/testing/simulator/browser.ts'
import { createNetwork } from '../src/testing/simulator/network.ts'
import { readLog } from '../src/testing/simulator/oracles.ts'
import { createRandom } from '../src/testing/simulator/random.ts'
import { createScheduler, type Scheduler, type Thread } from '../src/testing/simulator/scheduler.ts'
import { type AnyDefs, type Client, createClient, type Defs, type TestClient } from './client.ts'
import { createClock } from './clock.ts'
import { differences } from './convergence.ts'
import { hanging } from './hanging.ts'

/** What an app decides at its backend. What it gives to `startServer` fits here, as long as it waits for nothing real. */
export type TestBackend = Pick<BackendOptions, 'validate' | 'limits'>

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

/** A commit as it comes to the backend: its synced events, decoded. */
export type TestCommit<Events extends Defs = AnyDefs> = {
  readonly commitId: string
  readonly clientId: string
  readonly events: readonly {
    [Key in keyof Events]: { readonly name: Events[Key]['name']; readonly args: ArgsOf<Events[Key]> }
  }[keyof Events][]
}

/**
 * Clients with their tabs, a network and a backend, all in this process. Time passes in `advanceTime`, `settle`, `openTab` and
 * `close` alone: what a store promises is fulfilled there, so settle first and await a receipt then.
 */
export type TestCluster<Events extends Defs = AnyDefs> = AsyncDisposable & {
  readonly clients: readonly TestClient<Events>[]
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
  reject(rule: (commit: TestCommit<Events>) => string | undefined): () => void
  /** Shuts every store down, and throws if a file, a lock, a timer or a socket is left. */
  close(): Promise<void>
}

const storeId = 'test'

/** A cluster whose tabs are all open and connected. */
export async function createTestCluster<Events extends Defs>({
  schema,
  clients: count = 2,
  tabs = 1,
  seed = 1,
  backend = {},
}: TestClusterOptions<Events>): Promise<TestCluster<Events>> {
  const sqlite = await loadSqlite()
  const random = createRandom(seed)
  const scheduler = createScheduler(random)
  const clock = createClock(scheduler)
  const network = createNetwork(random.fork())
  const rules = new Set<(commit: TestCommit<Events>) => string | undefined>()
  const log = createLog(scheduler)
  let server: Thread | undefined
  let closing: Promise<void> | undefined

  const validate: Validate = (wire, context) => {
    const { commitId, clientId, events } = fromWire(wire)
    const decoded = events.map((event) => ({
      name: event.name,
      args: decodeEvent(schema.eventDef(event.name)!, event),
    })) as unknown as TestCommit<Events>['events']
    for (const rule of rules) {
      const reason = rule({ commitId, clientId, events: decoded })
      if (reason !== undefined) return reason
    }
    return backend.validate?.(wire, context)
  }

  const startBackend = () => {
    server = log.thread.spawn('run')
    const { connect } = createBackend({ engine: log.engine, env: server.env, validate, limits: backend.limits })
    network.serve(server, connect)
  }

  const clients = Array.from({ length: count }, (_, index): Client<Events> => {
    const name = `client${index}`
    network.setLatency(name, 1 + random.below(20))
    const options = {
      name,
      schema,
      storeId,
      scheduler,
      random: random.fork(),
      network,
      sqlite,
      onTrace: () => undefined,
    }
    return createClient({ browser: createBrowser(options), network, clock, storeId })
  })

  const cluster: TestCluster<Events> = {
    clients,
    now: clock.now,
    advanceTime: clock.pass,
    async settle({ withinMs = 60_000 } = {}) {
      await clock.pass(soon)
      const rest = () => hanging(clients, log.head())
      if (await clock.until(() => rest().length === 0, withinMs)) return
      throw new Error(`After ${withinMs} ms of simulated time this hangs:\n${list(rest())}`)
    },
    async expectConverged() {
      const stores = clients.map((client) => ({ tabs: client.open() }))
      const commits = await readLog({ engine: log.engine, storeId })
      const found = differences({ schema, sqlite, log: commits, clients: stores })
      if (found.length === 0) return
      throw new Error(`Not the same as a replay of the ${commits.length} commits at the backend:\n${list(found)}`)
    },
    partition(client) {
      const found = clients.find((one) => one === client)
      if (!found) throw new Error(`${client.name} is a client of another cluster`)
      found.setPartitioned(true)
      return () => found.setPartitioned(false)
    },
    restartBackend({ downMs = 0 } = {}) {
      server?.kill()
      if (downMs > 0) log.thread.schedule(downMs, startBackend)
      else startBackend()
    },
    reject(rule) {
      rules.add(rule)
      return () => void rules.delete(rule)
    },
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => cluster.close(),
  }

  const close = async () => {
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
    log.thread.kill()
    await log.engine.close()
    if (left.length > 0) throw new Error(`The cluster is closed, and this is left:\n${list(left)}`)
  }

  startBackend()
  for (const client of clients) for (let tab = 0; tab < tabs; tab++) await client.openTab()
  await cluster.settle()
  return cluster
}

/** What was just done is noticed within this time, milliseconds. */
const soon = 25

const list = (sentences: readonly string[]) => sentences.map((sentence) => `- ${sentence}`).join('\n')

/** The backend's log, which outlives the backend, and how long it is. */
function createLog(scheduler: Scheduler) {
  const thread = scheduler.thread('backend')
  const memory = createMemoryEngine({ env: thread.env })
  let head = 0
  const engine: EventLog = {
    ...memory,
    async append(id, push) {
      const appended = await memory.append(id, push)
      if (appended.type === 'appended') head = appended.head.seq
      return appended
    },
  }
  return { thread, engine, head: () => head }
}
