import { toWire } from '../../backend/batch.ts'
import { type EventLog, storedCommit } from '../../backend/event-log.ts'
import type { Commit } from '../../event/commit.ts'
import type { Env } from '../../replica/env.ts'
import type { Accept, Network } from './network.ts'
import type { Random } from './random.ts'
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
  const engine = server.openEngine(disk.env)
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
  start()

  return {
    /** Its log, as it is. */
    engine,
    start,
    stop,
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
