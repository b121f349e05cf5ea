import { toWire } from '../../backend/batch.ts'
import { type EventLog, storedCommit } from '../../backend/event-log.ts'
import type { Commit } from '../../event/commit.ts'
import type { Env } from '../../replica/env.ts'
import type { Accept, Network } from './network.ts'
import type { Random } from './random.ts'
import { readStored } from './replay.ts'
import type { Scheduler, Thread } from './scheduler.ts'

/** The backend that histories run against: given as a value, since the library does not know its server. */
export type BackendUnderTest = {
  openEngine(env: Env): EventLog
  start(options: { engine: EventLog; env: Env; validate: (commit: unknown) => string | undefined }): {
    connect: Accept
  }
}

type Options = {
  readonly server: BackendUnderTest
  readonly scheduler: Scheduler
  readonly network: Network
  readonly storeId: string
  readonly random: Random
  readonly validate: (commit: unknown) => string | undefined
}

type Slowness = { until: number; delay: number }

/** The backend: a process that can die and be started again, on a log that outlives it and can be slow. */
export function hostBackend({ server, scheduler, network, storeId, random, validate }: Options) {
  const disk = scheduler.thread('backend')
  let engine = server.openEngine(disk.env)
  /** Commits that it had, and that its history lacks since it was wiped or restored. */
  const lost = new Set<string>()
  let losses = 0
  const slowness: Slowness = { until: 0, delay: 0 }
  let running: Thread | undefined

  const start = () => {
    if (running) return
    running = disk.spawn('run')
    const log = slowLog({ engine, disk, process: running, random, slowness })
    const { connect } = server.start({ engine: log, env: running.env, validate })
    network.serve(running, connect)
  }
  const stop = () => {
    running?.kill()
    running = undefined
  }

  /** It stops, and its log is another one when it starts again: an empty one, or of the first commits of what there was. */
  const beginAnew = async (from: 'nothing' | { readonly lacking: number }) => {
    stop()
    const before = engine
    const opened = await before.open(storeId, { create: false })
    if (!opened) return
    const commits = await readStored(before, storeId)
    const kept = from === 'nothing' ? [] : commits.slice(0, Math.max(0, commits.length - from.lacking))
    for (const { commitId } of commits.slice(kept.length)) lost.add(commitId)
    losses += 1
    const { backendId } = opened
    engine = server.openEngine(from === 'nothing' ? disk.env : { ...disk.env, randomId: () => backendId })
    if (from === 'nothing') return
    await engine.open(storeId, { create: true })
    if (kept.length > 0) await engine.append(storeId, { backendId, parent: 0, commits: kept })
  }
  start()

  return {
    /** Its log, as it is. */
    get engine() {
      return engine
    },
    start,
    stop,
    beginAnew,
    /** Commits of histories that are no more. */
    lost: lost as ReadonlySet<string>,
    /** How often its history became another one. */
    get losses() {
      return losses
    },
    /** Another process of the backend, with clients that nobody here knows, takes a commit as it is. */
    async append(commit: Commit) {
      const opened = await engine.open(storeId, { create: false })
      if (!opened) return
      const commits = [storedCommit(toWire(commit))]
      await engine.append(storeId, { backendId: opened.backendId, parent: opened.head.seq, commits })
    },
    slowDown(ms: number, delay: number) {
      slowness.until = disk.env.now() + ms
      slowness.delay = delay
    },
    speedUp() {
      slowness.until = 0
    },
    /** It runs, and its log answers at once. */
    isWell: () => running !== undefined && slowness.until <= disk.env.now(),
  }
}

export type Backend = ReturnType<typeof hostBackend>

/**
 * The log, as a process of the backend sees it. While it is slow it does late what it is asked, and says so late. It does what
 * it was asked even if the process is gone by then, which hears of nothing any more.
 */
function slowLog(options: {
  readonly engine: EventLog
  readonly disk: Thread
  readonly process: Thread
  readonly random: Random
  readonly slowness: Slowness
}): EventLog {
  const { engine, disk, process, random, slowness } = options

  const late = async <T>(call: () => Promise<T>): Promise<T> => {
    if (slowness.until <= disk.env.now()) return call()
    const { delay } = slowness
    await pause(disk, random.number() * delay)
    const answer = await call()
    await pause(process, random.number() * delay)
    return answer
  }

  return {
    ...engine,
    append: (storeId, push) => late(() => engine.append(storeId, push)),
    read: (storeId, range) => late(() => engine.read(storeId, range)),
    commitAt: (storeId, seq) => late(() => engine.commitAt(storeId, seq)),
  }
}

/** Never resolves for a thread that dies meanwhile. */
function pause(thread: Thread, ms: number): Promise<void> {
  return new Promise((resolve) => {
    thread.schedule(ms, resolve)
  })
}
