import { type Row, SqliteError } from '../../src/sqlite/port.ts'
import type { Fork } from '../fork/sqlite.ts'
import { statementsOf } from './statements.ts'

export type Result = {
  readonly sql: string
  readonly columns: readonly string[]
  readonly rows: readonly Row[]
  /** There were more rows. */
  readonly isCut: boolean
  /** Rows that it wrote. */
  readonly changes: number
  readonly ms: number
}

export type Problem = {
  readonly message: string
  /** The character of the script, if SQLite says so; else where the statement begins. */
  readonly at: number
  readonly isExact: boolean
}

export type Outcome = { readonly results: readonly Result[]; readonly problem: Problem | undefined }

/** A result has no more rows, and a script takes no longer. */
export const mostRows = 10_000
export const mostMs = 5_000

/** Runs the statements of a script one after the other, until one fails. */
export function runScript(db: Fork, script: string, ms = mostMs): Outcome {
  const results: Result[] = []
  const until = performance.now() + ms
  for (const { sql, from } of statementsOf(script)) {
    try {
      results.push(db.within(until - performance.now(), () => run(db, sql)))
    } catch (error) {
      return { results, problem: problemOf(error as Error, from, ms) }
    }
  }
  return { results, problem: undefined }
}

function run(db: Fork, sql: string): Result {
  const total = () => db.all('SELECT total_changes()')[0]![0] as number
  const before = total()
  const columns = db.columns(sql)
  const started = performance.now()
  const rows = db.all(sql, [], mostRows + 1)
  const ms = performance.now() - started
  const isCut = rows.length > mostRows
  return { sql, columns, rows: isCut ? rows.slice(0, mostRows) : rows, isCut, changes: total() - before, ms }
}

function problemOf(error: Error, from: number, ms = mostMs): Problem {
  const at = error instanceof SqliteError ? error.at : undefined
  return { message: wordsOf(error, ms), at: from + (at ?? 0), isExact: at !== undefined }
}

function wordsOf(error: Error, ms: number): string {
  if (!(error instanceof SqliteError)) return error.message
  switch (error.primary) {
    case 8:
      return 'This would write. Allow it to write to the copy, and run it again.'
    case 9:
      return `It was stopped: it took longer than ${ms / 1_000} s.`
    default:
      return error.message.replace(/ in: [\s\S]*$/, '').replace(/^SQLITE_ERROR: /, '')
  }
}

export type PlanStep = { readonly depth: number; readonly words: string; readonly isScan: boolean }

/** How SQLite would run the first statement. */
export function planOf(db: Fork, script: string): { readonly steps: readonly PlanStep[]; readonly problem?: Problem } {
  const [first] = statementsOf(script)
  if (!first) return { steps: [] }
  const explain = 'EXPLAIN QUERY PLAN '
  try {
    const depths = new Map<unknown, number>()
    const steps = db.all(explain + first.sql).map(([id, parent, , detail]) => {
      const depth = (depths.get(parent) ?? -1) + 1
      depths.set(id, depth)
      return { depth, words: String(detail), isScan: /^SCAN (?!CONSTANT ROW)/.test(String(detail)) }
    })
    return { steps }
  } catch (error) {
    return { steps: [], problem: problemOf(error as Error, first.from - explain.length) }
  }
}
