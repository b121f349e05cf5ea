import type { Env } from './env.ts'

/** Named timers, of which each runs once at most. */
export function createTimers<Name extends string>(env: Env) {
  const running = new Map<Name, () => void>()
  const cancel = (name: Name) => {
    running.get(name)?.()
    running.delete(name)
  }
  return {
    /** Instead of the one of that name that runs. */
    set(name: Name, ms: number, call: () => void) {
      cancel(name)
      const done = () => {
        running.delete(name)
        call()
      }
      running.set(name, env.after(ms, done))
    },
    cancel,
    isSet: (name: Name) => running.has(name),
    cancelAll() {
      for (const name of [...running.keys()]) cancel(name)
    },
  }
}
