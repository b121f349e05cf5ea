/** One rebase, taken apart: what became of each commit, and the five steps of the design. Pure. */
import { print } from '../../src/event/sequence-number.ts'
import { all, beadsOf, type Rebase } from '../model.ts'
import type { Bead } from '../protocol.ts'

export type Fate =
  | { readonly name: 'renumbered'; readonly from: string; readonly to: string }
  | { readonly name: 'kept' | 'confirmed'; readonly from: string; readonly to: string }
  /** Parked, dropped, replaced or rejected. */
  | { readonly name: 'settled'; readonly from: string; readonly outcome: string; readonly reason: string }
  /** Beyond what is told of a long order. */
  | { readonly name: 'unseen'; readonly from: string }

export type Moved = { readonly bead: Bead; readonly fate: Fate }

/** What became of each commit that was there before. */
export function movesOf(rebase: Rebase): Moved[] {
  const confirmed = new Map(all(rebase.confirmed).map((bead) => [bead.commitId, bead]))
  const unconfirmed = new Map(beadsOf(rebase.after).map((bead) => [bead.commitId, bead]))
  const settled = new Map(rebase.settled.map((end) => [end.commitId, end]))
  return beadsOf(rebase.before).map((bead) => {
    const from = numbers(bead)
    const end = settled.get(bead.commitId)
    if (end) return { bead, fate: { name: 'settled', from, outcome: end.outcome, reason: end.reason } }
    const firm = confirmed.get(bead.commitId)
    if (firm) return { bead, fate: { name: 'confirmed', from, to: numbers(firm) } }
    const later = unconfirmed.get(bead.commitId)
    if (!later) return { bead, fate: { name: 'unseen', from } }
    return { bead, fate: { name: numbers(later) === from ? 'kept' : 'renumbered', from, to: numbers(later) } }
  })
}

/** `e3`, or `e3–e5` of a commit of several events. */
export function numbers({ from, to }: Pick<Bead, 'from' | 'to'>): string {
  return print(from) === print(to) ? print(to) : `${print(from)}–${print(to)}`
}

/** What came from above. */
export function arrivals({ upstream, confirmed, after }: Rebase): Bead[] {
  const ids = new Set(upstream)
  return [...all(confirmed), ...beadsOf(after)].filter(({ commitId }) => ids.has(commitId))
}

/** In a sentence. */
export function causeOf(rebase: Rebase): string {
  const came = rebase.upstream.length
  const commits = came === 1 ? 'a commit' : `${came} commits`
  if (came > 0) {
    const isFromBackend = arrivals(rebase).some(({ commitId }) =>
      all(rebase.confirmed).some((bead) => bead.commitId === commitId),
    )
    return isFromBackend
      ? `${commits} of other clients came first at the backend`
      : `${commits} of another tab came first at the leader`
  }
  const [end] = rebase.settled
  if (end) return `a commit was ${end.outcome}: ${end.reason}`
  return 'the order upstream is another one'
}

export type Mark = 'waiting' | 'undone' | 'arrived' | 'replayed' | 'confirmed' | 'settled'
export type StepBead = { readonly bead: Bead; readonly number: string; readonly mark: Mark; readonly was?: string }
export type RebaseStep = {
  readonly title: string
  readonly words: string
  readonly here: readonly StepBead[]
  readonly upstream: readonly StepBead[]
  readonly ms?: number
}

/** The steps of `events.md`: diverged, rolled back, upstream applied, replayed, and pushed. `isConfirmed` says how far the last is. */
export function stepsOf(rebase: Rebase, isConfirmed: (commitId: string) => boolean): RebaseStep[] {
  const moves = movesOf(rebase)
  const came = arrivals(rebase).map((bead): StepBead => ({ bead, number: numbers(bead), mark: 'arrived' }))
  const kept = moves.filter(({ fate }) => fate.name === 'kept')
  const undone = moves.filter(({ fate }) => fate.name !== 'kept')
  const before = (mark: Mark) => undone.map(({ bead }): StepBead => ({ bead, number: numbers(bead), mark }))
  const stays = kept.map(({ bead }): StepBead => ({ bead, number: numbers(bead), mark: 'waiting' }))
  const replayed = undone.flatMap(({ bead, fate }): StepBead[] =>
    fate.name === 'renumbered' || fate.name === 'confirmed'
      ? [{ bead, number: fate.to, was: fate.from, mark: fate.name === 'confirmed' ? 'confirmed' : 'replayed' }]
      : [],
  )
  const pushed = replayed.map(
    (step): StepBead => (isConfirmed(step.bead.commitId) ? { ...step, mark: 'confirmed' } : step),
  )
  const open = pushed.filter(({ mark }) => mark !== 'confirmed').length
  const { phases } = rebase
  const gone = undone.length - replayed.length
  return [
    {
      title: 'Diverged',
      words: `${plural(moves.length, 'commit')} waited here, and upstream went on without them`,
      here: [...stays, ...before('waiting')],
      upstream: came,
      ms: phases.decide + phases.persist,
    },
    {
      title: 'Roll back',
      words: `${plural(undone.length, 'commit')} undone, back to where both agree`,
      here: [...stays, ...before('undone')],
      upstream: came,
      ms: phases.rollBack,
    },
    {
      title: 'Apply upstream',
      words: `${plural(came.length, 'commit')} applied, each with the number that it has upstream`,
      here: [...stays, ...came],
      upstream: came,
      ms: phases.upstream,
    },
    {
      title: 'Replay',
      words: `${plural(replayed.length, 'commit')} applied again on top, with new numbers${gone > 0 ? `; ${gone} left out` : ''}`,
      here: [...stays, ...came, ...replayed],
      upstream: came,
      ms: phases.replay,
    },
    {
      title: 'Push',
      words: open === 0 ? 'upstream has taken them: all heads align' : `${plural(open, 'commit')} on the way up`,
      here: [...stays, ...came, ...pushed],
      upstream: [...came, ...pushed.filter(({ mark }) => mark === 'confirmed')],
    },
  ]
}

export const plural = (count: number, what: string) => `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`
