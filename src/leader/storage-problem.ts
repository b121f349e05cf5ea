import { DamagedLog, NewerLog } from '../replica/event-log.ts'
import { OpfsHeldError } from '../sqlite/opfs.ts'
import { SqliteError } from '../sqlite/port.ts'
import type { StorageProblem } from '../trace.ts'

/** The files can still be written, and nobody will find them again. */
export class StorageEvicted extends Error {
  override name = 'StorageEvicted'

  constructor() {
    super('the browser, or its user, has cleared the files of this store')
  }
}

/** What an error of the storage is to the app. */
export function problemOf(error: unknown): StorageProblem {
  return { reason: reasonOf(error), message: error instanceof Error ? error.message : String(error) }
}

export function isDamage(error: unknown): boolean {
  return reasonOf(error) === 'damaged'
}

function reasonOf(error: unknown): StorageProblem['reason'] {
  if (error instanceof OpfsHeldError) return 'blocked'
  if (error instanceof StorageEvicted) return 'evicted'
  if (error instanceof NewerLog) return 'newer'
  if (error instanceof DamagedLog) return 'damaged'
  if (error instanceof SqliteError) return reasons[error.primary] ?? 'io'
  if (error instanceof Error && error.name === 'QuotaExceededError') return 'full'
  return 'io'
}

/** Of SQLite's primary result codes: FULL, CORRUPT, NOTADB. */
const reasons: { readonly [code: number]: StorageProblem['reason'] } = { 13: 'full', 11: 'damaged', 26: 'damaged' }
