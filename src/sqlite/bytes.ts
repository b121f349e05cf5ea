import { NOMEM, type Pointer, type Raw } from './raw.ts'

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
