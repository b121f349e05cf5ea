import { isSynced } from '../event/commit.ts'
import type { Sqlite } from '../sqlite/port.ts'
import { SqliteError } from '../sqlite/port.ts'
import { readCommitAt, readMeta, readOwnOrder, readParked } from './event-log.ts'
import type { ParkedCommit } from './leader-api.ts'

/**
 * What can still be read, in a damaged log, of the commits that the backend may not have: parked ones as they are, unconfirmed
 * ones and those that this client ordered by itself as parked. What the backend confirmed comes from there again.
 */
export function salvage(db: Sqlite): ParkedCommit[] {
  const meta = attempt(() => readMeta(db)) ?? new Map([['generation', 0]])
  const own = attempt(() => readOwnOrder(meta))
  const isMissing = `global IS NULL ${own ? 'OR (global, client) > (?, ?)' : ''}`
  const after = own ? [own.global, own.client] : []
  const positions =
    attempt(() => db.all(`SELECT position FROM commits WHERE ${isMissing} ORDER BY position`, after)) ?? []
  const missing = positions.flatMap(([position]) => attempt(() => readCommitAt(db, meta, position as number)) ?? [])
  const parked = attempt(() => readParked(db)) ?? []
  return [
    ...parked,
    ...missing.filter(isSynced).map((commit) => ({ commit, outcome: 'parked', reason: damaged }) as const),
  ]
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
