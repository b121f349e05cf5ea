import type { Seen } from './authorizer.ts'
import type { Access } from './port.ts'
import type { Pointer } from './raw.ts'

export type Statement = {
  readonly sql: string
  readonly handle: Pointer
  readonly parameters: number
  readonly columns: number
  readonly seen: Seen
  /** Worked out when first asked for. */
  names: readonly string[] | undefined
  access: Access | undefined
  /** By place, what stays bound from the last run: of numbers and NULL alone, since text and blobs point to memory of a run. */
  readonly bound: (number | null | undefined)[]
  /** It runs now; a second run of the same SQL, from inside, needs a statement of its own. */
  busy: boolean
  /** It belongs to the cache, which finalizes it. */
  kept: boolean
  /** It ran since the cache last looked for something to drop. */
  used: boolean
}

export type Statements = {
  /** An idle statement for this SQL, which is busy until it is given back. */
  take(sql: string): Statement
  give(statement: Statement): void
  /** Finalizes all that are idle now, and the busy ones when they are given back. */
  clear(): void
}

type Options = {
  readonly capacity: number
  prepare(sql: string): Statement
  finalize(statement: Statement): void
}

/** Prepared statements by their SQL. The ones that were not used lately make room; a hit only sets a flag. */
export function createStatements({ capacity, prepare, finalize }: Options): Statements {
  const kept = new Map<string, Statement>()

  function keep(statement: Statement): void {
    if (kept.size >= capacity) makeRoom()
    kept.set(statement.sql, statement)
    statement.kept = true
  }

  // The oldest that was not used since it was last looked at here; used ones get a second chance at the young end. Two
  // rounds are enough, unless all are busy.
  function makeRoom(): void {
    let looks = kept.size * 2
    for (const statement of kept.values()) {
      if (looks-- === 0) return
      kept.delete(statement.sql)
      if (!statement.used && !statement.busy) {
        drop(statement)
        return
      }
      statement.used = false
      kept.set(statement.sql, statement)
    }
  }

  function drop(statement: Statement): void {
    statement.kept = false
    if (!statement.busy) finalize(statement)
  }

  return {
    take(sql) {
      let statement = kept.get(sql)
      if (statement === undefined || statement.busy) {
        const again = statement !== undefined
        statement = prepare(sql)
        if (!again) keep(statement)
      }
      statement.used = true
      statement.busy = true
      return statement
    },
    give(statement) {
      statement.busy = false
      if (!statement.kept) finalize(statement)
    },
    clear() {
      const all = [...kept.values()]
      kept.clear()
      all.forEach(drop)
    },
  }
}
