/** What a leader tells its sessions; `resolve` in `replica/leader-api.ts` is the other end. Pure. */
import type { Commit } from '../event/commit.ts'
import { type AboutOrder, type CommitRef, refOf } from '../replica/leader-api.ts'
import type { Merged, Settled } from '../sync/merge.ts'

/** Commits came from sessions: the session `to` gets its own ones by id; those of others, and replacements, whole. */
export function acceptedMessage(taken: readonly Commit[], confirmed: readonly Commit[], to: string): AboutOrder {
  const accepted = taken.map((commit) => (commit.sessionId === to && !commit.replaces ? refOf(commit) : commit))
  return { type: 'advanced', confirmed: confirmed.map(refOf), accepted }
}

/** The order changed above: `known` are the commits that every session has. Undefined where it did not. */
export function mergedMessage(merged: Merged, known: ReadonlySet<string>): AboutOrder | undefined {
  const ref = (commit: Commit): CommitRef => (known.has(commit.commitId) ? refOf(commit) : commit)
  const confirmed = merged.confirmed.map(ref)
  if (merged.type === 'rebase') {
    return { type: 'rebased', confirmed, accepted: merged.sync.pending.map(ref), settled: merged.settled }
  }
  return confirmed.length > 0 ? { type: 'advanced', confirmed, accepted: [] } : undefined
}

/** Commits of a push did not apply: they never entered the order. */
export function settledMessage(settled: readonly Settled[], pending: readonly Commit[]): AboutOrder {
  return { type: 'rebased', confirmed: [], accepted: pending.map(refOf), settled }
}
