import { type Sqlite, SqliteError } from '../sqlite/port.ts'

/** Pages beside the file that are much: the next opening reads and checks each of them, some 20 µs. */
const tidyAt = 64

// What SQLite answers
const LOCKED = 6
const FULL = 13

/** Brings into the file of a database what SQLite keeps beside it, where that is much, and can be done now. */
export function tidy(db: Pick<Sqlite, 'all'>) {
  try {
    const [[_busy, pages]] = db.all('PRAGMA wal_checkpoint(NOOP)') as [[number, number]]
    if (pages >= tidyAt) db.all('PRAGMA wal_checkpoint(TRUNCATE)')
  } catch (error) {
    // On a full disk it stays where it is, as durable as before; and where the open transaction has read or written.
    if (!(error instanceof SqliteError && [FULL, LOCKED].includes(error.primary))) throw error
  }
}
