import type { Row, SqlValue } from './port.ts'
import type { Pointer, Raw } from './raw.ts'
import { readText } from './text.ts'

const INTEGER = 1
const FLOAT = 2
const TEXT = 3
const BLOB = 4

/** The row that a statement stands on. */
export function readRow(raw: Raw, handle: Pointer, count: number): Row {
  const row: Row = []
  for (let i = 0; i < count; i++) row.push(readColumn(raw, handle, i))
  return row
}

function readColumn(raw: Raw, handle: Pointer, i: number): SqlValue {
  switch (raw.column_type(handle, i)) {
    case INTEGER:
      return readInteger(raw, handle, i)
    case TEXT: {
      const at = raw.column_text(handle, i)
      const length = raw.column_bytes(handle, i)
      return readText(raw.heap(), at, length)
    }
    case FLOAT:
      return raw.column_double(handle, i)
    case BLOB: {
      const at = raw.column_blob(handle, i)
      const length = raw.column_bytes(handle, i)
      return raw.heap().slice(at, at + length)
    }
    default:
      return null
  }
}

function readInteger(raw: Raw, handle: Pointer, i: number): number | bigint {
  // One call instead of two, and exact as far as `number` is.
  const value = raw.column_double(handle, i)
  if (Number.isSafeInteger(value)) return value
  const low = raw.column_int64(handle, i)
  return (BigInt(raw.high()) << 32n) | BigInt(low >>> 0)
}
