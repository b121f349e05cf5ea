import { type Commit, isSynced } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { Env } from '../replica/env.ts'
import { MaterializeError } from '../replica/errors.ts'
import type { CommitState, Confirmed, EventLog } from '../replica/event-log.ts'
import type { Joined, JoinRequest, LeaderApi, LeaderStatus } from '../replica/leader-api.ts'
import { createReplica, type Step, withHeads } from '../replica/replica.ts'
import type { State } from '../replica/state.ts'
import type { Pulled, Upstream, UpstreamLink } from '../replica/upstream.ts'
import { decodeEvent, type Schema } from '../schema/schema.ts'
import type { FromUpstream, Merged, Settled } from '../sync/merge.ts'
import { syncState } from '../sync/state.ts'
import type { StorageStatus, TraceSource } from '../trace.ts'
import { type Conflict, createJudge, judgeAll, parked, type Verdict } from './conflict.ts'
import { fromBackend, fromHere, unseen } from './order.ts'
import { createSessions } from './sessions.ts'

/** A session that is further behind takes the state as bytes instead of replaying. */
const maxCatchUp = 1_000

export type LeaderOptions = {
  readonly storeId: string
  readonly schema: Schema
  readonly log: EventLog
  readonly state: State
  readonly storage: StorageStatus
  readonly env: Env
  readonly traces: TraceSource
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
  /** The storage failed: the leader has stopped, and must be closed and opened again. */
  readonly onFailed: (error: unknown) => void
}

export type Leader = {
  readonly leaderId: string
  /** One session's way in. */
  connect(): LeaderApi
  close(): void
}

/** The one order of a client: takes commits from its sessions, makes them durable, and follows the backend. */
export function startLeader(options: LeaderOptions): Leader {
  const { storeId, schema, log, state, storage, env, traces, upstream, onFailed } = options
  const leaderId = env.randomId(8)
  const sessions = createSessions()
  const inbox: Commit[] = []
  let flushing = false
  let failed = false
  let link: UpstreamLink | undefined
  let status: LeaderStatus = {
    leaderId,
    backendHead: log.cursor.seq,
    connection: { name: 'offline' },
    onlineSwitch: { online: true, at: 0 },
    storage,
  }

  const replica = createReplica({
    tier: 'leader',
    state,
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
      setStatus({ storage: { ...status.storage, problem: error instanceof Error ? error.message : String(error) } })
      onFailed(error)
    }
  }

  const setStatus = (change: Partial<LeaderStatus>) => {
    status = { ...status, ...change }
    sessions.tellStatus(status)
  }

  const withKeys = (commits: readonly Commit[]): Confirmed[] =>
    withHeads(replica.sync.confirmed, commits).map((entry) => ({
      ...entry,
      replaces: replaceKey(schema, entry.commit),
    }))

  const judge = createJudge({ schema, state, env })

  /** The durable part of what upstream decided. */
  const persist = (merged: Merged, { replacements = [] }: FromUpstream, backend: Pulled | undefined) => {
    const settled = merged.type === 'rebase' ? merged.settled : []
    const rebased = merged.type === 'rebase' && settled.length === 0 && merged.sync.pending.length > 0
    if (merged.confirmed.length === 0 && settled.length === 0 && !backend) return
    const left = settled.length > 0 ? { settled, replacements, unconfirmed: merged.sync.pending } : {}
    log.write({ confirmed: withKeys(merged.confirmed), ...left, rebased, ...(backend ? { backend } : {}) })
  }

  const take = (message: FromUpstream, backend?: Pulled): Step => {
    const known = new Set(replica.sync.pending.map(({ commitId }) => commitId))
    const step = replica.follow(message, (merged) => persist(merged, message, backend))
    sessions.tellMerged(step.merged, known)
    return step
  }

  const follow = (message: FromUpstream, backend?: Pulled) => {
    settleFailed(take(message, backend))
    confirmLocal()
  }

  /** P1: what no longer applies is settled. A replacement may let those behind it apply, or fail: look again, to the last. */
  const settleFailed = ({ merged: { upstream }, followed }: Step) => {
    const replaced = new Set<string>()
    for (let failed = followed.failed; failed.length > 0; ) {
      const verdicts = judgeAll(judge, conflictsOf(failed, replica.sync.pending), upstream, replaced)
      const replacements = verdicts.flatMap(({ replacement }) => replacement ?? [])
      for (const { commitId } of replacements) replaced.add(commitId)
      const settled = verdicts.map((verdict) => verdict.settled)
      failed = take({ confirmed: [], accepted: [], settled, replacements }).followed.failed
    }
  }

  /** Local-only commits that no unconfirmed synced one precedes are confirmed here and now. */
  const confirmLocal = () => {
    const message = fromHere(replica.sync)
    if (message) follow(message)
  }

  /** Undefined where it applies at the head, and now stands there. */
  const apply = (commit: Commit): Conflict | undefined => {
    try {
      replica.commit(commit)
      return undefined
    } catch (error) {
      if (!(error instanceof MaterializeError)) throw error
      return { commit, error }
    }
  }

  const applyAll = (commits: readonly Commit[]) => {
    const taken: Commit[] = []
    const refused: Commit[] = []
    const settled: Settled[] = []
    for (const commit of commits) {
      const conflict = apply(commit)
      if (!conflict) {
        taken.push(commit)
        continue
      }
      const verdict = judgeAtHead(conflict)
      refused.push(commit)
      settled.push(verdict.settled)
      if (verdict.replacement) taken.push(verdict.replacement)
    }
    return { taken, refused, settled }
  }

  /** A replacement stands at the head already. */
  const judgeAtHead = (conflict: Conflict): Verdict => {
    const verdict = judge(conflict, [])
    const again = verdict.replacement && apply(verdict.replacement)
    return again ? parked(conflict, `its replacement does not apply either: ${again.error.message}`) : verdict
  }

  /** One durable step for all that sessions pushed since the last: applied, written, told. */
  const flush = () => {
    flushing = false
    const fresh = unseen(inbox.splice(0), (commitId) => log.find(commitId) !== undefined)
    if (fresh.length === 0) return
    const before = replica.sync.pending
    const { taken, refused, settled } = applyAll(fresh)
    const local = fromHere(replica.sync)
    const confirmed = local?.confirmed ?? []
    log.write({ appended: taken, confirmed: withKeys(confirmed), settled, refused })
    if (local) replica.follow(local)
    traces.emit?.({ type: 'persisted', tier: 'leader', commitIds: taken.map(({ commitId }) => commitId) })
    // In this order: what is accepted may be what replaced a commit.
    if (settled.length > 0) sessions.tellSettled(settled, before)
    sessions.tellAccepted(taken, confirmed)
    link?.wake()
  }

  const push = (commits: readonly Commit[]) => {
    inbox.push(...commits)
    if (flushing) return
    flushing = true
    env.defer(() => guarded(flush))
  }

  const join = ({ sessionId, fingerprint, resume }: JoinRequest): Joined => {
    if (fingerprint !== schema.fingerprint) throw new OutdatedBuild()
    guarded(flush)
    if (failed) throw new Error(status.storage.problem ?? 'the storage failed')
    const { epoch, clientId } = log.identity
    const known = resume?.epoch === epoch ? resume.unconfirmed.flatMap((commitId) => endsOf(log, commitId)) : []
    const missed = resume?.epoch === epoch ? missedSince(log, resume.head) : undefined
    traces.emit?.({ type: 'joined', tier: 'leader', sessionId, resumed: missed !== undefined })
    return {
      leaderId,
      clientId,
      epoch,
      ...(missed ? {} : { bytes: replica.snapshot() }),
      confirmed: missed ?? [],
      head: replica.sync.confirmed,
      accepted: replica.sync.pending,
      confirmedIds: known.flatMap(({ commitId, found }) => (found?.state === 'confirmed' ? commitId : [])),
      settled: known.flatMap(({ found }) => (found?.state === 'settled' ? found : [])),
      status,
    }
  }

  guarded(() => follow({ confirmed: [], accepted: [], settled: [] }))
  link = upstream?.({
    storeId,
    clientId: log.identity.clientId,
    backendId: () => log.backendId,
    cursor: () => log.cursor,
    unpushed: () => replica.sync.pending.filter(isSynced),
    pull: (pulled) => guarded(() => follow(fromBackend(replica.sync, pulled), pulled)),
    backendHead(backendHead) {
      if (backendHead !== status.backendHead) setStatus({ backendHead })
    },
    connection(connection) {
      traces.emit?.({ type: 'connection changed', connection })
      setStatus({ connection })
    },
  })

  return {
    leaderId,
    connect() {
      let leave: (() => void) | undefined
      return {
        async join(request, receive) {
          leave?.()
          const joined = join(request)
          leave = sessions.add({ sessionId: request.sessionId, receive })
          return joined
        },
        async push(json) {
          push(JSON.parse(json) as Commit[])
        },
        async setOnline(change) {
          if (change.at <= status.onlineSwitch.at) return
          status = { ...status, onlineSwitch: change }
          link?.setOnline(change.online)
          setStatus({})
        },
        async parked() {
          guarded(flush)
          return log.parked()
        },
        async leave() {
          leave?.()
        },
      }
    },
    close() {
      link?.close()
      guarded(flush)
      failed = true
      replica.close()
    },
  }
}

/** The session and the leader were built from different schemas. */
export class OutdatedBuild extends Error {
  override name = 'OutdatedBuild'

  constructor() {
    super('this tab and the tab that leads run different versions of the app; reload the older one')
  }
}

/** What was confirmed since `head`; undefined where that is too much to replay, or the session is from another history. */
function missedSince(log: EventLog, head: EventSequenceNumber.Client): Commit[] | undefined {
  if (EventSequenceNumber.compare(head, log.confirmed) > 0) return undefined
  const commits = log.confirmedAfter(head, maxCatchUp + 1).map(({ commit }) => commit)
  const events = commits.reduce((count, commit) => count + commit.events.length, 0)
  return events > maxCatchUp ? undefined : commits
}

function conflictsOf(failed: readonly MaterializeError[], pending: readonly Commit[]): Conflict[] {
  const commits = new Map(pending.map((commit) => [commit.commitId, commit]))
  return failed.map((error) => ({ commit: commits.get(error.commitId)!, error }))
}

/** What became of a commit and, where it was replaced, of what replaced it, and so on. */
function endsOf(log: EventLog, commitId: string): { commitId: string; found: CommitState | undefined }[] {
  const found = log.find(commitId)
  const isReplaced = found?.state === 'settled' && found.outcome === 'replaced'
  return [{ commitId, found }, ...(isReplaced ? endsOf(log, found.replacement) : [])]
}

/** The key under which a commit supersedes earlier ones: only a commit of one client-only event that declares one has it. */
function replaceKey(schema: Schema, { events }: Commit): string | undefined {
  const [event] = events
  const def = events.length === 1 && event && !event.synced ? schema.eventDef(event.name) : undefined
  return event && def?.replaces && `${event.name}/${def.replaces(decodeEvent(def, event))}`
}
