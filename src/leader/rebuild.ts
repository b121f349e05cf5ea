import type { Env } from '../replica/env.ts'
import type { EventLog } from '../replica/event-log.ts'
import type { JoinRequest, LeaderStatus, OnlineSwitch, Progress } from '../replica/leader-api.ts'
import type { State } from '../replica/state.ts'
import { syncState } from '../sync/state.ts'
import type { TraceSource } from '../trace.ts'
import { eventsAfter } from './events-after.ts'
import { firstStatus } from './first-status.ts'
import type { EpochLeader } from './leader.ts'
import { createSessions } from './sessions.ts'
import type { Storage } from './storage-port.ts'
import { problemOf } from './storage-problem.ts'

/** A state that is further behind its log than this, in events, is brought up to it in slices. */
const far = 1_000
/** Commits read from the log and applied at a time. */
const page = 256
/** The thread answers at least this often, milliseconds. */
const slice = 5
/** Sessions are told how far it is this often, milliseconds. */
const tellEvery = 50

/** What is left to do until a state holds all that its log has as confirmed. */
export type Rebuild = {
  readonly isLong: boolean
  /** In events. */
  readonly progress: Progress
  /** Does a little of it. False when nothing is left. */
  step(): boolean
}

export function createRebuild(log: EventLog, state: State): Rebuild {
  const from = state.base.global
  return {
    isLong: log.confirmed.global - from > far,
    get progress(): Progress {
      return { name: 'rebuild', done: state.base.global, total: log.confirmed.global }
    },
    step() {
      const commits = log.confirmedAfter(state.base, page)
      const head = commits.at(-1)?.head
      if (!head) return false
      const sync = syncState(head, [], [])
      state.follow(
        sync,
        commits.map(({ commit }) => commit),
      )
      state.fold(sync)
      return commits.length === page
    },
  }
}

type Options = {
  readonly leaderId: string
  readonly log: EventLog
  readonly rebuild: Rebuild
  readonly storage: Storage
  readonly env: Env
  readonly traces: TraceSource
  readonly onlineSwitch?: OnlineSwitch | undefined
  /** Called again and again. */
  readonly onBusy?: (() => void) | undefined
  /** The state is there: another leader takes this one's place. */
  readonly onDone: () => void
  readonly onFailed: (error: unknown) => void
}

/**
 * Stands in for the leader while the state is made from the log, in slices: who joins waits, and hears how far it is. Other
 * stores of the same worker go on meanwhile, and so does its answering.
 */
export function rebuildLeader(options: Options): EpochLeader {
  const { log, rebuild, storage, env, traces, onBusy, onDone, onFailed } = options
  const started = env.elapsed()
  const first = rebuild.progress.done
  const sessions = createSessions()
  const over = Promise.withResolvers<never>()
  over.promise.catch(() => undefined) // where nobody waits
  let isOver = false
  let toldAt = Number.NEGATIVE_INFINITY
  let status: LeaderStatus = { ...firstStatus(options), progress: rebuild.progress }

  const setStatus = (change: Partial<LeaderStatus>) => {
    status = { ...status, ...change }
    sessions.tellStatus(status)
  }

  const tellProgress = () => {
    if (env.elapsed() - toldAt < tellEvery) return
    toldAt = env.elapsed()
    setStatus({ progress: rebuild.progress })
  }

  /** Whether something is left. */
  const workFor = (ms: number): boolean => {
    const until = env.elapsed() + ms
    while (rebuild.step()) {
      onBusy?.()
      if (env.elapsed() >= until) return true
    }
    return false
  }

  const work = () => {
    if (isOver) return
    try {
      if (workFor(slice)) {
        tellProgress()
        return env.defer(work)
      }
    } catch (error) {
      return fail(error)
    }
    const events = rebuild.progress.done - first
    traces.emit?.({ type: 'rebuilt', tier: 'leader', events, ms: env.elapsed() - started })
    onDone()
  }

  const fail = (error: unknown) => {
    isOver = true
    setStatus({ storage: { ...storage.status, problem: problemOf(error) } })
    onFailed(error)
  }

  const end = () => {
    isOver = true
    over.reject(new Error('the state is made: join again'))
  }

  const refuse = () => {
    throw new Error('the state of this store is being made')
  }

  env.defer(work)

  return {
    connect() {
      let leave: (() => void) | undefined
      return {
        async join({ sessionId }: JoinRequest, receive) {
          leave?.()
          leave = sessions.add({ sessionId, receive })
          sessions.tellStatus(status)
          return over.promise
        },
        push: async () => undefined,
        inspect: async () => refuse(),
        async setOnline(change) {
          if (change.at > status.onlineSwitch.at) setStatus({ onlineSwitch: change })
        },
        parked: async () => log.parked(),
        discard: async () => refuse(),
        rescue: async () => refuse(),
        readArchive: async (name) => storage.readArchive(name),
        deleteArchive: async () => refuse(),
        read: async () => refuse(),
        endReads: async () => undefined,
        eventsAfter: async (after, limit) => eventsAfter(log, after, limit),
        exportLog: async () => log.export(),
        async leave() {
          leave?.()
        },
      }
    },
    end: sessions.tellEnded,
    retire() {
      end()
      return { onlineSwitch: status.onlineSwitch }
    },
    handOver: () => undefined, // who waits to join asks the next one
    fail,
    close: end,
  }
}
