import { doubled } from '../replica/doubled.ts'
import type { Env } from '../replica/env.ts'
import type { Downstream, Upstream } from '../replica/upstream.ts'
import type { Connection } from '../sync/connection.ts'
import type { Archive } from '../trace.ts'
import { isMismatch } from './leader.ts'

/** Two histories that take turns would have the log put aside again and again, and the archives with it. */
const most = { count: 2, within: 60_000 }
/** Milliseconds from the first of two resets until the backend is looked at again: doubled each time, up to the second. */
const lookAfter = { first: most.within, most: 30 * 60_000 }

/**
 * E4: a backend of another history is told to the leader as long as it may put the log aside for that. Else the connection waits:
 * it is woken by a timer, or by who switches it on. Once it has lasted, the waits are short again.
 */
export function createResetLimit(env: Env, archives: () => readonly Archive[] | undefined) {
  let waits = 0

  /** When the first of two recent resets was. One in the future says that the clock was set, and nothing else. */
  const firstOfRecent = () => {
    const now = env.now()
    const isRecent = ({ reason, at }: Archive) => reason === 'reset' && at <= now && at > now - most.within
    return (archives() ?? []).filter(isRecent)[most.count - 1]?.at
  }

  const limited = (connection: Connection): Connection => {
    if (connection.name === 'online' && connection.attempt === 0) waits = 0
    const first = isMismatch(connection) ? firstOfRecent() : undefined
    if (first === undefined || !isMismatch(connection)) return connection
    const retryAt = first + doubled(lookAfter, waits)
    return { name: 'waiting', attempt: waits + 1, retryAt, reason: connection.reason }
  }

  /** `downstream` as it is, but for what it is told of the connection. */
  const limitedTo = (downstream: Downstream, told: (connection: Connection) => void): Downstream =>
    Object.create(downstream, { connection: { value: told } })

  return (upstream: Upstream): Upstream =>
    (downstream) => {
      let cancel: (() => void) | undefined
      const lookAgain = () => {
        waits += 1
        link.setOnline(true)
      }
      const told = (given: Connection) => {
        cancel?.()
        const connection = limited(given)
        if (connection !== given && connection.name === 'waiting')
          cancel = env.after(connection.retryAt - env.now(), lookAgain)
        downstream.connection(connection)
      }
      const link = upstream(limitedTo(downstream, told))
      return {
        wake: link.wake,
        setOnline: link.setOnline,
        close() {
          cancel?.()
          link.close()
        },
      }
    }
}
