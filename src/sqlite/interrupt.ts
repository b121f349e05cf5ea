import * as names from './names.ts'
import type { Pointer, Raw } from './raw.ts'

/** Instructions of SQLite's machine between two looks: some ten microseconds. */
const stepsBetween = 2_000

/** Runs `act`, and ends what SQLite does in it with `SQLITE_INTERRUPT` once `isOver` says so. `isOver` must not throw. */
export function whileNot<T>(raw: Raw, db: Pointer, isOver: () => boolean, act: () => T): T {
  const set = raw.exported(names.libprogress_progress_handler)
  const key = raw.malloc64(4, 0)
  raw.heap().fill(0, key, key + 4) // flags: no callback is asynchronous
  raw.callbacks.set(key, () => (isOver() ? 1 : 0))
  set(db, stepsBetween, 1, key)
  try {
    return act()
  } finally {
    set(db, 0, 0, 0)
    raw.callbacks.delete(key)
    raw.free(key)
  }
}
