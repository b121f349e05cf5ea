import type { Commit } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import type { State } from '../replica/state.ts'
import { type FromUpstream, merge } from '../sync/merge.ts'
import type { SyncState } from '../sync/state.ts'

/** A tab applies no more events than this in one go: the leader's bytes take the place of a longer replay. */
const mostApplied = 1_500
/** Building beside what is shown holds the tab's thread this long at a time, milliseconds. */
const slice = 8
/** Commits that are applied between two looks at the clock. */
const stride = 32

/** Whether following `message` would hold the tab's thread too long. Pure. */
export function isLong(sync: SyncState, message: FromUpstream): boolean {
  const zones = [sync.accepted, sync.pending, message.confirmed, message.accepted]
  // Where they are few, their events are soon counted. Where they are many, most of them will stay where they are.
  const isFew = zones.reduce((sum, zone) => sum + zone.length, 0) <= mostApplied
  if (isFew && zones.reduce((sum, zone) => sum + eventsIn(zone), 0) <= mostApplied) return false
  const merged = merge(sync, message)
  return eventsIn(merged.upstream) + (merged.type === 'rebase' ? eventsIn(merged.replay) : 0) > mostApplied
}

type Options = {
  /** Of bytes that are nobody's yet: nothing is applied on top of its base. */
  readonly state: State
  /** What is to stand on top, now. It may only grow, and only at its end. */
  readonly order: () => SyncState
  readonly env: Env
  readonly onProgress: (done: number, total: number) => void
  readonly isWanted: () => boolean
}

/**
 * Brings a state to an order, a slice at a time; between slices the tab renders, and answers its user. Resolves with false
 * when it is not wanted any more. Where one slice is enough, nothing happens in between.
 */
export async function build({ state, order, env, onProgress, isWanted }: Options): Promise<boolean> {
  for (let done = 0; ; ) {
    done = applySlice(state, order(), done, env)
    const { accepted, pending } = order()
    const total = accepted.length + pending.length
    if (done === total) return true
    onProgress(done, total)
    await new Promise<void>((resolve) => env.defer(resolve))
    if (!isWanted()) return false
  }
}

function applySlice(state: State, order: SyncState, from: number, env: Env): number {
  const total = order.accepted.length + order.pending.length
  const until = env.elapsed() + slice
  let done = from
  do {
    done = Math.min(total, done + stride)
    state.follow(firstOf(order, done), [])
  } while (done < total && env.elapsed() < until)
  return done
}

/** The first commits of an order. Its head is nobody's. */
function firstOf(order: SyncState, count: number): SyncState {
  const { accepted, pending } = order
  return {
    ...order,
    accepted: accepted.slice(0, count),
    pending: pending.slice(0, Math.max(0, count - accepted.length)),
  }
}

function eventsIn(commits: readonly Commit[]): number {
  return commits.reduce((count, { events }) => count + events.length, 0)
}
