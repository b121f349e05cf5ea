import { type Commit, isSynced } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import type { EventLog } from '../replica/event-log.ts'
import type { Joined, JoinRequest, LeaderApi, LeaderStatus, OnlineSwitch } from '../replica/leader-api.ts'
import { createReplica } from '../replica/replica.ts'
import type { State } from '../replica/state.ts'
import { tidy } from '../replica/tidy.ts'
import { newerBuildHas } from '../replica/unknown-event.ts'
import type { Upstream, UpstreamLink } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import type { Connection } from '../sync/connection.ts'
import { syncState } from '../sync/state.ts'
import type { TraceSource } from '../trace.ts'
import { outdated } from './builds.ts'
import { createCatchUp } from './catch-up.ts'
import { createJudge } from './conflict.ts'
import { eventsAfter } from './events-after.ts'
import { firstStatus } from './first-status.ts'
import { createFollow } from './follow.ts'
import type { Inspectable } from './inspector.ts'
import { createIntake } from './intake.ts'
import { answerJoin } from './join.ts'
import { knownPart } from './known-part.ts'
import { fromBackend, unseen } from './order.ts'
import { createQueries, invalidated, ofAnotherBuild, type Tables } from './queries.ts'
import { parkedAs } from './record.ts'
import { createSessions } from './sessions.ts'
import type { Storage } from './storage-port.ts'
import { problemOf } from './storage-problem.ts'

export type LeaderOptions = {
  readonly leaderId: string
  readonly storeId: string
  readonly schema: Schema
  readonly log: EventLog
  readonly state: State
  readonly tables: Tables
  readonly storage: Pick<Storage, 'status' | 'readArchive' | 'deleteArchive'>
  readonly env: Env
  readonly traces: TraceSource
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
  /** As it stood in an earlier epoch of the log. */
  readonly onlineSwitch?: OnlineSwitch | undefined
  readonly devtools?: Inspectable | undefined
  /** The storage failed: the leader has stopped, and must be closed and opened again. */
  readonly onFailed: (error: unknown) => void
  /** The backend has another history than the log. Nothing is synced with it. */
  readonly onMismatch: (reason: string) => void
}

/** Log and state are brought in order once nothing was written for this long, milliseconds. */
const tidyAfter = 1_000

/** What a session says to a leader, but for what only the owner of the log can do. */
export type Way = Omit<LeaderApi, 'reset' | 'importLog'>

/** The leader of one epoch of the log. */
export type EpochLeader = {
  /** One session's way in. */
  connect(): Way
  /** Tells all sessions that it is over for them. */
  end(message: string): void
  /** Writes what was pushed, and takes no more. */
  retire(): { readonly onlineSwitch: OnlineSwitch }
  /** Tells all sessions to join again: there is a leader of another epoch. */
  handOver(): void
  /** Tells all sessions of the storage's failure, and stops. */
  fail(error: unknown): void
  close(): void
}

/** The one order of a client: takes commits from its sessions, makes them durable, and follows the backend. */
export function startLeader(options: LeaderOptions): EpochLeader {
  const { storeId, schema, log, state, storage, env, traces, upstream, onFailed, onMismatch } = options
  const sessions = createSessions()
  const inbox: Commit[] = []
  let flushing = false
  let failed = false
  let cancelTidy: (() => void) | undefined
  let link: UpstreamLink | undefined
  let status = firstStatus(options)

  const queries = createQueries({
    tables: options.tables,
    env,
    guard: (act) => guarded(act),
    isQuiet: () => sessions.isQuiet,
  })
  const replica = createReplica({
    tier: 'leader',
    state,
    onTouched: queries.touched,
    sync: syncState(log.confirmed, [], log.unconfirmed()),
    guard: (act) => guarded(act),
    env,
    traces,
  })

  const guarded = (act: () => void) => {
    if (failed) return
    try {
      act()
    } catch (error) {
      failed = true
      link?.close()
      setStatus({ storage: { ...status.storage, problem: problemOf(error) } })
      onFailed(error)
    }
  }

  /** For whoever waits for an answer. */
  const run = <Answer>(act: () => Answer): Answer => {
    let answer: { readonly is: Answer } | undefined
    guarded(() => {
      answer = { is: act() }
    })
    if (!answer) throw new Error(status.storage.problem?.message ?? 'the storage failed')
    return answer.is
  }

  const setStatus = (change: Partial<LeaderStatus>) => {
    status = { ...status, ...change }
    sessions.tellStatus(status)
  }

  const inspector = options.devtools?.({ storeId, log, replica, sessions, env, traces })
  const catchUp = createCatchUp(sessions, (progress) => setStatus({ progress }))
  const judge = createJudge({ schema, state, env })
  const hasBackend = upstream !== undefined
  const follow = createFollow({ schema, log, replica, sessions, judge, hasBackend })
  const takeIn = createIntake({ schema, log, replica, sessions, judge, traces, hasBackend })

  const tidyLater = () => {
    cancelTidy?.()
    cancelTidy = env.after(tidyAfter, () =>
      guarded(() => {
        log.tidy()
        tidy(options.tables)
      }),
    )
  }

  /** One durable step for all that sessions pushed since the last. */
  const flush = () => {
    flushing = false
    tidyLater()
    if (takeIn(inbox.splice(0).map(own)) > 0) link?.wake()
    tellParked()
  }

  /** Sessions ask for the list where somebody looks at it. */
  const tellParked = () => {
    if (log.parkedStatus !== status.parked) setStatus({ parked: log.parkedStatus })
  }

  /** B7: whatever the session thought, the commit is of this client. */
  const own = (commit: Commit): Commit => {
    const { clientId } = log.identity
    return commit.clientId === clientId ? commit : { ...commit, clientId }
  }

  /** B7: another client has the same id. */
  const isTwin = (commits: readonly Commit[]) =>
    commits.some(({ clientId, commitId }) => clientId === log.identity.clientId && !log.find(commitId))

  const renew = () => {
    const clientId = env.randomId(6)
    log.write({ clientId })
    setStatus({ clientId })
  }

  const rescue = (commits: readonly Commit[]) => {
    const lost = unseen(commits.filter(isSynced), (commitId) => log.find(commitId) !== undefined)
    if (lost.length > 0) log.write(parkedAs(lost, 'the store was reset before the leader had the commit'))
  }

  const push = (commits: readonly Commit[]) => {
    inbox.push(...commits)
    if (flushing) return
    flushing = true
    env.defer(() => guarded(flush))
  }

  const join = (request: JoinRequest): Joined => {
    // Reads all of the state, where damage may show.
    const joined = run(() => {
      flush()
      return answerJoin(request, { schema, log, replica, status })
    })
    if (!joined) throw outdated(request, schema)
    traces.emit?.({ type: 'joined', tier: 'leader', sessionId: request.sessionId, resumed: !joined.bytes })
    return joined
  }

  /** What was committed here is kept, and not pushed: it would stand on what nobody here has seen. */
  const stopBefore = (event: string) => {
    link?.close()
    traces.emit?.({ type: 'unknown event', tier: 'leader', name: event })
    setConnection({ name: 'stopped', reason: newerBuildHas(event), code: 'unknown_event', event })
  }

  const setConnection = (connection: Connection) => {
    if (connection.name !== 'online') catchUp.end()
    traces.emit?.({ type: 'connection changed', connection })
    const connectionFailure = 'reason' in connection && { reason: connection.reason, at: env.now() }
    setStatus({ connection, ...(connectionFailure ? { connectionFailure } : {}) })
  }

  guarded(() => {
    follow({ confirmed: [], accepted: [], settled: [] })
    tellParked()
  })
  link = upstream?.({
    storeId,
    get clientId() {
      return log.identity.clientId
    },
    backendId: () => log.backendId,
    cursor: () => log.cursor,
    isConfirmed(commitId) {
      let isConfirmed = false
      guarded(() => {
        isConfirmed = log.find(commitId)?.state === 'confirmed'
      })
      return isConfirmed // where the log cannot be read, the link is closed by now
    },
    unpushed: () => replica.sync.pending.filter(isSynced).map(own),
    pull: (pulled) =>
      guarded(() => {
        tidyLater()
        catchUp.pulling(pulled.cursor.seq, status.backendHead)
        if (isTwin(pulled.confirmed)) renew()
        const { known, unknown } = knownPart(schema, log.cursor, pulled)
        if (known) follow(fromBackend(replica.sync, known), known)
        tellParked()
        if (unknown !== undefined) stopBefore(unknown)
        catchUp.pulled(pulled.cursor.seq, status.backendHead)
      }),
    backendHead(backendHead) {
      if (backendHead !== status.backendHead) setStatus({ backendHead })
    },
    connection(connection) {
      setConnection(connection)
      if (isMismatch(connection)) onMismatch(connection.reason)
    },
    traced: (trace) => traces.emit?.(trace),
    wrapSocket: options.devtools?.faultsOf(storeId, env).socket,
  })
  if (!status.onlineSwitch.online) link?.setOnline(false)

  const close = () => {
    link?.close()
    guarded(flush)
    cancelTidy?.()
    failed = true
    queries.close()
    inspector?.close()
    replica.close()
  }

  return {
    connect() {
      let leave: (() => void) | undefined
      let told: ((json: string) => void) | undefined
      let sessionId: string | undefined
      let isSameBuild = true
      const reads = queries.connect((ids) => told?.(invalidated(ids)))
      return {
        async join(request, receive) {
          leave?.()
          const joined = join(request)
          const stop = sessions.add({ sessionId: request.sessionId, receive })
          told = receive
          isSameBuild = request.fingerprint === schema.fingerprint
          leave = () => {
            stop()
            reads.leave()
            inspector?.leave(receive)
          }
          sessionId = request.sessionId
          return joined
        },
        inspect: async (json) => run(() => JSON.stringify(inspector?.answer(JSON.parse(json), told))),
        async push(json) {
          push(JSON.parse(json) as Commit[])
        },
        async setOnline(change) {
          if (change.at <= status.onlineSwitch.at) return
          setStatus({ onlineSwitch: change })
          link?.setOnline(change.online)
        },
        async parked() {
          run(flush)
          return log.parked()
        },
        async discard(commitIds) {
          run(() => {
            flush()
            log.write({ discarded: commitIds })
            tellParked()
          })
        },
        readArchive: async (name) => run(() => storage.readArchive(name)),
        async deleteArchive(name) {
          run(() => storage.deleteArchive(name))
          setStatus({ storage: storage.status })
        },
        async rescue(json) {
          run(() => {
            rescue(JSON.parse(json) as Commit[])
            tellParked()
          })
        },
        read: async (request) => (isSameBuild ? reads.read(request) : ofAnotherBuild),
        endReads: async (ids) => reads.end(ids),
        eventsAfter: async (after, limit) => run(() => eventsAfter(log, after, limit)),
        exportLog: async () =>
          run(() => {
            flush()
            return log.export()
          }),
        async leave() {
          leave?.()
          if (sessionId !== undefined) traces.emit?.({ type: 'left', tier: 'leader', sessionId })
        },
      }
    },
    end: sessions.tellEnded,
    retire() {
      close()
      return { onlineSwitch: status.onlineSwitch }
    },
    handOver: sessions.tellReset,
    fail: (error) =>
      guarded(() => {
        throw error
      }),
    close,
  }
}

/** The backend has another history than the log. */
export function isMismatch(connection: Connection): connection is Connection & { readonly name: 'stopped' } {
  return (
    connection.name === 'stopped' && (connection.code === 'backend_mismatch' || connection.code === 'cursor_mismatch')
  )
}
