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
 * ```
 */
import type { Commit } from '../event/commit.ts'
import type * as EventSequenceNumber from '../event/sequence-number.ts'
import type { Connection } from '../sync/connection.ts'
import type { FromUpstream, Settled } from '../sync/merge.ts'
import type { StorageStatus } from '../trace.ts'

export type LeaderApi = {
  join(request: JoinRequest, receive: (json: string) => void): Promise<Joined>
  /** Commits as a JSON list, in order. Resolves once they are queued. */
  push(json: string): Promise<void>
  setOnline(online: boolean): Promise<void>
  leave(): Promise<void>
}

export type JoinRequest = {
  readonly sessionId: string
  readonly fingerprint: string
  /** Absent on the first join. */
  readonly resume?:
    | {
        readonly epoch: string
        readonly head: EventSequenceNumber.Client
        /** Own commits that the session does not know to be confirmed. */
        readonly unconfirmed: readonly string[]
      }
    | undefined
}

export type Joined = {
  readonly leaderId: string
  readonly clientId: string
  readonly epoch: string
  /** A state to load; absent where the commits in `confirmed` bring the session's own one up to date. */
  readonly bytes?: Uint8Array
  readonly confirmed: readonly Commit[]
  /** The confirmed head: that of `bytes`, or after `confirmed`. */
  readonly head: EventSequenceNumber.Client
  readonly accepted: readonly Commit[]
  /** Of the session's unconfirmed commits, those that are confirmed. */
  readonly confirmedIds: readonly string[]
  readonly settled: readonly Settled[]
  readonly status: LeaderStatus
}

export type LeaderStatus = {
  readonly leaderId: string
  readonly backendHead: EventSequenceNumber.Global
  readonly connection: Connection
  readonly storage: StorageStatus
}

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

export function refOf({ commitId, generation }: Commit): CommitRef {
  return [commitId, generation]
}

/**
 * What a leader's message means for a session. `accepted` is what the session last heard of the leader's unconfirmed
 * commits, `own` finds one of its own pending ones.
 */
export function resolve(
  message: Exclude<FromLeader, { type: 'status' }>,
  accepted: readonly Commit[],
  own: (commitId: string) => Commit | undefined,
): FromUpstream {
  const held = new Map(accepted.map((commit) => [commit.commitId, commit]))
  const find = (ref: CommitRef): Commit => {
    if (!isRef(ref)) return ref
    const [commitId, generation] = ref
    const commit = held.get(commitId) ?? own(commitId)
    if (!commit) throw new Error(`the leader names commit ${commitId}, which this session does not know`)
    return commit.generation === generation ? commit : { ...commit, generation }
  }
  const named = message.accepted.map(find)
  for (const commit of named) held.set(commit.commitId, commit)
  const confirmed = message.confirmed.map(find)
  if (message.type === 'rebased') return { confirmed, accepted: named, settled: message.settled }
  const gone = new Set(confirmed.map(({ commitId }) => commitId))
  const line = [...accepted, ...named]
  return { confirmed, accepted: line.filter(({ commitId }) => !gone.has(commitId)), settled: [] }
}

function isRef(ref: CommitRef): ref is readonly [string, number] {
  return Array.isArray(ref)
}
