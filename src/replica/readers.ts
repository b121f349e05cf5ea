import type { KeyLookup } from '../sqlite/one-row.ts'
import type { Access, SqlValue } from '../sqlite/port.ts'
import type { Touched, Written } from './materialize.ts'

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

  /** Adds who reads what was written in a table: to `found` those whose places stay, to `leaving` the others. */
  const look = (
    table: string,
    { columns, isBlind, rows }: TableWrites,
    places: Places<R>,
    found: Set<R>,
    leaving: R[],
  ) => {
    const meets = ({ reads }: R) => columns === '*' || intersects(columns, reads.get(table)!)
    /** Another row may be the one with the reader's key. */
    const movesKey = ({ oneRow }: R) => columns === '*' || intersects(columns, oneRow.get(table)!.columns)
    for (const reader of places.whole) if (meets(reader) && (isBlind || !reader.isBeyond?.(rows))) leaving.push(reader)
    if (isBlind) {
      for (const readers of [...places.byRow.values(), places.missing])
        for (const reader of readers) if (meets(reader)) leaving.push(reader)
      return
    }
    for (const row of rows) {
      for (const reader of places.byRow.get(row) ?? none) {
        if (!meets(reader)) continue
        if (movesKey(reader)) leaving.push(reader)
        else found.add(reader)
      }
    }
    for (const reader of places.missing) {
      if (movesKey(reader) && meets(reader) && findRow(reader, reader.oneRow.get(table)!) !== undefined)
        leaving.push(reader)
    }
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
      const leaving: R[] = []
      for (const [table, writes] of writesByTable(touched)) {
        const places = tables.get(table)
        if (places) look(table, writes, places, found, leaving)
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

type TableWrites = { columns: ReadonlySet<string> | '*'; isBlind: boolean; readonly rows: Set<Rowid> }

function writesByTable(touched: Touched): Map<string, TableWrites> {
  const tables = new Map<string, TableWrites>()
  const writesTo = (table: string) => {
    const known = tables.get(table) ?? { columns: none, isBlind: false, rows: new Set() }
    tables.set(table, known)
    return known
  }
  // Statements of one text share what they write: a commit of thousands of events has a few of these.
  const distinct = new Set<Written>()
  for (const { statements, rows } of touched) {
    for (const statement of statements) distinct.add(statement)
    for (const { table, rowid } of rows) writesTo(table).rows.add(rowid)
  }
  for (const { writes, blind } of distinct) {
    for (const [table, columns] of writes) {
      const known = writesTo(table)
      known.columns = both(known.columns, columns)
      known.isBlind ||= blind.has(table)
    }
  }
  return tables
}

function both(a: TableWrites['columns'], b: TableWrites['columns']): TableWrites['columns'] {
  if (a === '*' || b === '*') return '*'
  return a.size === 0 ? b : new Set([...a, ...b])
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  for (const value of a) if (b.has(value)) return true
  return false
}
