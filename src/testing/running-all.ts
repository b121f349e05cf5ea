// Histories of writes, undone and replayed, in which live queries are held against running all of them.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { realEnv } from '../replica/real-env.ts'
import { compileQuery, type Query } from '../schema/query.ts'
import { createLiveQueries } from '../session/live-query.ts'
import { createTracer } from '../trace.ts'
import { type Written, writeHistories } from './write-histories.ts'

type Options = Written & {
  readonly queries: readonly Query<unknown>[]
  readonly numRuns: number
  /** By number, what is written before all else. A history has a few of the queries then, and looks at each step. */
  readonly first?: readonly number[]
}

/** Its values in the order of its columns, whether it comes as an object or as SQLite has it. */
const valuesOf = (row: unknown) => Object.values(row as object)

/** Whatever is written, undone and replayed, each live query gives what running it gives. */
export function holdAgainstRunningAll({ queries, numRuns, first = [], ...written }: Options) {
  const { kinds, steps, open } = writeHistories(written)
  const { writes, ids } = written
  const asked = first.length > 0 ? fc.subarray([...queries], { minLength: 1, maxLength: 5 }) : fc.constant(queries)
  const all = writes.map((_, kind) => kind)

  fc.assert(
    fc.property(kinds, asked, steps, (kinds, queries, steps) => {
      const { db, upstream, play } = open(kinds)
      const live = createLiveQueries({ db, env: realEnv(), traces: createTracer() })
      const look = () => {
        for (const query of queries) {
          const { sql, params, map = valuesOf } = compileQuery(query)
          const shown = live.live(query).get().map(valuesOf)
          const found = db.all(sql, params).map(map).map(valuesOf)
          if (!isDeepStrictEqual(shown, found)) expect(shown, sql).toEqual(found)
        }
      }
      look()
      for (const kind of first) {
        const everyId = ids.map((id, n) => ({ kind, id, n }))
        live.touch(upstream(everyId, all))
        look()
      }
      for (const step of steps) {
        const touched = play(step)
        if (touched) live.touch(touched)
        if (!touched || first.length > 0) look()
      }
      look()
      live.close()
      db.close()
    }),
    { numRuns },
  )
}
