import type { Env } from '../src/replica/env.ts'

/**
 * Collects broadcasts: at once when the last is long ago, else together with what else comes meanwhile. An idle store
 * has no delay, and a busy one pays one write a subscriber each `everyMs`.
 */
export function createPace(env: Env, everyMs: number, act: () => void) {
  let last = Number.NEGATIVE_INFINITY
  let cancel: (() => void) | undefined

  const run = () => {
    cancel = undefined
    last = env.elapsed()
    act()
  }

  return {
    request(): void {
      if (cancel) return
      const wait = last + everyMs - env.elapsed()
      if (wait <= 0) run()
      else cancel = env.after(wait, run)
    },
    stop(): void {
      cancel?.()
    },
  }
}
