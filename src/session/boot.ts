import type { Env } from '../replica/env.ts'
import type { Progress } from '../replica/leader-api.ts'
import type { BootPhase, StorageProblem, TraceSource } from '../trace.ts'

/** How far the opening of a store is. Phases that there is nothing to do in are not told. */
export type BootStatus =
  /** SQLite is loaded and compiled. */
  | { readonly phase: 'sqlite' }
  /** Until there is a leader: its worker loads, and opens the files of the store. */
  | { readonly phase: 'leader' }
  /** The tab that keeps the store does not answer, and no other one has a state to lend. It goes on by itself once one does. */
  | { readonly phase: 'blocked'; readonly problem: StorageProblem }
  /** The leader makes the state anew from its log; in events. */
  | { readonly phase: 'rebuild'; readonly done: number; readonly total: number }
  /** The state comes from the leader. */
  | { readonly phase: 'snapshot' }
  /** What is not confirmed is applied on top of it; in commits. */
  | { readonly phase: 'replay'; readonly done: number; readonly total: number }
  /** The store is open. */
  | { readonly phase: 'open' }
  /** It is open, and behind: events of the backend are on their way, and are shown all at once. */
  | { readonly phase: 'sync'; readonly done: number; readonly total: number }

/** What a boot waits for, where it is the leader that is busy. */
export function bootOf({ name, done, total }: Progress): BootStatus {
  return { phase: name, done, total }
}

/** Tells how a boot gets on, and traces how long each of its phases took. */
export function createBootReport(env: Env, traces: TraceSource, listener: ((status: BootStatus) => void) | undefined) {
  let phase: BootPhase | undefined
  let since = 0

  const enter = (next: BootPhase | undefined) => {
    const now = env.elapsed()
    if (phase) traces.emit?.({ type: 'boot', phase, ms: now - since })
    phase = next
    since = now
  }

  /** Only where somebody listens: a subscriber of one's own would make every trace cost something. */
  const awaitFirstQuery = () => {
    if (!traces.emit) return
    const stop = traces.subscribe(({ type }) => {
      if (type !== 'queried') return
      stop()
      enter(undefined)
    })
  }

  return (status: BootStatus) => {
    if (status.phase === 'open') {
      enter('first query')
      awaitFirstQuery()
    } else if (status.phase !== phase && status.phase !== 'sync' && status.phase !== 'blocked') enter(status.phase)
    listener?.(status)
  }
}
