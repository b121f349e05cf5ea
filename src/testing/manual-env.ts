import type { Env } from '../replica/env.ts'

/** A world in which time passes only when a test says so. Ids are numbers in order; `random` is what the test wants. */
export function manualEnv({ random = () => 0.5 }: { readonly random?: () => number } = {}) {
  let now = 0
  let ids = 0
  const timers = new Set<{ readonly at: number; readonly call: () => void }>()

  const after: Env['after'] = (ms, call) => {
    const timer = { at: now + Math.max(ms, 0), call }
    timers.add(timer)
    return () => timers.delete(timer)
  }

  const env: Env = {
    now: () => now,
    elapsed: () => now,
    randomId: (size) => String(++ids).padStart(size, '0'),
    random,
    after,
    defer: (call) => void after(0, call),
  }

  /** Of several timers for the same time the one that was set first. */
  const runNext = (end: number): boolean => {
    let next: { readonly at: number; readonly call: () => void } | undefined
    for (const timer of timers) if (timer.at <= end && (!next || timer.at < next.at)) next = timer
    if (!next) return false
    timers.delete(next)
    now = next.at
    next.call()
    return true
  }

  return {
    env,
    /** What waits for its time. */
    timers,
    /** Lets time pass, at a stretch: promises run after it. */
    advance(ms: number): void {
      const end = now + ms
      while (runNext(end)) {}
      now = end
    },
    /** Lets time pass, and promises run in between as they would. */
    async live(ms: number): Promise<void> {
      const end = now + ms
      do await promises()
      while (runNext(end))
      now = end
    },
  }
}

/** Long enough for all that hangs on promises alone. No timer or message, so that it is the same on any machine. */
async function promises(): Promise<void> {
  for (let turn = 0; turn < 100; turn++) await null
}
