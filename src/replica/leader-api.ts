/**
 * What a session and its leader say to each other. The session calls `LeaderApi`, over Comlink where they are in
 * different threads; the leader answers through one callback, with one JSON text a batch.
 *
 * ```
 * session                          leader
 *   join {head, unconfirmed}  ──▶          the state as bytes, or what was confirmed after `head`
 *   push [commit, …]          ──▶          (no answer: what was accepted comes as a message)
 *                             ◀──  advanced {confirmed, accepted}     persisted, or confirmed, in order
 *                             ◀──  rebased {confirmed, accepted, settled}
 *                             ◀──  status
 *   read {sql, params}        ──▶          rows
 *                             ◀──  invalidated [id, …]                once, when they may be others
 * ```
 */
import type { Commit } from '../event/commit.ts'
import type * as EventSequenceNumber from '../event/sequence-number.ts'
import type { Row, SqlValue } from '../sqlite/port.ts'
import type { Connection, ConnectionFailure } from '../sync/connection.ts'
import type { FromUpstream, Settled } from '../sync/merge.ts'
import type { StorageStatus } from '../trace.ts'
import type { Told } from './inspection.ts'

export type LeaderApi = {
  join(request: JoinRequest, receive: (json: string) => void): Promise<Joined>
  /** Commits as a JSON list, in order. Resolves once they are queued. */
  push(json: string): Promise<void>
  /** Takes the switch if it is later than the one that the leader knows. */
  setOnline(change: OnlineSwitch): Promise<void>
  /** P4: what this client made and keeps out of the order, oldest first. */
  parked(): Promise<readonly ParkedCommit[]>
  /** P9: durable when it resolves. */
  discard(commitIds: readonly string[]): Promise<void>
  /** Commits of an epoch that is over, as a JSON list: kept as parked. Durable when it resolves; twice is once. */
  rescue(json: string): Promise<void>
  /** Puts the log aside and begins anew from what the backend has. Of two calls in one epoch, the second does nothing. */
  reset(epoch: string): Promise<void>
  /** The files of an archived log; none where there is no such archive. */
  readArchive(name: string): Promise<readonly ArchiveFile[]>
  deleteArchive(name: string): Promise<void>
  /** Runs a query on what the leader has: all that was pushed before, by this session, and what came from elsewhere. */
  read(request: ReadRequest): Promise<ReadAnswer>
  /** Of these, reads that are not begun never begin, and what they read is watched no more. */
  endReads(ids: readonly string[]): Promise<void>
  /** Confirmed commits after a place in the order, at most `limit`: a `ConfirmedPage` as JSON. */
  eventsAfter(after: EventSequenceNumber.Client, limit: number): Promise<string>
  /** The log as the bytes of a SQLite file. */
  exportLog(): Promise<Uint8Array>
  /** Puts the log aside for another one. A refusal changes nothing. Of two calls in one epoch, the second does nothing. */
  importLog(epoch: string, bytes: Uint8Array): Promise<ImportRefusal | undefined>
  /** Devtools ask; a `Question` and its answer as JSON. Rejects where the app's build does not allow it. */
  inspect(json: string): Promise<string>
  leave(): Promise<void>
}

export type ReadRequest = {
  /** Of the session's own making. */
  readonly id: string
  readonly sql: string
  readonly params: readonly SqlValue[]
  /** The session wants to be told, once, when the rows may be others. */
  readonly watch: boolean
}

export type ReadAnswer =
  | { readonly type: 'rows'; readonly columns: readonly string[]; readonly rows: readonly Row[] }
  | ({ readonly type: 'refused' } & ReadRefusal)

export type ReadRefusal = {
  /**
   * - `sql`: SQLite does not understand it, or it failed
   * - `write`: it does more than read
   * - `large`: it gives more than one answer may hold
   * - `slow`: it took longer than one read may
   * - `build`: another build of the app keeps the data of this browser now
   * - `ended`: it was not begun
   */
  readonly reason: 'sql' | 'write' | 'large' | 'slow' | 'build' | 'ended'
  /** For people. */
  readonly message: string
}

export type ConfirmedPage = {
  readonly epoch: string
  /** The last confirmed event. */
  readonly confirmed: EventSequenceNumber.Client
  /** In order, each with the number of its last event. Client-only ones that were replaced since are gone. */
  readonly commits: readonly { readonly commit: Commit; readonly head: EventSequenceNumber.Client }[]
}

/** Why bytes are not taken for a log. */
export type ImportRefusal = {
  /**
   * - `foreign`: it is not a log of Headwater
   * - `newer`: a newer build wrote it
   * - `damaged`: it was one
   * - `other store`: it is of a store of another name
   */
  readonly reason: 'foreign' | 'newer' | 'damaged' | 'other store'
  /** For people. */
  readonly message: string
}

export type ArchiveFile = { readonly name: string; readonly bytes: Uint8Array }

export type ParkedCommit = {
  readonly commit: Commit
  readonly outcome: 'parked' | 'rejected'
  readonly reason: string
}

export type ParkedStatus = {
  readonly count: number
  /** Another number whenever the list may be another one; of this leader only. */
  readonly revision: number
}

export type JoinRequest = {
  readonly sessionId: string
  readonly fingerprint: string
  /** When the session's build was made, as far as it is known. */
  readonly builtAt?: number | undefined
  /** Absent on the first join. */
  readonly resume?:
    | {
        readonly epoch: string
        readonly head: EventSequenceNumber.Client
        /** Own commits that the session does not know to be confirmed. */
        readonly unconfirmed: readonly string[]
      }
    | undefined
  /** The session wants the state as bytes, though it has one: there would be too much to apply. */
  readonly whole?: boolean
  /** It keeps no copy of the state, and asks the leader instead. */
  readonly stateless?: boolean
}

/**
 * The epoch of a leader that has no log, since there is no room for one. It ends with the first that has: what was committed in it
 * goes on there.
 */
export const noEpoch = ''

export type Joined = {
  readonly leaderId: string
  readonly clientId: string
  readonly epoch: string
  /**
   * A state to load; absent where the commits in `confirmed` bring the session's own one up to date, and always for a session of
   * another build, or without a state.
   */
  readonly bytes?: Uint8Array
  /** `bytes` are what another build made of the log; this one's are being made. The session takes them whole when it joins again. */
  readonly stale?: true
  readonly confirmed: readonly Commit[]
  /** The confirmed head: that of `bytes`, or after `confirmed`. */
  readonly head: EventSequenceNumber.Client
  readonly accepted: readonly Commit[]
  /** Of the session's unconfirmed commits, those that are confirmed. */
  readonly confirmedIds: readonly string[]
  readonly settled: readonly Settled[]
  readonly status: LeaderStatus
  /** `confirmed` is only the first of what the session missed: it is to join again, from there. */
  readonly more?: boolean
}

/**
 * Whether the client is to be connected, and when somebody said so last, milliseconds since 1970. The latest word counts,
 * whichever tab and leader it comes by: neither a leader's death nor a tab that was frozen takes it back.
 */
export type OnlineSwitch = { readonly online: boolean; readonly at: number }

export type LeaderStatus = {
  readonly leaderId: string
  readonly clientId: string
  readonly backendHead: EventSequenceNumber.Global
  readonly connection: Connection
  readonly connectionFailure?: ConnectionFailure
  readonly onlineSwitch: OnlineSwitch
  readonly storage: StorageStatus
  readonly parked: ParkedStatus
  /** Absent while sessions see all that the leader has. */
  readonly progress?: Progress | undefined
}

/** The leader does something long, in events, and tells its sessions the outcome all at once. */
export type Progress = { readonly name: 'sync' | 'rebuild'; readonly done: number; readonly total: number }

/** A commit that the other side has, by id and its present generation, or all of it. */
export type CommitRef = readonly [commitId: string, generation: number] | Commit

export type FromLeader =
  | {
      readonly type: 'advanced'
      readonly confirmed: readonly CommitRef[]
      /** New at the end of what the leader holds. */
      readonly accepted: readonly CommitRef[]
    }
  | {
      readonly type: 'rebased'
      readonly confirmed: readonly CommitRef[]
      /** All that the leader holds. */
      readonly accepted: readonly CommitRef[]
      readonly settled: readonly Settled[]
    }
  | { readonly type: 'status'; readonly status: LeaderStatus }
  /** What these reads gave may be otherwise now. They are watched no more. */
  | { readonly type: 'invalidated'; readonly ids: readonly string[] }
  /** To a session that watches: what the leader did. */
  | { readonly type: 'told'; readonly told: readonly Told[] }
  /** The log is another one: join again. */
  | { readonly type: 'reset' }
  /** There is too much to tell: join again, and take the state whole. */
  | { readonly type: 'reload' }
  /** The backend has another history, and the app asked to be shut down then. */
  | { readonly type: 'ended'; readonly message: string }

/** A message about the order. */
export type AboutOrder = Extract<FromLeader, { readonly type: 'advanced' | 'rebased' }>

export function refOf({ commitId, generation }: Commit): CommitRef {
  return [commitId, generation]
}

/**
 * What a leader's message means for a session, which last heard that the leader holds `accepted`, and has `pending` itself.
 * Throws if it names a commit that neither of them has.
 */
export function resolve(message: AboutOrder, accepted: readonly Commit[], pending: readonly Commit[]): FromUpstream {
  const ofPending = finder(pending)
  const ofAccepted = finder(accepted)
  const find = (ref: CommitRef, first: Finder, second: Finder): Commit => {
    if (!isRef(ref)) return ref
    const [commitId, generation] = ref
    const commit = first(commitId) ?? second(commitId)
    if (!commit) throw new Error(`the leader names commit ${commitId}, which this session does not know`)
    return commit.generation === generation ? commit : { ...commit, generation }
  }
  if (message.type === 'rebased') {
    const named = message.accepted.map((ref) => find(ref, ofAccepted, ofPending))
    const confirmed = message.confirmed.map((ref) => find(ref, finder(accepted), ofPending))
    return { confirmed, accepted: named, settled: message.settled }
  }
  const line = accepted.concat(message.accepted.map((ref) => find(ref, ofPending, ofAccepted)))
  const ofLine = finder(line)
  const confirmed = message.confirmed.map((ref) => find(ref, ofLine, ofPending))
  const firm = confirmed.every(({ commitId }, at) => line[at]?.commitId === commitId)
  const gone = new Set(confirmed.map(({ commitId }) => commitId))
  const held = firm ? line.slice(confirmed.length) : line.filter(({ commitId }) => !gone.has(commitId))
  return { confirmed, accepted: held, settled: [] }
}

type Finder = (commitId: string) => Commit | undefined

/** Finds commits by id; at once if they are asked for in their order, which is the common case. */
function finder(commits: readonly Commit[]): Finder {
  let at = 0
  let byId: Map<string, Commit> | undefined
  return (commitId) => {
    if (commits[at]?.commitId === commitId) return commits[at++]
    byId ??= new Map(commits.map((commit) => [commit.commitId, commit]))
    return byId.get(commitId)
  }
}

function isRef(ref: CommitRef): ref is readonly [string, number] {
  return Array.isArray(ref)
}
