import type { Authorizer, Seen } from './authorizer.ts'
import { SqliteError } from './port.ts'
import { OK, type Pointer, type Raw, readPointer, withRoom } from './raw.ts'
import { writeText } from './text.ts'

export type Prepared = { readonly handle: Pointer; readonly seen: Seen }

export type Preparer = {
  /** The one statement that this SQL is; the caller finalizes it. */
  one(sql: string): Prepared
  /** Each statement of a script in turn, prepared only when those before it have run, and finalized after `use`. */
  each(sql: string, use: (prepared: Prepared) => void): void
}

type Options = { raw: Raw; db: Pointer; authorizer: Authorizer; fail(rc: number, sql: string): SqliteError }

/** Gives the next statement, or nothing when only blanks and comments are left. */
type Next = (flags: number) => Prepared | undefined

// Tells SQLite that the statement will be kept, so it should not take its memory from the small fast pool.
const PERSISTENT = 1

export function createPreparer({ raw, db, authorizer, fail }: Options): Preparer {
  function withScript<T>(sql: string, use: (next: Next) => T): T {
    // Eight bytes for two pointers that SQLite gives back, then the SQL.
    return withRoom(raw, 8 + sql.length * 3 + 1, (at) => {
      let from = at + 8
      const end = from + writeText(raw.heap(), from, sql)
      raw.heap()[end] = 0
      return use((flags) => {
        while (from < end) {
          const seen = authorizer.watch(() => check(raw.prepare_v3(db, from, end + 1 - from, flags, at, at + 4), sql))
          const tail = readPointer(raw, at + 4)
          from = tail === from ? end : tail // it stays where it is before a zero byte
          const handle = readPointer(raw, at)
          if (handle !== 0) return { handle, seen }
        }
        return undefined
      })
    })
  }

  function check(rc: number, sql: string): void {
    if (rc !== OK) throw fail(rc, sql)
  }

  function refuseMore(sql: string, next: Next): void {
    const second = next(0)
    if (second === undefined) return
    raw.finalize(second.handle)
    throw new SqliteError(1, 'there is more than one statement', sql)
  }

  return {
    one: (sql) =>
      withScript(sql, (next) => {
        const first = next(PERSISTENT)
        if (first === undefined) throw new SqliteError(1, 'there is no statement', sql)
        try {
          refuseMore(sql, next)
        } catch (error) {
          raw.finalize(first.handle)
          throw error
        }
        return first
      }),

    each: (sql, use) =>
      withScript(sql, (next) => {
        for (let prepared = next(0); prepared !== undefined; prepared = next(0)) {
          try {
            use(prepared)
          } finally {
            raw.finalize(prepared.handle)
          }
        }
      }),
  }
}
