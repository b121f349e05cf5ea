import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { Trace } from '../../trace.ts'
import { createActor } from './act.ts'
import { type BackendUnderTest, hostBackend } from './backend.ts'
import { createBrowser, type Tab } from './browser.ts'
import { closeAll, heal } from './ending.ts'
import { watchHeads } from './heads.ts'
import { judgeLogs } from './judge-logs.ts'
import { createNetwork } from './network.ts'
import { judge, shownBy } from './oracles.ts'
import { watchProgress } from './progress.ts'
import { createRandom } from './random.ts'
import type { Promised } from './receipts.ts'
import { createScheduler, type Scheduler, type Thread } from './scheduler.ts'
import { isFault, type Plan } from './step.ts'
import { hearUncaught } from './uncaught.ts'
import type { Workload } from './workload.ts'

export type RunOptions = Plan & {
  readonly server: BackendUnderTest
  readonly seed: number
  readonly workload: Workload
  readonly sqlite: SqliteModule
  /** Hears every trace, with who told it and when. */
  readonly onTrace?: (at: number, who: string, trace: Trace) => void
}

export type Outcome = {
  /** What was promised and not kept, in words; none if all is well. */
  readonly broken: readonly string[]
  readonly commits: number
  readonly rebases: number
  readonly faults: Readonly<Record<string, number>>
  /** How commits ended that were not simply confirmed. */
  readonly settled: Readonly<Record<string, number>>
  /** The longest that a client in touch with the backend waited for it to do anything for it, milliseconds. */
  readonly longestWait: number
  /** Simulated tasks, and the simulated time of the whole history in milliseconds. */
  readonly tasks: number
  readonly ms: number
  /** Two runs of one seed have the same. */
  readonly fingerprint: string
}

/** Once faults stop, everything must be confirmed within this simulated time, milliseconds. */
const settleWithin = 90_000
/** Between two looks at how things are, milliseconds. */
const lookEvery = 250
const storeId = 'store'

/** Runs a history on the real code, in a world of its own, and says which promises it broke. */
export async function run(options: RunOptions): Promise<Outcome> {
  const uncaught = hearUncaught()
  const outcome = await runHistory(options).catch(outcomeOf)
  return { ...outcome, broken: [...outcome.broken, ...(await uncaught.stop())] }
}

/** The code under test threw at nobody, or the world could not be judged. */
function outcomeOf(error: unknown): Outcome {
  const broken = [`it threw ${error instanceof Error ? error.stack : error}`]
  return { broken, commits: 0, rebases: 0, faults: {}, settled: {}, longestWait: 0, tasks: 0, ms: 0, fingerprint: '' }
}

async function runHistory({ server, seed, clients, steps, workload, sqlite, onTrace }: RunOptions): Promise<Outcome> {
  const random = createRandom(seed ^ 0x9e3779b9)
  const scheduler = createScheduler(random)
  const network = createNetwork(random.fork())
  const told = createTelling(scheduler, onTrace)
  const promised: Promised[] = []
  const tended = new Map<string, () => number | undefined>()
  const faults: Record<string, number> = {}

  const hear = (who: string, trace: Trace) => {
    told.hear(who, trace)
    if (trace.type === 'settled' && trace.tier === 'leader') progress.settled(who.split('/')[0]!)
  }

  const schema = Object.values(workload.builds)[0]!
  const browsers = clients.map(({ latency, hasSharedWorker }, index) => {
    const name = `client${index}`
    network.setLatency(name, latency)
    const world = { scheduler, random: random.fork(), network, sqlite, onTrace: hear }
    const app = { schema, schemas: workload.builds, reloadsOutdated: true }
    return createBrowser({ ...world, ...app, hasSharedWorker, name, storeId })
  })
  const validate = (commit: unknown) => workload.refuse?.(commit)
  const backend = hostBackend({ server, scheduler, network, storeId, random: random.fork(), validate })
  const world = scheduler.thread('world')
  const cluster = { browsers, backend, network, world, scheduler, workload }

  const heads = watchHeads(browsers, backend)
  const progress = watchProgress({ browsers, backend, network, promised, now: scheduler.now })
  const stopLooking = every(lookEvery, world, () => {
    heads.look()
    progress.look()
  })
  const act = createActor(cluster, {
    promised: (one) => promised.push(one),
    tended: (commitId, goneAt) => tended.set(commitId, goneAt),
    disturbed: progress.disturbed,
  })
  for (const step of steps) {
    world.schedule(step.at, () => {
      if (isFault(step)) faults[step.type] = (faults[step.type] ?? 0) + 1
      act(step)
    })
  }
  await scheduler.run(steps.at(-1)?.at ?? 0)

  await heal(cluster)
  const isSettled = () =>
    browsers.every(({ tabs }) => [...tabs].every(isSettledTab)) && promised.every(({ isDone }) => isDone())
  await scheduler.run(scheduler.now() + settleWithin, isSettled)
  await scheduler.run(scheduler.now() + 1_000) // what was settled is told to all tabs
  stopLooking()

  const judged = {
    browsers,
    engine: backend.engine,
    storeId,
    promised,
    lost: backend.lost,
    tended,
    workload,
    sqlite,
    hasSettled: isSettled(),
  }
  const shown = await shownBy(judged, scheduler)
  const broken = [...heads.broken, ...progress.broken, ...(await judge(judged)), ...(await closeAll(cluster))]
  const receipts = await judgeLogs(judged, shown)
  await backend.engine.close()
  const { tasks } = scheduler
  const ms = Math.round(scheduler.now())
  scheduler.end()
  for (const { opfs } of browsers) opfs.end()
  return {
    broken: [...broken, ...receipts.broken],
    commits: promised.length,
    rebases: told.rebases(),
    faults,
    settled: receipts.settled,
    longestWait: progress.longest,
    tasks,
    ms,
    fingerprint: `${told.digest()}-${tasks}`,
  }
}

/** What the library tells of itself, counted and boiled down to a number. */
function createTelling(scheduler: Scheduler, onTrace: RunOptions['onTrace']) {
  let rebases = 0
  let digest = 0
  const add = (part: number) => {
    digest = (Math.imul(digest, 31) + part) | 0
  }
  return {
    hear(who: string, trace: Trace) {
      if (trace.type === 'rebased') rebases++
      add(scheduler.now() * 1_000)
      add(hash(who))
      add(hash(trace.type))
      onTrace?.(scheduler.now(), who, trace)
    },
    rebases: () => rebases,
    digest: () => digest >>> 0,
  }
}

const hashes = new Map<string, number>()

/** Of names, which are few and come again and again. */
function hash(text: string): number {
  const known = hashes.get(text)
  if (known !== undefined) return known
  let hashed = 0
  for (let at = 0; at < text.length; at++) hashed = (Math.imul(hashed, 31) + text.charCodeAt(at)) | 0
  hashes.set(text, hashed)
  return hashed
}

function every(ms: number, thread: Thread, call: () => void): () => void {
  let cancel: () => void
  const again = () => {
    call()
    cancel = thread.schedule(ms, again)
  }
  again()
  return () => cancel()
}

function isSettledTab({ store }: Tab): boolean {
  if (!store) return false
  const { session, leader, connection } = store.status.getState()
  return session.pending === 0 && leader.unconfirmed === 0 && connection.name === 'online'
}
