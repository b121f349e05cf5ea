import { type Commit, headAfter } from '../event/commit.ts'
import type { FromUpstream, Merged } from '../sync/merge.ts'
import { merge } from '../sync/merge.ts'
import { append, type SyncState, unaccept } from '../sync/state.ts'
import type { Tier, TraceSource } from '../trace.ts'
import type { Env } from './env.ts'
import type { Touched } from './materialize.ts'
import type { Followed, Skipped, State } from './state.ts'

/** Unfolded commits are folded once nothing happened for this long, milliseconds. */
const idleAfter = 500

/** Nobody listened yet when the step began. */
const noLaps = { rollBack: 0, upstream: 0, replay: 0 }

export type Step = { readonly merged: Merged; readonly followed: Followed }

/**
 * Sync state and materialized state, kept in step: what a session and a leader both are.
 * Who is upstream, and what is durable when, is the composition's.
 */
export type Replica = {
  readonly sync: SyncState
  /** Events that are confirmed, and would be applied again by a rebase that goes back to the base. */
  readonly unfolded: number
  /** Applies local commits and lets them wait as pending. Throws a `MaterializeError` and changes nothing where one does not apply. */
  commit(commit: Commit): Touched
  /**
   * Takes what upstream tells. `persist` runs between the decision and its application, and stops both by throwing; `onRebase`
   * before something is rolled back, and what it takes counts for nothing.
   */
  follow(message: FromUpstream, persist?: (merged: Merged) => void, onRebase?: () => void): Step
  /** Follows a new upstream, which may not hold all that the last one did: what is missing is pending again, own commits only. */
  resume(message: FromUpstream, isOwn: (commit: Commit) => boolean): Step
  /** Confirmed commits that do not apply here, or on any client. */
  skipped(): Skipped[]
  /** The state with all that is confirmed and nothing else, as bytes. */
  snapshot(): Uint8Array
  /** Takes another state, which holds all of this order, in the place of its own. */
  exchange(state: State, sync: SyncState): void
  /** Twice is once. */
  close(): void
}

type Options = {
  readonly tier: Tier
  readonly state: State
  readonly sync: SyncState
  readonly env: Env
  readonly traces: TraceSource
  /** Hears what was written, after it was. */
  readonly onTouched?: (touched: Touched) => void
  /** Runs what the replica does by itself; where the state is on a disk, it hears of the disk's failure. */
  readonly guard?: (act: () => void) => void
}

export function createReplica(options: Options): Replica {
  const { tier, env, traces, onTouched, guard = (act) => act() } = options
  let { state, sync } = options
  let cancelFold: (() => void) | undefined
  let isClosed = false

  const foldWhenIdle = () => {
    cancelFold?.()
    cancelFold = state.unfolded > 0 ? env.after(idleAfter, () => guard(() => state.foldIfCheap(sync))) : undefined
  }

  const tell = ({ merged, followed }: Step, before: SyncState, [started, decided, persisted]: readonly number[]) => {
    const { emit } = traces
    if (!emit) return
    const { head } = merged.sync
    if (merged.type === 'advance') {
      emit({ type: 'advanced', tier, head, confirmed: merged.confirmed.length, before, merged })
    } else {
      const { rolledBack, laps = noLaps } = followed
      const phases = { decide: decided! - started!, persist: persisted! - decided!, ...laps }
      const ms = env.elapsed() - started!
      const replayed = merged.replay.length
      emit({ type: 'rebased', tier, from: before.head, to: head, rolledBack, replayed, ms, phases, before, merged })
      for (const settled of merged.settled) emit({ type: 'settled', tier, ...settled })
    }
    for (const { commitId, message } of followed.skipped) emit({ type: 'skipped', tier, commitId, error: message })
  }

  const follow: Replica['follow'] = (message, persist, onRebase) => {
    const clock = traces.emit && (() => env.elapsed())
    const begun = clock?.() ?? 0
    const merged = merge(sync, message)
    const deciding = (clock?.() ?? 0) - begun
    if (merged.type === 'rebase') onRebase?.()
    const decided = clock?.() ?? 0
    const started = decided - deciding
    persist?.(merged)
    const persisted = clock?.() ?? 0
    const followed = state.follow(merged.sync, merged.confirmed, clock)
    const before = sync
    sync = merged.sync
    foldWhenIdle()
    const step = { merged, followed }
    onTouched?.(followed.touched)
    tell(step, before, [started, decided, persisted])
    return step
  }

  return {
    get sync() {
      return sync
    },
    get unfolded() {
      return state.unfolded
    },
    follow,
    resume(message, isOwn) {
      sync = unaccept(sync, isOwn)
      return follow(message)
    },
    commit(commit) {
      const touched = state.commit(commit)
      sync = append(sync, [commit])
      onTouched?.(touched)
      traces.emit?.({ type: 'committed', tier, commitId: commit.commitId, head: sync.head, sync })
      return touched
    },
    skipped: () => state.skipped(),
    snapshot: () => state.snapshot(sync),
    exchange(next, order) {
      cancelFold?.()
      state.close()
      state = next
      sync = order
    },
    close() {
      if (isClosed) return
      isClosed = true
      cancelFold?.()
      state.close()
    },
  }
}

/** Confirmed commits with the number of each one's last event, when they stand right after `head`. */
export function withHeads(head: SyncState['confirmed'], commits: readonly Commit[]) {
  let at = head
  return commits.map((commit) => {
    at = headAfter(at, [commit])
    return { commit, head: at }
  })
}
