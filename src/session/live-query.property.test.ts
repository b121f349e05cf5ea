import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { createMaterialize } from '../replica/materialize.ts'
import { realEnv } from '../replica/real-env.ts'
import { createStateTables, openState } from '../replica/state.ts'
import { compileQuery } from '../schema/query.ts'
import { createRowAccess } from '../sqlite/one-row.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { syncState } from '../sync/state.ts'
import { committer, history, kinds, queries, schema } from '../testing/all-reads-and-writes.ts'
import { createTracer } from '../trace.ts'
import { createLiveQueries } from './live-query.ts'

const sqlite = await loadSqlite()

function open() {
  const db = sqlite.open()
  createStateTables(db, schema.ddl, 'key')
  const materialize = createMaterialize({ db, schema, onUnknownEvent: () => undefined, rows: createRowAccess(db) })
  const state = openState(db, materialize)
  const live = createLiveQueries({ db, env: realEnv(), traces: createTracer() })
  return { db, state, live }
}

test('whatever is written, undone and replayed, a live query gives what running it gives', () => {
  fc.assert(
    fc.property(kinds, history, (kinds, steps) => {
      const { db, state, live } = open()
      let pending: Commit[] = []
      const commitOf = committer(kinds)
      const follow = (confirmed: Commit[]) =>
        live.touch(state.follow(syncState(EventSequenceNumber.root, [], pending), confirmed).touched)
      const look = () => {
        for (const query of queries) {
          const { sql, params } = compileQuery(query)
          const rows = db.all(sql, params)
          expect(
            live
              .live(query)
              .get()
              .map((row) => Object.values(row as object)),
            sql,
          ).toEqual(rows)
        }
      }
      look()
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
      }
      look()
      live.close()
      db.close()
    }),
    { numRuns: 300 },
  )
})
