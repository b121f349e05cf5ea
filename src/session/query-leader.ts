import type { ReadRefusal } from '../replica/leader-api.ts'
import { objectsOf } from '../replica/rows.ts'
import { compileQuery, type Query } from '../schema/query.ts'
import { keyOf } from './live-query.ts'
import type { Store } from './store.ts'

export type QueryLeaderOptions = {
  /** Ends the reading, which then rejects with the signal's reason, and after it the watching. */
  readonly signal?: AbortSignal | undefined
  /** Called once, when the rows may be others: then whoever wants them reads again. */
  readonly onInvalidated?: (() => void) | undefined
}

/** The leader did not run a query. What it refuses it refuses again, until the query is another one. */
export class LeaderQueryRefused extends Error {
  override name = 'LeaderQueryRefused'
  readonly reason: ReadRefusal['reason']

  constructor({ reason, message }: ReadRefusal) {
    super(message)
    this.reason = reason
  }
}

let asked = 0

/**
 * The rows of a query on the leader's tables, with all that this tab committed before. Waits while there is no leader. Rejects
 * with `LeaderQueryRefused` what writes, fails, takes too long or gives too much, and with `StoreClosed`.
 */
export async function queryLeader<Row>(
  store: Store,
  query: Query<Row>,
  { signal, onInvalidated }: QueryLeaderOptions = {},
): Promise<readonly Row[]> {
  signal?.throwIfAborted()
  const { sql, params, map } = compileQuery(query)
  const { leader } = store
  const id = String(++asked)
  const aborted = Promise.withResolvers<never>()
  aborted.promise.catch(() => undefined) // it may be read already
  let stop: (() => void) | undefined
  const end = () => {
    stop?.()
    aborted.reject(signal?.reason)
    leader.end(id)
  }
  const request = { id, sql, params, watch: onInvalidated !== undefined }
  const isEnded = () => signal?.aborted === true
  signal?.addEventListener('abort', end, { once: true })

  try {
    for (;;) {
      let isAnswered = false
      let isStale = false
      const hear = () => {
        if (isAnswered) onInvalidated?.()
        else isStale = true
      }
      stop = onInvalidated && leader.watch(id, hear)
      const answer = await Promise.race([leader.read(request, isEnded), aborted.promise])
      if (answer.type === 'refused') throw new LeaderQueryRefused(answer)
      if (isStale) continue // on its way here: nobody is given what is known to be out of date
      isAnswered = true
      if (!onInvalidated) signal?.removeEventListener('abort', end)
      return answer.rows.map(map ?? (objectsOf(answer.columns, sql) as typeof map & object))
    }
  } catch (error) {
    stop?.()
    signal?.removeEventListener('abort', end)
    throw error
  }
}

/** What a query is told from others by: its SQL and its bindings. */
export function keyOfQuery(query: Query<unknown>): string {
  return keyOf(compileQuery(query))
}
