import type { Env } from '../src/replica/env.ts'

type Timers = Pick<Env, 'after'>

/** Rejects when an app's answer takes longer than `ms`. */
export async function within<T>({ after }: Timers, ms: number, what: string, answer: Promise<T>): Promise<T> {
  let cancel = () => {}
  const late = new Promise<never>((_, reject) => {
    cancel = after(ms, () => reject(new Error(`${what} gave no answer within ${ms} ms`)))
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    cancel()
  }
}

/** Resolves with `work`, or without it after `ms`. */
export async function atMost({ after }: Timers, ms: number, work: Promise<unknown>): Promise<void> {
  let cancel = () => {}
  const late = new Promise<void>((resolve) => {
    cancel = after(ms, resolve)
  })
  try {
    await Promise.race([work, late])
  } finally {
    cancel()
  }
}
