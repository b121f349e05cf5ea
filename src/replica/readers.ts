import type { KeyLookup } from '../sqlite/one-row.ts'
import type { Access, SqlValue, WrittenRow } from '../sqlite/port.ts'
import type { Touched } from './materialize.ts'

/** What reads tables: a query with its bindings. */
export type Reader = {
  readonly reads: Access['reads']
  readonly oneRow: ReadonlyMap<string, KeyLookup>
  readonly params: readonly SqlValue[]
  /** Of one that reads the whole of its one table: whether all rows at which it was written are of no concern to it. */
  isBeyond?(written: ReadonlySet<Rowid>): boolean
}

/**
 * Who is to read again after a write. A reader of a table is in one of three places there: with those that read the whole
 * table, at the row that it found by its key, or with those that found none.
 */
export type Readers<R extends Reader> = {
  /** Puts a reader that has no places in them, as the tables are now. */
  place(reader: R): void
  remove(reader: R): void
  /** No reader has a place any more. */
  clear(): void
  /**
   * All that may read something else than when they were placed. Who is at a row whose key was not written stays there; the
   * others have lost their places.
   */
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
    if (rowsOf.has(reader)) return
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

  /** Those that found no row and would find one now. */
  const finding = function* (table: string, { missing }: Places<R>): Generator<R> {
    for (const reader of missing) if (findRow(reader, reader.oneRow.get(table)!) !== undefined) yield reader
  }

  /** Those whose places in the table may be others now. */
  const displaced = function* (
    table: string,
    { columns, isBlind }: TableWrites,
    places: Places<R>,
    written: ReadonlySet<Rowid>,
    at: readonly R[],
  ) {
    for (const reader of places.whole) if (isBlind || !reader.isBeyond?.(written)) yield reader
    if (isBlind) yield* everyAtRow(places)
    else yield* finding(table, places)
    if (columns === '*') yield* at
    else for (const reader of at) if (intersects(columns, reader.oneRow.get(table)!.columns)) yield reader
  }

  return {
    place,
    remove,
    clear() {
      tables.clear()
      rowsOf.clear()
    },
    affected(touched) {
      const found = new Set<R>()
      const leaving = new Set<R>()
      const rows = rowsByTable(touched)
      for (const [table, writes] of writesByTable(touched)) {
        const places = tables.get(table)
        if (!places) continue
        const { columns, isBlind } = writes
        const meets = ({ reads }: R) => columns === '*' || intersects(columns, reads.get(table)!)
        const written = rows.get(table) ?? none
        const at = isBlind ? [] : atRows(places, written).filter(meets)
        for (const reader of at) found.add(reader)
        for (const reader of displaced(table, writes, places, written, at)) if (meets(reader)) leaving.add(reader)
      }
      for (const reader of leaving) {
        remove(reader)
        found.add(reader)
      }
      return found
    },
  }
}

const none: ReadonlySet<never> = new Set()

function atRows<R>({ byRow }: Places<R>, rows: ReadonlySet<Rowid>): R[] {
  const found: R[] = []
  if (byRow.size > 0) for (const row of rows) found.push(...(byRow.get(row) ?? none))
  return found
}

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
