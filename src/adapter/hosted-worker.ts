import { type HostToTab, lockNames, type TabToHost } from '../leader/broker-protocol.ts'
import { freed, type Locks, listen, type Port } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import { createTimers } from '../replica/timers.ts'
import type { WorkerPort } from './tab-world.ts'
import { next, starting, type WorkerEvent, type WorkerLife } from './worker-life.ts'

/** Between two pings, milliseconds. */
const pingEvery = 1_000
/** A worker that lasted this long, milliseconds, was good. */
const goodAfter = 30_000

type Options = {
  readonly env: Env
  readonly locks: Locks
  readonly start: () => WorkerPort
  /** There is another worker, which knows nothing yet. Gives what undoes it when the worker is gone. */
  readonly onStarted: (worker: WorkerPort) => () => void
  readonly onMessage: (message: HostToTab) => void
  /** Its script did not load, or ended at once. It is tried again. */
  readonly onBroken: (reason: string) => void
}

/** Does what `worker-life.ts` decides: there is a leader worker, and it answers, or another takes its place. */
export function createHostedWorker(options: Options) {
  const { env, locks } = options
  let life: WorkerLife = starting
  let worker: WorkerPort | undefined
  let undo = () => {}
  /** Since the last ping. */
  let hasAnswered = true
  let lastPing = Number.NEGATIVE_INFINITY
  const timers = createTimers<'ping' | 'good' | 'retry'>(env)

  const happen = (event: WorkerEvent) => {
    const before = life
    life = next(before, event)
    if (life.name !== before.name) enter(before)
  }

  /** Does what the new state asks for. */
  const enter = (before: WorkerLife) => {
    switch (life.name) {
      case 'starting':
        return begin()
      case 'alive':
        if (before.name === 'starting') timers.set('good', goodAfter, () => happen({ type: 'proved good' }))
        return
      case 'suspected':
        return
      case 'pausing':
        letGo()
        timers.set('retry', life.retryAt - env.now(), () => happen({ type: 'due' }))
        if (before.name === 'starting') options.onBroken(life.reason)
        return
      case 'ended':
        return letGo()
      default:
        return life satisfies never
    }
  }

  const begin = () => {
    const started = options.start()
    const isCurrent = () => worker === started
    const died = (reason: string) => {
      if (isCurrent()) happen({ type: 'died', reason, at: env.now() })
    }
    worker = started
    hasAnswered = true
    listen<HostToTab>(started, (message) => {
      if (!isCurrent()) return
      hasAnswered = true
      happen({ type: 'answered' })
      // Held for the worker's life: who is granted it knows that the worker is gone.
      if (message.type === 'ready') void freed(locks, lockNames.worker(message.workerId)).then(() => died('it is gone'))
      options.onMessage(message)
    })
    started.onError(died)
    undo = options.onStarted(started)
    timers.set('ping', pingEvery, ping)
  }

  const ping = () => {
    if (!hasAnswered) happen({ type: 'missed', at: env.now() })
    if (life.name === 'pausing' || life.name === 'ended') return
    if (life.name !== 'starting') {
      hasAnswered = false
      lastPing = env.elapsed()
      worker?.postMessage({ type: 'ping' } satisfies TabToHost)
    }
    timers.set('ping', pingEvery, ping)
  }

  const letGo = () => {
    timers.cancelAll()
    undo()
    worker?.close()
    worker = undefined
  }

  begin()
  return {
    tell: (message: TabToHost, port?: Port) => worker?.postMessage(message, port ? [port as MessagePort] : []),
    /** Somebody has reason to doubt that it works: asks it now, for timers of a tab in the background may be late by minutes. */
    doubt() {
      if (worker && env.elapsed() - lastPing >= pingEvery) ping()
    },
    end: () => happen({ type: 'ended' }),
  }
}
