import type { Sqlite } from '../sqlite/port.ts'

/** Rolls back, unless SQLite has done so by itself, as it does after some errors (a full disk among them). */
export function rollback(db: Sqlite) {
  try {
    db.run('ROLLBACK')
  } catch (error) {
    if (!String(error).includes('no transaction is active')) throw error
  }
}

/** Runs all of them, whatever any throws, and then throws the first error. */
export function closeAll(...closers: (() => void)[]) {
  const errors: unknown[] = []
  for (const close of closers) {
    try {
      close()
    } catch (error) {
      errors.push(error)
    }
  }
  if (errors.length > 0) throw errors[0]
}
