import type { SqlValue } from './port.ts'
import { SqliteError } from './port.ts'
import { NOMEM, OK, type Pointer, type Raw } from './raw.ts'
import type { Statement } from './statements.ts'
import { encodeText, readCString, writeText } from './text.ts'

export type Bindable = Pick<Statement, 'handle' | 'sql' | 'bound'>

/** Bytes of bound text and blobs. Most fit a scratch area that is reused by the next statement, so nothing is allocated. */
export type Binder = {
  /** Binds every parameter; true if SQLite now owns memory that `clear_bindings` should free. */
  bind(statement: Bindable, params: readonly SqlValue[]): boolean
  /** Where the scratch area is filled up to; put it back when the statement is done. */
  mark(): number
  rewind(mark: number): void
}

const scratchSize = 64 * 1024
// Instead of a destructor: the bytes stay where they are until the statement is done.
const STATIC = 0

export function createBinder(raw: Raw): Binder {
  const start = raw.malloc64(scratchSize, 0)
  const end = start + scratchSize
  let top = start

  // A number that is bound already is left: SQLite would prepare a statement anew that it planned by that value, as it does by
  // that of a LIMIT, be it the same.
  function bind({ handle, sql, bound }: Bindable, params: readonly SqlValue[]): boolean {
    let owns = false
    for (let i = 0; i < params.length; i++) {
      const value = params[i]!
      const stays = typeof value === 'number' || value === null
      if (stays && Object.is(value, bound[i])) continue
      bound[i] = stays ? value : undefined
      const rc = typeof value === 'string' ? bindText(handle, i + 1, value) : bindOther(handle, i + 1, value)
      if (rc === OK) continue
      if (rc !== OWNED) throw bindError(raw, rc, i, sql)
      owns = true
    }
    return owns
  }

  function bindText(handle: Pointer, index: number, text: string): number {
    if (text.length * 3 > end - top) return bindOwned(raw.bind_text, handle, index, encodeText(text))
    const length = writeText(raw.heap(), top, text)
    top += length
    return raw.bind_text(handle, index, top - length, length, STATIC)
  }

  function bindOther(handle: Pointer, index: number, value: SqlValue): number {
    switch (typeof value) {
      case 'number':
        return bindNumber(raw, handle, index, value)
      case 'bigint':
        return bindBigint(raw, handle, index, value)
      default:
        if (value === null) return raw.bind_null(handle, index)
        if (isBytes(value)) return bindBlob(handle, index, value)
        throw new TypeError(`parameter ${index} is ${kindOf(value)}, which SQLite cannot store`)
    }
  }

  function bindBlob(handle: Pointer, index: number, blob: Uint8Array): number {
    if (blob.length > end - top) return bindOwned(raw.bind_blob, handle, index, blob)
    // The address must not be null even for no bytes: that would bind NULL.
    raw.heap().set(blob, top)
    top += blob.length
    return raw.bind_blob(handle, index, top - blob.length, blob.length, STATIC)
  }

  function bindOwned(call: Raw['bind_text'], handle: Pointer, index: number, bytes: Uint8Array): number {
    const at = raw.malloc64(bytes.length, 0)
    if (at === 0) return NOMEM
    raw.heap().set(bytes, at)
    return call(handle, index, at, bytes.length, raw.freeFunction) || OWNED
  }

  return {
    bind,
    mark: () => top,
    rewind(mark) {
      top = mark
    },
  }
}

/** Not a result code of SQLite. */
const OWNED = -1

function bindNumber(raw: Raw, handle: Pointer, index: number, value: number): number {
  if (value === (value | 0)) return raw.bind_int(handle, index, value)
  if (!Number.isSafeInteger(value)) return raw.bind_double(handle, index, value)
  return raw.bind_int64(handle, index, value | 0, Math.floor(value / 2 ** 32))
}

function bindBigint(raw: Raw, handle: Pointer, index: number, value: bigint): number {
  if (BigInt.asIntN(64, value) !== value)
    throw new TypeError(`parameter ${index} is ${value}n, which needs more than 64 bits`)
  return raw.bind_int64(handle, index, Number(BigInt.asIntN(32, value)), Number(value >> 32n))
}

// By its tag rather than by instanceof: a test environment may have a Uint8Array of another realm.
function isBytes(value: unknown): value is Uint8Array {
  return value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]'
}

function kindOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  return `an object (${value.constructor?.name ?? 'without prototype'})`
}

function bindError(raw: Raw, rc: number, i: number, sql: string): SqliteError {
  const reason = readCString(raw.heap(), raw.errstr(rc & 0xff))
  return new SqliteError(rc, `parameter ${i + 1}: ${reason}`, sql)
}
