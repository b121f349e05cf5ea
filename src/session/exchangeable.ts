import type { Sqlite } from '../sqlite/port.ts'

/** One name for a database that gives way to another, built beside it. */
export type Exchangeable = {
  readonly db: Sqlite
  /** The database of before is closed. */
  exchange(next: Sqlite): void
}

export function exchangeable(first: Sqlite): Exchangeable {
  let current = first
  return {
    db: {
      run: (sql, params) => current.run(sql, params),
      all: (sql, params, most) => current.all(sql, params, most),
      read: (sql, params, bounds) => current.read(sql, params, bounds),
      exec: (sql) => current.exec(sql),
      columns: (sql) => current.columns(sql),
      access: (sql) => current.access(sql),
      noteWritten: () => current.noteWritten(),
      takeWritten: () => current.takeWritten(),
      serialize: () => current.serialize(),
      deserialize: (bytes) => current.deserialize(bytes),
      close: () => current.close(),
    },
    exchange(next) {
      current.close()
      current = next
    },
  }
}
