import type { Commit } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import type { State } from '../replica/state.ts'
import { type FromUpstream, merge } from '../sync/merge.ts'
import type { SyncState } from '../sync/state.ts'

/** A tab applies no more events than this in one go: the leader's bytes take the place of a longer replay. */
const mostApplied = 1_500
/** Of commits. */
const few = 100
/** Building beside what is shown holds the tab's thread this long at a time, milliseconds. */
const slice = 8
/** Commits that are applied at least between two looks at the clock. Each time costs a look at all of them, too. */
const leastStride = 32

/** Whether following `message` would hold the tab's thread too long. `unfolded` events would be applied again by a rebase. Pure. */
export function isLong(sync: SyncState, message: FromUpstream, unfolded = 0): boolean {
  const zones = [sync.accepted, sync.pending, message.confirmed, message.accepted]
  // Where commits are few, their events are soon counted. Where they are many, most of them will stay where they are.
  const isFew = zones.reduce((sum, zone) => sum + zone.length, 0) <= few
  if (isFew && zones.reduce((sum, zone) => sum + eventsIn(zone), unfolded) <= mostApplied) return false
  if (isShortRebase(sync, message, unfolded)) return false
  const merged = merge(sync, message)
  return eventsIn(merged.upstream) + (merged.type === 'rebase' ? eventsIn(merged.replay) + unfolded : 0) > mostApplied
}

/** Where the order begins with another commit than before, all of it is applied again, and what is new: that is known without merging. */
function isShortRebase({ accepted, pending }: SyncState, message: FromUpstream, unfolded: number): boolean {
  const [first] = accepted.length > 0 ? accepted : pending
  const [next] = message.confirmed.length > 0 ? message.confirmed : message.accepted
  if (accepted.length + pending.length > mostApplied || first?.commitId === next?.commitId) return false
  const here = new Set([...accepted, ...pending].map(({ commitId }) => commitId))
  const added = [...message.confirmed, ...message.accepted].filter(({ commitId }) => !here.has(commitId))
  return eventsIn(accepted) + eventsIn(pending) + eventsIn(added) + unfolded <= mostApplied
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
  const applySlice = createSlices(state, env)
  for (let done = 0; ; ) {
    done = applySlice(order(), done)
    const { accepted, pending } = order()
    const total = accepted.length + pending.length
    if (done === total) return true
    onProgress(done, total)
    await new Promise<void>((resolve) => env.defer(resolve))
    if (!isWanted()) return false
  }
}

/** Learns how many commits this tab applies in a few milliseconds. */
function createSlices(state: State, env: Env) {
  let stride = leastStride
  return (order: SyncState, from: number): number => {
    const total = order.accepted.length + order.pending.length
    let now = env.elapsed()
    const until = now + slice
    let done = from
    do {
      done = Math.min(total, done + stride)
      state.follow(firstOf(order, done), [])
      const took = env.elapsed() - now
      now += took
      stride = took < slice / 4 ? stride * 2 : Math.max(leastStride, Math.floor((stride * slice) / (2 * took)))
    } while (done < total && now < until)
    return done
  }
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
