import { is } from 'drizzle-orm'
import {
  getTableConfig,
  SQLiteBigInt,
  SQLiteBlobBuffer,
  SQLiteBlobJson,
  type SQLiteTable,
} from 'drizzle-orm/sqlite-core'

type Codec = { mapFromDriverValue(value: unknown): unknown; mapToDriverValue(value: unknown): unknown }

/** Drizzle's blob columns need Node's `Buffer`. Those of this table do without it from now on: bytes are a `Uint8Array`. */
export function doWithoutBuffer(table: SQLiteTable) {
  for (const column of getTableConfig(table).columns) {
    if (is(column, SQLiteBlobBuffer)) Object.assign(column, bytes)
    else if (is(column, SQLiteBigInt)) Object.assign(column, codec(String, BigInt))
    else if (is(column, SQLiteBlobJson)) Object.assign(column, codec(JSON.stringify, JSON.parse))
  }
}

const bytes: Codec = {
  mapFromDriverValue: (value) => value,
  mapToDriverValue: (value) => value,
}

function codec(print: (value: unknown) => string, parse: (text: string) => unknown): Codec {
  return {
    mapFromDriverValue: (value) => parse(new TextDecoder().decode(value as Uint8Array)),
    mapToDriverValue: (value) => new TextEncoder().encode(print(value)),
  }
}
