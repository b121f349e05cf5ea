import type { Sqlite } from '../sqlite/port.ts'
import { SqliteError } from '../sqlite/port.ts'
import { readMeta, readParked, readUnconfirmed } from './event-log.ts'
import type { ParkedCommit } from './leader-api.ts'

/**
 * What can still be read, in a damaged log, of the commits that the backend may not have: parked ones as they are, unconfirmed
 * ones as parked. What was confirmed comes from the backend again.
 */
export function salvage(db: Sqlite): ParkedCommit[] {
  const meta = attempt(() => readMeta(db)) ?? new Map([['generation', 0]])
  const positions = attempt(() => db.all('SELECT position FROM commits WHERE global IS NULL ORDER BY position')) ?? []
  const unconfirmed = positions.flatMap(
    ([position]) => attempt(() => readUnconfirmed(db, meta, position as number)) ?? [],
  )
  const parked = attempt(() => readParked(db)) ?? []
  return [...parked, ...unconfirmed.map((commit) => ({ commit, outcome: 'parked', reason: damaged }) as const)]
}

const damaged = 'the log of this browser was damaged before the backend was known to have the commit'

/** Undefined where it cannot be read. */
function attempt<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof SqliteError || error instanceof SyntaxError) return undefined
    throw error
  }
}
