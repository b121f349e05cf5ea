/** Histories of writes, undone and replayed: what is shown of them is held against reading it again. */
import fc from 'fast-check'
import { z } from 'zod'
import type { Commit } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { createMaterialize } from '../replica/materialize.ts'
import { createStateTables, openState } from '../replica/state.ts'
import { Events } from '../schema/events.ts'
import type { Write } from '../schema/query.ts'
import { encodeEvent, makeSchema } from '../schema/schema.ts'
import { createRowAccess } from '../sqlite/one-row.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { syncState } from '../sync/state.ts'

const sqlite = await loadSqlite()

export type Written = {
  readonly tables: Parameters<typeof makeSchema>[0]['tables']
  /** Each with an id and a number from 0 up to `most`. */
  readonly writes: readonly ((id: string, n: number) => Write)[]
  readonly ids: readonly string[]
  readonly most: number
}

/** One write of an event: its kind is a place in the kinds of its history. */
type Input = { readonly kind: number; readonly id: string; readonly n: number }

type Step =
  | { readonly type: 'commit' | 'upstream'; readonly writes: readonly Input[] }
  | { readonly type: 'confirm' | 'drop' | 'look' }

const events = {
  written: Events.synced({
    name: 'v1.Written',
    schema: z.object({ write: z.number(), id: z.string(), n: z.number() }),
  }),
}

/** What a history is drawn from, and the state that it runs on. */
export function writeHistories({ tables, writes, ids, most }: Written) {
  const schema = makeSchema({
    version: '1',
    tables,
    events,
    materializers: { 'v1.Written': ({ write, id, n }) => writes[write]!(id, n) },
  })

  const written = fc.record({ kind: fc.nat(2), id: fc.constantFrom(...ids), n: fc.nat(most) })
  const some = <const Type extends string>(type: Type, maxLength: number) =>
    fc.record({ type: fc.constant(type), writes: fc.array(written, { minLength: 1, maxLength }) })
  const plain = <const Type extends string>(type: Type) => fc.record({ type: fc.constant(type) })

  const step = fc.oneof(
    { weight: 4, arbitrary: some('commit', 3) },
    /** Others' commits come before what is pending, which is rolled back and replayed. */
    { weight: 2, arbitrary: some('upstream', 2) },
    { weight: 1, arbitrary: plain('confirm') },
    { weight: 1, arbitrary: plain('drop') },
    { weight: 3, arbitrary: plain('look') },
  )

  return {
    /** A history has a few kinds of writes, so that they meet. */
    kinds: fc.tuple(...Array.from({ length: 3 }, () => fc.nat(writes.length - 1))),
    steps: fc.array(step, { maxLength: 30 }),

    /** A database for one history. Everything that writes gives what it touched. */
    open(kinds: readonly number[]) {
      const db = sqlite.open()
      createStateTables(db, schema.ddl, 'key')
      const materialize = createMaterialize({ db, schema, onUnknownEvent: () => undefined, rows: createRowAccess(db) })
      const state = openState(db, materialize)
      let pending: readonly Commit[] = []
      let count = 0
      const commitOf = (inputs: readonly Input[], of: readonly number[]): Commit => ({
        commitId: `c${count++}`,
        clientId: 'client',
        sessionId: 'session',
        at: 0,
        generation: 0,
        events: inputs.map(({ kind, id, n }) => encodeEvent(schema, events.written({ write: of[kind]!, id, n }))),
      })
      const follow = (...confirmed: Commit[]) =>
        state.follow(syncState(EventSequenceNumber.root, [], pending), confirmed).touched
      const commit = (inputs: readonly Input[]) => {
        const made = commitOf(inputs, kinds)
        pending = [...pending, made]
        return state.commit(made)
      }
      const upstream = (inputs: readonly Input[], of = kinds) => follow(commitOf(inputs, of))

      return {
        db,
        commit,
        upstream,
        /** Undefined for a look, which writes nothing. */
        play(step: Step) {
          switch (step.type) {
            case 'commit':
              return commit(step.writes)
            case 'upstream':
              return upstream(step.writes)
            case 'confirm': {
              const [first] = pending
              pending = pending.slice(1)
              return first ? follow(first) : []
            }
            case 'drop':
              pending = pending.slice(1)
              return follow()
            case 'look':
              return undefined
          }
        },
      }
    },
  }
}
