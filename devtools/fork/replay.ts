import type { Commit } from '../../src/event/commit.ts'
import { MaterializeError } from '../../src/replica/errors.ts'
import { createMaterialize, type Touched } from '../../src/replica/materialize.ts'
import { createStateTables } from '../../src/replica/state.ts'
import type { Schema } from '../../src/schema/schema.ts'
import { createRowAccess } from '../../src/sqlite/one-row.ts'
import type { Row, Sqlite } from '../../src/sqlite/port.ts'
import { type Journal, sameRow } from './journal.ts'
import { selectAll, type Table } from './tables.ts'

/** Applies commits as a replica does. One that does not apply has no effect. */
export type Replay = { apply(commit: Commit): void }

const ignoreUnknown = () => undefined

export function createEmpty(db: Sqlite, schema: Schema) {
  createStateTables(db, schema.ddl, 'fork')
}

export function createReplay(db: Sqlite, schema: Schema): Replay {
  const materialize = createMaterialize({ db, schema, onUnknownEvent: ignoreUnknown })
  return {
    apply(commit) {
      attempt(() => materialize(commit))
    },
  }
}

/** Of a table whose rows are not told one by one, so many are compared. */
const mostCompared = 2_000

/** The same, and notes which rows each event wrote. `at` is the place of the commit in the log. */
export function createNotedReplay(db: Sqlite, schema: Schema, tables: readonly Table[], journal: Journal) {
  const rows = createRowAccess(db)
  const materialize = createMaterialize({ db, schema, onUnknownEvent: ignoreUnknown, rows })
  const layouts = new Map(tables.map((table) => [table.name, table]))
  const one = new Map(tables.map((table) => [table.name, `${selectAll(table)} WHERE ${table.rowid} = ?`]))
  const many = new Map(tables.map((table) => [table.name, `${selectAll(table)} LIMIT ${mostCompared + 1}`]))
  /** Tables that were written in a way that tells no rows, and are too large to be compared. */
  const untold = new Set<string>()

  const noteBlind = (table: string, place: { readonly commit: number; readonly event: number }) => {
    const found = db.all(many.get(table)!)
    if (found.length > mostCompared) return void untold.add(table)
    const there = new Map(found.map(([rowid, ...values]) => [rowid as number | bigint, values]))
    for (const [rowid] of journal.present(table))
      if (!there.has(rowid)) journal.note({ ...place, table, rowid, values: undefined })
    for (const [rowid, values] of there)
      if (!sameRow(journal.last(table, rowid)?.values, values)) journal.note({ ...place, table, rowid, values })
  }

  const note = ([touched]: Touched, place: { readonly commit: number; readonly event: number }) => {
    if (!touched) return
    const blind = new Set(touched.statements.flatMap((statement) => [...statement.blind]))
    for (const table of blind) if (layouts.has(table)) noteBlind(table, place)
    const seen = new Set<string>()
    for (const { table, rowid } of touched.rows) {
      const row = `${rowid} ${table}`
      if (blind.has(table) || !layouts.has(table) || seen.has(row)) continue
      seen.add(row)
      journal.note({ ...place, table, rowid, values: readRow(table, rowid) })
    }
  }

  const readRow = (table: string, rowid: number | bigint): Row | undefined =>
    db.all(one.get(table)!, [rowid])[0]?.slice(1)

  return {
    untold,
    apply(commit: Commit, at: number) {
      if (commit.events.length === 1) {
        if (attempt(() => note(materialize(commit), { commit: at, event: 0 }))) db.takeWritten()
        return
      }
      const mark = journal.length
      db.run('SAVEPOINT fork_commit') // so that events are told apart, and stand or fall together all the same
      const failed = attempt(() =>
        commit.events.forEach((event, nth) => {
          note(materialize({ ...commit, events: [event] }), { commit: at, event: nth })
        }),
      )
      if (failed) {
        db.run('ROLLBACK TO fork_commit')
        journal.rewind(mark)
      }
      db.run('RELEASE fork_commit')
      db.takeWritten() // of what was undone
    },
  }
}

/** Whether it did not apply. What is not the commit's fault is thrown. */
function attempt(act: () => unknown): boolean {
  try {
    act()
    return false
  } catch (error) {
    if (error instanceof MaterializeError) return true
    throw error
  }
}
