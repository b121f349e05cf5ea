/**
 * Collects broadcasts: at once when the last is long ago, else together with what else comes meanwhile. An idle store
 * has no delay, and a busy one pays one write a subscriber each `everyMs`.
 */
export function createPace(everyMs: number, act: () => void) {
  let last = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined

  const run = () => {
    timer = undefined
    last = performance.now()
    act()
  }

  return {
    request(): void {
      if (timer) return
      const wait = last + everyMs - performance.now()
      if (wait <= 0) run()
      else timer = setTimeout(run, wait)
    },
    stop(): void {
      clearTimeout(timer)
    },
  }
}
