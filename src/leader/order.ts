/** What a leader decides about the order: which commits it takes, and what the backend's word means for them. Pure. */
import type { Commit } from '../event/commit.ts'
import type { FromUpstream, Settled } from '../sync/merge.ts'
import { confirmedByBackend, type SyncState } from '../sync/state.ts'

/** L2: a commit that was seen before is not taken again; its session was told what became of it. */
export function unseen(commits: readonly Commit[], wasSeen: (commitId: string) => boolean): Commit[] {
  const seen = new Set<string>()
  return commits.filter(({ commitId }) => {
    if (seen.has(commitId) || wasSeen(commitId)) return false
    seen.add(commitId)
    return true
  })
}

type FromBackend = { readonly confirmed: readonly Commit[]; readonly settled: readonly Settled[] }

/** M7: what the backend told, with the local-only commits of this client at their places. */
export function fromBackend(sync: SyncState, { confirmed, settled }: FromBackend): FromUpstream {
  return { confirmed: confirmedByBackend(sync, confirmed), accepted: [], settled }
}

/**
 * What is confirmed here and now: local-only commits that no unconfirmed synced one precedes (M7), and without a backend all (B9).
 * Undefined where there are none.
 */
export function fromHere(sync: SyncState, hasBackend = true): FromUpstream | undefined {
  const confirmed = hasBackend ? confirmedByBackend(sync, []) : sync.pending
  return confirmed.length > 0 ? { confirmed, accepted: [], settled: [] } : undefined
}
