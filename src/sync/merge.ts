import type { Commit } from '../event/commit.ts'
import { headAfter } from '../event/commit.ts'
import type * as EventSequenceNumber from '../event/sequence-number.ts'
import type { SyncState } from './state.ts'
import { syncState } from './state.ts'

/** How a commit ended otherwise than confirmed. The reason is for people: what the backend answered, or what was thrown. */
export type Settled = {
  readonly commitId: string
  readonly reason: string
} & (
  | { readonly outcome: 'rejected' | 'parked' | 'dropped' }
  /** Another commit stands in its place, and what becomes of that one becomes of it. */
  | { readonly outcome: 'replaced'; readonly replacement: string }
)

/** What upstream tells, whoever it is. The rules are those of `SPEC.md`. */
export type FromUpstream = {
  /** The next commits of the one order, after this replica's confirmed head. */
  readonly confirmed: readonly Commit[]
  /** All that upstream holds and the backend has not confirmed, in order. */
  readonly accepted: readonly Commit[]
  readonly settled: readonly Settled[]
  /** In a leader: the commits that take the places of those that `settled` calls replaced. */
  readonly replacements?: readonly Commit[] | undefined
  /**
   * The confirmed head after this message, where it does not follow from `confirmed`: a log that dropped superseded
   * client-only events keeps the numbers of the others.
   */
  readonly head?: EventSequenceNumber.Client | undefined
}

export type Merged =
  | {
      readonly type: 'advance'
      readonly sync: SyncState
      readonly confirmed: readonly Commit[]
      /** New from above, to be applied at the end. */
      readonly upstream: readonly Commit[]
    }
  | {
      readonly type: 'rebase'
      readonly sync: SyncState
      readonly confirmed: readonly Commit[]
      /** New from above, applied before what is replayed. */
      readonly upstream: readonly Commit[]
      /** Known and unconfirmed commits whose place changed, to be applied again. */
      readonly replay: readonly Commit[]
      readonly settled: readonly Settled[]
    }

/**
 * The next state of a replica, and what of its materialized state must change. Pure.
 *
 * ```
 *   before   accepted ++ pending
 *   after    confirmed ++ accepted' ++ (pending that upstream did not mention)
 * ```
 *
 * Where `before` is a prefix of `after`, nothing was reordered: an advance. Otherwise a rebase from the first difference on.
 */
export function merge(sync: SyncState, message: FromUpstream): Merged {
  return extend(sync, message) ?? reorder(sync, message)
}

/** The common case, without looking anything up: what upstream holds begins with what is known, or the other way round. */
function extend(sync: SyncState, { confirmed, accepted, settled, head }: FromUpstream): Merged | undefined {
  const placed = confirmed.length + accepted.length
  if (settled.length > 0 || placed < sync.accepted.length) return undefined
  const before = sync.accepted.concat(sync.pending)
  const line = confirmed.concat(accepted)
  const known = Math.min(placed, before.length)
  for (let at = 0; at < known; at++) if (!isSame(before[at]!, line[at]!)) return undefined
  const upstream = line.slice(known)
  const firm = before.slice(0, confirmed.length).concat(confirmed.slice(before.length))
  const pending = before.slice(placed)
  const confirmedHead = head ?? headAfter(sync.confirmed, firm)
  if (head) return { type: 'advance', sync: syncState(head, accepted, pending), confirmed: firm, upstream }
  // The line only grew, so its head need not be counted again; only upstream may know another generation.
  const rebaseGeneration = (pending.at(-1) ?? accepted.at(-1))?.generation ?? confirmedHead.rebaseGeneration
  const next = {
    confirmed: confirmedHead,
    accepted,
    pending,
    head: { ...headAfter(sync.head, upstream), rebaseGeneration },
  }
  return { type: 'advance', sync: next, confirmed: firm, upstream }
}

/** Most are the very same object: to look at their ids would be to fetch thousands of them from memory. */
function isSame(a: Commit, b: Commit): boolean {
  return a === b || a.commitId === b.commitId
}

function reorder(sync: SyncState, message: FromUpstream): Merged {
  const before = [...sync.accepted, ...sync.pending]
  const known = new Map(before.map((commit) => [commit.commitId, commit]))
  const own = (commit: Commit) => known.get(commit.commitId) ?? commit
  const confirmed = message.confirmed.map(own)
  const mentioned = new Set([...confirmed, ...message.accepted, ...message.settled].map(({ commitId }) => commitId))
  const left = sync.pending.flatMap((commit) =>
    mentioned.has(commit.commitId) ? (replacementOf(commit, message) ?? []) : commit,
  )
  const after = [...confirmed, ...message.accepted, ...left]
  const same = commonPrefix(before, after)
  const upstream = after.filter(({ commitId }) => !known.has(commitId))
  const head = message.head ?? headAfter(sync.confirmed, confirmed)

  if (same === before.length) {
    return { type: 'advance', sync: syncState(head, message.accepted, left), confirmed, upstream }
  }
  const kept = Math.max(0, same - (after.length - left.length))
  const pending = [...left.slice(0, kept), ...left.slice(kept).map(rebased)]
  const unconfirmed = [...message.accepted, ...pending]
  return {
    type: 'rebase',
    sync: syncState(head, message.accepted, pending),
    confirmed,
    upstream,
    replay: unconfirmed.slice(Math.max(0, same - confirmed.length)).filter(({ commitId }) => known.has(commitId)),
    settled: settledOf(message.settled, new Set(known.keys())),
  }
}

function replacementOf({ commitId, generation }: Commit, { replacements = [] }: FromUpstream): Commit | undefined {
  const found = replacements.find(({ replaces }) => replaces === commitId)
  return found && { ...found, generation }
}

/** Of the commits that were settled, those that were known, and those that replaced them meanwhile. */
function settledOf(settled: readonly Settled[], known: Set<string>): Settled[] {
  return settled.filter((end) => {
    if (!known.has(end.commitId)) return false
    if (end.outcome === 'replaced') known.add(end.replacement)
    return true
  })
}

function rebased(commit: Commit): Commit {
  return { ...commit, generation: commit.generation + 1 }
}

function commonPrefix(before: readonly Commit[], after: readonly Commit[]): number {
  const end = before.findIndex((commit, index) => commit.commitId !== after[index]?.commitId)
  return end < 0 ? before.length : end
}

/** Two messages in a row as one, so that all waiting upstream is one rebase. */
export function fold(first: FromUpstream, second: FromUpstream): FromUpstream {
  return {
    confirmed: [...first.confirmed, ...second.confirmed],
    accepted: second.accepted,
    settled: [...first.settled, ...second.settled],
    head: second.head ?? (first.head && headAfter(first.head, second.confirmed)),
  }
}
