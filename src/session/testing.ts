// Histories of writes, undone and replayed, in which live queries are held against running all of them.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { expect } from 'vitest'
import { z } from 'zod'
import type { Commit } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { createMaterialize } from '../replica/materialize.ts'
import { realEnv } from '../replica/real-env.ts'
import { createStateTables, openState } from '../replica/state.ts'
import { Events } from '../schema/events.ts'
import { compileQuery, type Query, type Write } from '../schema/query.ts'
import { encodeEvent, makeSchema } from '../schema/schema.ts'
import { createRowAccess } from '../sqlite/one-row.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { syncState } from '../sync/state.ts'
import { createTracer } from '../trace.ts'
import { createLiveQueries } from './live-query.ts'

const sqlite = await loadSqlite()

type Options = {
  readonly tables: Parameters<typeof makeSchema>[0]['tables']
  /** Each with an id and a number from 0 up to `most`. */
  readonly writes: readonly ((id: string, n: number) => Write)[]
  readonly ids: readonly string[]
  readonly most: number
  readonly queries: readonly Query<unknown>[]
  readonly numRuns: number
  /** By number, what is written before all else. A history has a few of the queries then, and looks at each step. */
  readonly first?: readonly number[]
}

const events = {
  written: Events.synced({
    name: 'v1.Written',
    schema: z.object({ write: z.number(), id: z.string(), n: z.number() }),
  }),
}

type Input = { readonly kind: number; readonly id: string; readonly n: number }

/** Its values in the order of its columns, whether it comes as an object or as SQLite has it. */
const valuesOf = (row: unknown) => Object.values(row as object)

/** Whatever is written, undone and replayed, each live query gives what running it gives. */
export function holdAgainstRunningAll({ tables, writes, ids, most, queries, numRuns, first = [] }: Options) {
  const schema = makeSchema({
    version: '1',
    tables,
    events,
    materializers: { 'v1.Written': ({ write, id, n }) => writes[write]!(id, n) },
  })

  const written = fc.record({
    kind: fc.nat(2),
    id: fc.constantFrom(...ids),
    n: fc.nat(most),
  })

  /** A history has a few kinds of writes, so that they meet. */
  const kinds = fc.tuple(...Array.from({ length: 3 }, () => fc.nat(writes.length - 1)))

  const step = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        type: fc.constant('commit' as const),
        writes: fc.array(written, { minLength: 1, maxLength: 3 }),
      }),
    },
    /** Others' commits come before what is pending, which is rolled back and replayed. */
    {
      weight: 2,
      arbitrary: fc.record({
        type: fc.constant('upstream' as const),
        writes: fc.array(written, { minLength: 1, maxLength: 2 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('confirm' as const) }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constant('drop' as const) }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constant('look' as const) }) },
  )

  function open() {
    const db = sqlite.open()
    createStateTables(db, schema.ddl, 'key')
    const materialize = createMaterialize({ db, schema, onUnknownEvent: () => undefined, rows: createRowAccess(db) })
    const state = openState(db, materialize)
    const live = createLiveQueries({ db, env: realEnv(), traces: createTracer() })
    return { db, state, live }
  }

  const asked = first.length > 0 ? fc.subarray([...queries], { minLength: 1, maxLength: 5 }) : fc.constant(queries)
  const all = writes.map((_, kind) => kind)

  fc.assert(
    fc.property(kinds, asked, fc.array(step, { maxLength: 30 }), (kinds, queries, steps) => {
      const { db, state, live } = open()
      let pending: Commit[] = []
      let count = 0
      const commitOf = (inputs: readonly Input[], of = kinds): Commit => ({
        commitId: `c${count++}`,
        clientId: 'client',
        sessionId: 'session',
        at: 0,
        generation: 0,
        events: inputs.map(({ kind, id, n }) => encodeEvent(schema, events.written({ write: of[kind]!, id, n }))),
      })
      const follow = (confirmed: Commit[]) =>
        live.touch(state.follow(syncState(EventSequenceNumber.root, [], pending), confirmed).touched)
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
        follow([
          commitOf(
            ids.map((id, n) => ({ kind, id, n })),
            all,
          ),
        ])
        look()
      }
      for (const step of steps) {
        if (step.type === 'commit') {
          const commit = commitOf(step.writes)
          pending = [...pending, commit]
          live.touch(state.commit(commit))
        } else if (step.type === 'upstream') follow([commitOf(step.writes)])
        else if (step.type === 'confirm') {
          const [first] = pending
          pending = pending.slice(1)
          if (first) follow([first])
        } else if (step.type === 'drop') {
          pending = pending.slice(1)
          follow([])
        } else look()
        if (first.length > 0) look()
      }
      look()
      live.close()
      db.close()
    }),
    { numRuns },
  )
}
