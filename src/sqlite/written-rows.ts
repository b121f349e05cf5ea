import * as names from './names.ts'
import type { WrittenRow } from './port.ts'
import type { Pointer, Raw } from './raw.ts'
import { readCString } from './text.ts'

export type WrittenRows = {
  /** The rows that were written since this was last asked. */
  take(): readonly WrittenRow[]
  stop(): void
}

/**
 * Notes every row that SQLite's update hook tells of. It does not tell of rows that REPLACE removes, of a rowid that an
 * UPDATE gives up, nor of tables without rowids, nor of what a rollback undoes (https://sqlite.org/c3ref/update_hook.html).
 */
export function noteWrittenRows(raw: Raw, db: Pointer): WrittenRows {
  let rows: WrittenRow[] = []
  /** The hook names a table by a text that lives as long as the schema; most writes in a row are to one table. */
  let last = { pointer: 0, name: '' }

  const key = raw.malloc64(4, 0)
  raw.heap().fill(0, key, key + 4) // flags: no callback is asynchronous
  raw.callbacks.set(key, (_app, _action, _database, table, low, high) => {
    if (last.pointer !== table) last = { pointer: table!, name: readCString(raw.heap(), table!) }
    rows.push({ table: last.name, rowid: rowidOf(low!, high!) })
    return 0
  })
  raw.exported(names.libhook_update_hook)(db, 1, key)

  return {
    take() {
      last = { pointer: 0, name: '' }
      if (rows.length === 0) return rows
      const taken = rows
      rows = []
      return taken
    },
    stop() {
      raw.exported(names.libhook_update_hook)(db, 0, 0)
      raw.callbacks.delete(key)
      raw.free(key)
    },
  }
}

/** As rows give it: a `bigint` only where a `number` is not exact. */
function rowidOf(low: number, high: number): number | bigint {
  const rowid = high * 0x1_0000_0000 + (low >>> 0)
  return Number.isSafeInteger(rowid) ? rowid : (BigInt(high) << 32n) | BigInt(low >>> 0)
}
