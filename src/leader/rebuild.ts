import type { Commit } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import type { EventLog } from '../replica/event-log.ts'
import type { Joined, JoinRequest, LeaderStatus, OnlineSwitch, Progress } from '../replica/leader-api.ts'
import type { State } from '../replica/state.ts'
import type { Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { syncState } from '../sync/state.ts'
import type { TraceSource } from '../trace.ts'
import { outdated } from './builds.ts'
import { eventsAfter } from './events-after.ts'
import { firstStatus } from './first-status.ts'
import { answerJoin } from './join.ts'
import type { EpochLeader } from './leader.ts'
import { unseen } from './order.ts'
import { createSessions } from './sessions.ts'
import type { Storage } from './storage-port.ts'
import { problemOf } from './storage-problem.ts'

/** A state that is further behind its log than this, in events, is brought up to it in slices. */
export const far = 1_000
/** Commits read from the log and applied at a time. */
const page = 256
/** The thread answers at least this often, milliseconds. */
const slice = 5
/** In the place of a state that is not there. */
const nothing = new Uint8Array()
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
  readonly schema: Schema
  readonly log: EventLog
  readonly rebuild: Rebuild
  /** What another build has made of the log, in the same tables, as bytes: it is read until the state is made. */
  readonly stale?: Uint8Array | undefined
  readonly storage: Storage
  readonly env: Env
  readonly traces: TraceSource
  readonly onlineSwitch?: OnlineSwitch | undefined
  readonly upstream?: Upstream | undefined
  /** Called again and again. */
  readonly onBusy?: (() => void) | undefined
  /** The state is there: another leader takes this one's place. */
  readonly onDone: () => void
  readonly onFailed: (error: unknown) => void
}

/**
 * Stands in for the leader while the state is made from the log, in slices. Who joins hears how far it is: with the stale state, where
 * there is one; else it waits. What running sessions push is written to the log, unseen: whether it applies is decided when the
 * state is there. Other stores of the same worker go on meanwhile, and so does its answering.
 */
export function rebuildLeader(options: Options): EpochLeader {
  const { schema, stale, log, rebuild, storage, env, traces, onBusy, onDone, onFailed } = options
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

  /** Asked again, the next leader answers. */
  const later = () => over.promise

  const inbox: Commit[] = []
  /** Sessions that retry a parked commit: that is decided with the state, and what they push after it waits as well. */
  const retrying = new Set<string>()

  const isToTake = ({ sessionId, replaces }: Commit) => {
    if (replaces !== undefined) retrying.add(sessionId)
    return !retrying.has(sessionId)
  }

  const flush = () => {
    const { clientId } = log.identity
    const toTake = inbox.splice(0).filter(isToTake)
    const taken = unseen(toTake, (commitId) => log.find(commitId) !== undefined).map((commit) => ({
      ...commit,
      clientId,
    }))
    if (taken.length === 0) return
    log.write({ appended: taken })
    traces.emit?.({ type: 'persisted', tier: 'leader', commitIds: taken.map(({ commitId }) => commitId) })
    sessions.tellAccepted(taken, [])
  }

  const flushGuarded = () => {
    if (isOver) return
    try {
      flush()
    } catch (error) {
      fail(error)
    }
  }

  /** Undefined where it would take the state, and there is none. */
  const answer = (request: JoinRequest): Joined | undefined => {
    if (request.stateless) return undefined
    flush()
    const replica = { sync: syncState(log.confirmed, [], log.unconfirmed()), snapshot: () => stale?.slice() ?? nothing }
    const joined = answerJoin(request, { schema, log, replica, status })
    if (!joined) throw outdated(request, schema)
    if (!joined.bytes) return joined
    return joined.bytes === nothing ? undefined : { ...joined, stale: true }
  }

  env.defer(work)

  return {
    connect() {
      let leave: (() => void) | undefined
      return {
        async join(request, receive) {
          leave?.()
          const joined = answer(request)
          leave = sessions.add({ sessionId: request.sessionId, receive })
          if (joined) return joined
          sessions.tellStatus(status)
          return later()
        },
        async push(json) {
          inbox.push(...(JSON.parse(json) as Commit[]))
          env.defer(flushGuarded)
        },
        inspect: later,
        async setOnline(change) {
          if (change.at > status.onlineSwitch.at) setStatus({ onlineSwitch: change })
        },
        parked: async () => log.parked(),
        discard: later,
        rescue: later,
        readArchive: async (name) => storage.readArchive(name),
        deleteArchive: later,
        read: later,
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
      if (!isOver) flush()
      end()
      return { onlineSwitch: status.onlineSwitch }
    },
    handOver: sessions.tellReload, // who waits to join asks the next one by itself
    fail,
    close() {
      flushGuarded()
      end()
    },
  }
}
