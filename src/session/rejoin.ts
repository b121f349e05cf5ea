/** What a session that follows another leader still has of its own. Pure. */
import type { Commit } from '../event/commit.ts'
import type { Joined } from '../replica/leader-api.ts'
import type { Settled } from '../sync/merge.ts'
import { type SyncState, syncState } from '../sync/state.ts'

/** Own commits that the session does not know to be confirmed, in order. */
export function ownUnconfirmed(sync: SyncState, isOwn: (commit: Commit) => boolean): Commit[] {
  return [...sync.accepted.filter(isOwn), ...sync.pending]
}

/** The order once the leader's bytes are the state: of the session's `own` work, what the leader does not know goes on top. */
export function loaded(
  own: readonly Commit[],
  { head, accepted, settled, confirmedIds }: Pick<Joined, 'head' | 'accepted' | 'settled' | 'confirmedIds'>,
): SyncState {
  const known = new Set([...accepted, ...settled].map(({ commitId }) => commitId))
  for (const commitId of confirmedIds) known.add(commitId)
  return syncState(
    head,
    accepted,
    own.filter(({ commitId }) => !known.has(commitId)),
  )
}

/** Own commits that were confirmed, and superseded since by later ones, so that the order has them no more. */
export function superseded({ confirmed, confirmedIds }: Pick<Joined, 'confirmed' | 'confirmedIds'>): Settled[] {
  const there = new Set(confirmed.map(({ commitId }) => commitId))
  const gone = confirmedIds.filter((commitId) => !there.has(commitId))
  return gone.map((commitId) => ({ commitId, outcome: 'dropped', reason: 'a later one superseded it' }))
}
