import type { Scheduler } from '../src/testing/simulator/scheduler.ts'

/** Simulated time, which passes for one caller after the other. */
export type Clock = {
  now(): number
  /** Lets `ms` pass. */
  pass(ms: number): Promise<void>
  /** Lets time pass until something is so, for at most `ms`. Gives whether it is. */
  until(isSo: () => boolean, ms: number): Promise<boolean>
}

export function createClock(scheduler: Scheduler): Clock {
  let last: Promise<unknown> = Promise.resolve()

  const inTurn = <T>(run: () => Promise<T>): Promise<T> => {
    const result = last.then(run)
    last = result.catch(() => undefined) // whoever asked hears of it
    return result
  }

  return {
    now: scheduler.now,
    pass: (ms) => inTurn(() => scheduler.run(scheduler.now() + ms)),
    until: (isSo, ms) =>
      inTurn(async () => {
        await scheduler.run(scheduler.now() + ms, isSo)
        return isSo()
      }),
  }
}
