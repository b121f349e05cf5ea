import type { KeyLookup } from '../sqlite/one-row.ts'
import type { Access, SqlValue, WrittenRow } from '../sqlite/port.ts'
import type { Touched } from './materialize.ts'

/** What reads tables: a query with its bindings. */
export type Reader = {
  readonly reads: Access['reads']
  readonly oneRow: ReadonlyMap<string, KeyLookup>
  readonly params: readonly SqlValue[]
}

/**
 * Who is to read again after a write. A reader of a table is in one of three places there: with those that read the whole
 * table, at the row that it found by its key, or with those that found none.
 */
export type Readers<R extends Reader> = {
  /** Puts a reader in its places, as the tables are now; those that it had before are left. */
  place(reader: R): void
  remove(reader: R): void
  /** All that may read something else than when they were placed. */
  affected(touched: Touched): Set<R>
}

type Rowid = number | bigint

/** The readers of one table. */
type Places<R> = { readonly whole: Set<R>; readonly byRow: Map<Rowid, Set<R>>; readonly missing: Set<R> }

export function createReaders<R extends Reader>(
  find: (sql: string, params: SqlValue[]) => Rowid | undefined,
): Readers<R> {
  const tables = new Map<string, Places<R>>()
  const rowsOf = new Map<R, Map<string, Rowid | undefined>>()

  const placesOf = (table: string): Places<R> => {
    const places = tables.get(table) ?? { whole: new Set(), byRow: new Map(), missing: new Set() }
    tables.set(table, places)
    return places
  }

  const findRow = ({ params }: R, { sql, params: places }: KeyLookup) =>
    find(
      sql,
      places.map((place) => params[place] ?? null),
    )

  const remove = (reader: R) => {
    const rows = rowsOf.get(reader)
    rowsOf.delete(reader)
    for (const table of reader.reads.keys()) {
      const places = tables.get(table)
      places?.whole.delete(reader)
      places?.missing.delete(reader)
      const row = rows?.get(table)
      if (row !== undefined) leaveRow(places, row, reader)
    }
  }

  const place = (reader: R) => {
    remove(reader)
    const rows = new Map<string, Rowid | undefined>()
    for (const table of reader.reads.keys()) {
      const places = placesOf(table)
      const lookup = reader.oneRow.get(table)
      const row = lookup && findRow(reader, lookup)
      rows.set(table, row)
      if (!lookup) places.whole.add(reader)
      else if (row === undefined) places.missing.add(reader)
      else joinRow(places, row, reader)
    }
    rowsOf.set(reader, rows)
  }

  /** Those at the rows that were written, and those that found no row and would find one now. */
  const atRows = function* (table: string, { byRow, missing }: Places<R>, rows: ReadonlySet<Rowid>): Generator<R> {
    if (byRow.size > 0) for (const row of rows) yield* byRow.get(row) ?? []
    for (const reader of missing) if (findRow(reader, reader.oneRow.get(table)!) !== undefined) yield reader
  }

  return {
    place,
    remove,
    affected(touched) {
      const found = new Set<R>()
      const rows = rowsByTable(touched)
      for (const [table, { columns, isBlind }] of writesByTable(touched)) {
        const places = tables.get(table)
        if (!places) continue
        const meets = ({ reads }: R) => columns === '*' || intersects(columns, reads.get(table)!)
        for (const reader of places.whole) if (meets(reader)) found.add(reader)
        const others = isBlind ? everyAtRow(places) : atRows(table, places, rows.get(table) ?? none)
        for (const reader of others) if (meets(reader)) found.add(reader)
      }
      return found
    },
  }
}

const none: ReadonlySet<never> = new Set()

function* everyAtRow<R>({ byRow, missing }: Places<R>): Generator<R> {
  for (const readers of byRow.values()) yield* readers
  yield* missing
}

function joinRow<R>({ byRow }: Places<R>, row: Rowid, reader: R) {
  const readers = byRow.get(row)
  if (readers) readers.add(reader)
  else byRow.set(row, new Set([reader]))
}

function leaveRow<R>(places: Places<R> | undefined, row: Rowid, reader: R) {
  const readers = places?.byRow.get(row)
  readers?.delete(reader)
  if (readers?.size === 0) places?.byRow.delete(row)
}

type TableWrites = { readonly columns: ReadonlySet<string> | '*'; readonly isBlind: boolean }

function writesByTable(touched: Touched): Map<string, TableWrites> {
  // Statements of one text share what they write: a commit of thousands of events has a few of these.
  const distinct = new Set(touched.flatMap(({ statements }) => statements))
  const tables = new Map<string, TableWrites>()
  for (const { writes, blind } of distinct) {
    for (const [table, columns] of writes) {
      const before = tables.get(table)
      tables.set(table, {
        columns: before ? both(before.columns, columns) : columns,
        isBlind: before?.isBlind === true || blind.has(table),
      })
    }
  }
  return tables
}

function both(a: TableWrites['columns'], b: TableWrites['columns']): TableWrites['columns'] {
  return a === '*' || b === '*' ? '*' : new Set([...a, ...b])
}

function rowsByTable(touched: Touched): Map<string, Set<Rowid>> {
  const tables = new Map<string, Set<Rowid>>()
  const add = ({ table, rowid }: WrittenRow) => {
    const rows = tables.get(table)
    if (rows) rows.add(rowid)
    else tables.set(table, new Set([rowid]))
  }
  for (const { rows } of touched) for (const row of rows) add(row)
  return tables
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true
  return false
}
