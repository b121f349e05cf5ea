import { type Commit, headAfter, isSynced } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'

/**
 * What a replica knows of the order: three zones, one after the other.
 *
 * ```
 *   confirmed ─▶ accepted ─▶ pending
 *   (a head)     (upstream    (upstream has
 *                 holds it)    not answered)
 * ```
 *
 * Confirmed commits are only a head here: they are never rewritten, and the log has them.
 */
export type SyncState = {
  /** The last confirmed event. */
  readonly confirmed: EventSequenceNumber.Client
  /** Upstream holds these, and may still renumber, drop or replace them. Always empty in a leader. */
  readonly accepted: readonly Commit[]
  /** Upstream has not answered for these. */
  readonly pending: readonly Commit[]
  /** The last event of all zones; follows from the others. */
  readonly head: EventSequenceNumber.Client
}

export const emptySyncState: SyncState = syncState(EventSequenceNumber.root, [], [])

export function syncState(
  confirmed: EventSequenceNumber.Client,
  accepted: readonly Commit[],
  pending: readonly Commit[],
): SyncState {
  return { confirmed, accepted, pending, head: headAfter(headAfter(confirmed, accepted), pending) }
}

/** S1: what is committed here stands at the end of pending. */
export function append(sync: SyncState, commits: readonly Commit[]): SyncState {
  return { ...sync, pending: sync.pending.concat(commits), head: headAfter(sync.head, commits) }
}

/** After upstream was lost: all that it had not confirmed is to be pushed again, own commits only. */
export function unaccept(sync: SyncState, isOwn: (commit: Commit) => boolean): SyncState {
  return syncState(sync.confirmed, [], [...sync.accepted.filter(isOwn), ...sync.pending])
}

/**
 * M7: the confirmed commits of a message of the backend, with the local-only commits of this client at their places.
 *
 * The backend knows only commits that have synced events. A local-only commit is confirmed as soon as no unconfirmed
 * synced commit precedes it, so it never blocks or reorders one.
 */
export function confirmedByBackend(sync: SyncState, backend: readonly Commit[]): Commit[] {
  const waiting = [...sync.pending]
  const confirmed: Commit[] = []
  const flushLocal = () => {
    while (waiting[0] && !isSynced(waiting[0])) confirmed.push(waiting.shift()!)
  }
  flushLocal()
  for (const commit of backend) {
    confirmed.push(commit)
    const own = waiting.findIndex(({ commitId }) => commitId === commit.commitId)
    if (own >= 0) waiting.splice(own, 1)
    flushLocal()
  }
  return confirmed
}
