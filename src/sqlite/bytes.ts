import { NOMEM, type Pointer, type Raw, withBytes, withRoom } from './raw.ts'
import { encodeText } from './text.ts'

/** A database as the bytes of its file, out of wasm memory and into it. */

const FREEONCLOSE = 1
const RESIZEABLE = 2

// A null pointer names the main database.
const MAIN = 0

/** The bytes, or a result code. */
export function serialize(raw: Raw, db: Pointer): Uint8Array | number {
  const size = raw.malloc64(8, 0)
  try {
    const at = raw.serialize(db, MAIN, size, 0)
    const length = new DataView(raw.heap().buffer).getUint32(size, true)
    if (at === 0) return length === 0 ? new Uint8Array(0) : NOMEM
    const bytes = raw.heap().slice(at, at + length)
    raw.free(at)
    leaveWal(bytes)
    return bytes
  } finally {
    raw.free(size)
  }
}

/** SQLite then owns the copy. A little room beyond the end, for to grow it is to copy it all. */
export function deserialize(raw: Raw, db: Pointer, bytes: Uint8Array): number {
  const room = bytes.length + (bytes.length >>> 3) + 65_536
  const at = raw.malloc64(room, 0)
  if (at === 0) return NOMEM
  const heap = raw.heap()
  heap.set(bytes, at)
  leaveWal(heap.subarray(at, at + bytes.length))
  return raw.deserialize(db, MAIN, at, bytes.length, 0, room, 0, FREEONCLOSE | RESIZEABLE)
}

/** The modules of tables that are created. All others are table-valued functions, which SQLite makes when they are asked for. */
const lastingModules = ['fts5', 'fts5vocab']

/**
 * `json_each`, `pragma_table_list` and their like, once used, point to the schema of the database that is there: SQLite frees
 * that when other bytes take its place, and would read freed memory the next time one of them is used.
 */
export function dropTableFunctions(raw: Raw, db: Pointer): void {
  const names = encodeText(lastingModules.map((name) => `${name}\0`).join(''))
  withBytes(raw, names, (text) =>
    withRoom(raw, 4 * (lastingModules.length + 1), (list) => {
      const pointers = new DataView(raw.heap().buffer, list)
      let at = text
      lastingModules.forEach((name, index) => {
        pointers.setUint32(4 * index, at, true)
        at += name.length + 1
      })
      pointers.setUint32(4 * lastingModules.length, 0, true)
      raw.drop_modules(db, list)
    }),
  )
}

/** Whether these could be a database; no bytes at all are an empty one. */
export function looksLikeDatabase(bytes: Uint8Array): boolean {
  const magic = 'SQLite format 3\0'
  return bytes.length === 0 || [...magic].every((character, i) => bytes[i] === character.charCodeAt(0))
}

/** A file that says it is in WAL mode cannot be opened from memory. */
function leaveWal(bytes: Uint8Array): void {
  if (bytes.length < 20) return
  bytes[18] = 1
  bytes[19] = 1
}
