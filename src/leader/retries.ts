/** P8: a commit that says it replaces a parked one retries it. The first does; any other comes too late. */
import type { Commit } from '../event/commit.ts'
import type { EventLog } from '../replica/event-log.ts'
import type { Settled } from '../sync/merge.ts'

export type SortedRetries = {
  /** To be tried as any other, in order. */
  readonly toTake: readonly Commit[]
  readonly retries: readonly Commit[]
  readonly tooLate: readonly { readonly commit: Commit; readonly settled: Settled }[]
}

/** `commits` are new: none of them was seen before. */
export function sortRetries(commits: readonly Commit[], find: EventLog['find']): SortedRetries {
  const taken = new Set<string>()
  const sorted = { toTake: [] as Commit[], retries: [] as Commit[], tooLate: [] as SortedRetries['tooLate'][number][] }
  for (const commit of commits) {
    const { replaces } = commit
    if (replaces === undefined) sorted.toTake.push(commit)
    else if (!taken.has(replaces) && isParked(find(replaces))) {
      taken.add(replaces)
      sorted.toTake.push(commit)
      sorted.retries.push(commit)
    } else sorted.tooLate.push({ commit, settled: droppedAsLate(commit) })
  }
  return sorted
}

function isParked(found: ReturnType<EventLog['find']>): boolean {
  return found?.state === 'settled' && (found.outcome === 'parked' || found.outcome === 'rejected')
}

function droppedAsLate({ commitId, replaces }: Commit): Settled {
  return {
    commitId,
    outcome: 'dropped',
    reason: `${replaces} is not parked any more: another retry or a discard was first`,
  }
}
