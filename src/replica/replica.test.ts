import { expect, test } from 'vitest'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { emptySyncState } from '../sync/state.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { createMaterialize } from './materialize.ts'
import { createReplica } from './replica.ts'
import { createStateTables, openState } from './state.ts'
import { commitOf, contentOf, events, schema } from './testing.ts'

const sqlite = await loadSqlite()

/** A replica with one confirmed commit that is not folded, for another stands before the end of the transaction. */
function withUnfolded(guard: (act: () => void) => void) {
  const db = sqlite.open()
  createStateTables(db, schema.ddl, 'key')
  const materialize = createMaterialize({ db, schema, onUnknownEvent: () => undefined })
  const { env, advance } = manualEnv()
  const state = openState(db, materialize)
  const replica = createReplica({ tier: 'leader', state, sync: emptySyncState, env, traces: createTracer(), guard })
  const [a, b] = ['a', 'b'].map((id) => commitOf(id, events.created({ id, text: id })))
  replica.commit(a!)
  replica.commit(b!)
  replica.follow({ confirmed: [a!], accepted: [], settled: [] })
  return { db, state, advance }
}

test('what is confirmed is folded into the base when nothing happens', () => {
  const { db, state, advance } = withUnfolded((act) => act())
  expect(state.unfolded).toBe(1)
  advance(1_000)
  expect(state.unfolded).toBe(0)
  state.close()
  expect(contentOf(db).todos).toEqual([['a', 'a', 0]])
  db.close()
})

test('a disk that fails meanwhile is told, and not thrown at nobody', () => {
  const heard: unknown[] = []
  const { db, advance } = withUnfolded((act) => {
    try {
      act()
    } catch (error) {
      heard.push(error)
    }
  })
  db.close()
  advance(1_000)
  expect(heard).toHaveLength(1)
})
