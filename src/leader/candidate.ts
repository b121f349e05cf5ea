import { closeAll } from '../replica/closing.ts'
import type { Env } from '../replica/env.ts'
import type { StorageProblem } from '../trace.ts'
import { lockNames } from './broker-protocol.ts'
import { GaveWay } from './builds.ts'
import { away, type LeaderEvent, type LeaderLife, next } from './life.ts'
import type { Locks } from './ports.ts'
import { problemOf } from './storage-problem.ts'
import type { Term } from './term.ts'

/** A leader that lasted this long, milliseconds, was good: the next failure begins with a short wait again. */
const goodAfter = 30_000

/** The first looks everything through; the second puts the log aside. */
const attemptsToMend = 2

type Options = {
  readonly storeId: string
  readonly env: Env
  readonly locks: Locks
  /** `damages` says how often in a row the databases were found damaged. */
  readonly open: (damages: number) => Promise<Term>
  /** Gives what is to happen when it leads no more, and its databases are closed. */
  readonly onLead: (leader: Term['leader']) => () => void
  /** It tries again by itself. */
  readonly onFailed: (problem: StorageProblem) => void
  /** It has nothing any more, and asks for nothing. */
  readonly onAway: () => void
}

/** Does what `life.ts` decides, for one store: asks for the lock, opens the databases, and lets go of both. */
export function createCandidate(options: Options) {
  const { storeId, env, locks } = options
  let life: LeaderLife = away
  let term: Term | undefined
  /** Why the last attempt to lead failed; undefined where it gave way. */
  let problem: StorageProblem | undefined
  let damages = 0
  let letGo: (() => void) | undefined
  let retire: (() => void) | undefined
  let cancelTimer: (() => void) | undefined

  const happen = (event: LeaderEvent) => {
    const before = life
    life = next(before, event)
    if (life.name !== before.name) enter()
  }

  /** Does what the new state asks for. */
  const enter = () => {
    cancelTimer?.()
    cancelTimer = undefined
    switch (life.name) {
      case 'away':
        return options.onAway()
      case 'standing':
        return void ask()
      case 'opening':
        return // as part of `ask`
      case 'leading':
        cancelTimer = env.after(goodAfter, provedGood)
        retire = options.onLead(term!.leader)
        return
      case 'pausing':
        cancelTimer = env.after(life.retryAt - env.now(), () => happen({ type: 'due' }))
        return problem && !isMendedNext(problem) && options.onFailed(problem)
      case 'leaving':
        return letGo?.()
      default:
        return life satisfies never
    }
  }

  const provedGood = () => {
    damages = 0
    happen({ type: 'proved good' })
  }

  /** The next attempts make anew, or put aside, what is damaged: nobody needs to hear of it before they have. */
  const isMendedNext = ({ reason }: StorageProblem) => reason === 'damaged' && damages <= attemptsToMend

  const ask = async () => {
    const abort = new AbortController()
    letGo = () => abort.abort(new DOMException('the store was closed', 'AbortError'))
    try {
      await locks.request(lockNames.leader(storeId), { signal: abort.signal }, () => lead(abort.signal))
      happen({ type: 'freed' })
    } catch (error) {
      problem = error instanceof GaveWay ? undefined : problemOf(error)
      if (problem?.reason === 'damaged') damages += 1
      happen({ type: 'failed', reason: String(error), at: env.now() })
    }
  }

  /** All that it opens is closed when it ends, and the lock is free then. */
  const lead = async (signal: AbortSignal) => {
    happen({ type: 'granted' })
    if (signal.aborted) return
    const opened = await options.open(damages)
    try {
      term = opened
      happen({ type: 'opened' })
      await Promise.race([opened.failed, aborted(signal)])
    } finally {
      term = undefined
      closeAll(opened.end, () => retire?.())
      retire = undefined
    }
  }

  return {
    stand: () => happen({ type: 'stood' }),
    resign() {
      if (life.name === 'away') options.onAway()
      else happen({ type: 'resigned' })
    },
  }
}

export type Candidate = ReturnType<typeof createCandidate>

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
