import { checksumSize } from './page-checksum.ts'
import { SqliteError } from './port.ts'
import { OK, type Pointer, type Raw, readPointer, withBytes } from './raw.ts'
import { cString, readCString } from './text.ts'

const READWRITE_CREATE = 6
const RESERVE_BYTES = 38
// A null pointer names the main database.
const MAIN = 0

/** Why the file system below refused, if it knows. */
export type Cause = () => unknown

/** Opens a database; an error leaves nothing open. */
export function openHandle(raw: Raw, filename: string, vfs: string | undefined, cause: Cause): Pointer {
  // One block: four bytes for the handle, the file's name, the name of its VFS.
  const name = cString(`\0\0\0\0${filename}`)
  const block = new Uint8Array([...name, ...cString(vfs ?? '')])
  return withBytes(raw, block, (at) => {
    const rc = raw.open_v2(at + 4, at, READWRITE_CREATE, vfs === undefined ? 0 : at + name.length)
    const db = readPointer(raw, at)
    if (rc === OK) {
      raw.extended_result_codes(db, 1)
      if (vfs !== undefined) reserve(raw, db)
      return db
    }
    const error = failure(raw, db, rc, undefined, cause)
    raw.close_v2(db)
    throw error
  })
}

/** Keeps room for a checksum at the end of every page, if the database is yet to be made. */
function reserve(raw: Raw, db: Pointer): void {
  withBytes(raw, new Uint8Array([checksumSize, 0, 0, 0]), (at) => raw.file_control(db, MAIN, RESERVE_BYTES, at))
}

/** What SQLite says of the call that has just failed with `rc`. Ask before anything else is called on the connection. */
export function failure(raw: Raw, db: Pointer, rc: number, sql: string | undefined, cause: Cause): SqliteError {
  const message = readCString(raw.heap(), raw.errmsg(db))
  const because = comesFromBelow(rc) ? cause() : undefined
  const at = sql === undefined ? undefined : characterAt(sql, raw.error_offset(db))
  return new SqliteError(rc, message, sql, { at, ...(because === undefined ? {} : { cause: because }) })
}

/** SQLite counts bytes, and knows the place of some errors only. */
function characterAt(sql: string, offset: number): number | undefined {
  if (offset < 0) return undefined
  return new TextDecoder().decode(new TextEncoder().encode(sql).subarray(0, offset)).length
}

// SQLITE_IOERR, SQLITE_CORRUPT, SQLITE_FULL, SQLITE_CANTOPEN
function comesFromBelow(rc: number): boolean {
  return [10, 11, 13, 14].includes(rc & 0xff)
}
