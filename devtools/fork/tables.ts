import { reservedPrefix } from '../../src/schema/ddl.ts'
import type { Row, Sqlite } from '../../src/sqlite/port.ts'

/** A table of the app, as it stands in a database. */
export type Table = {
  readonly name: string
  readonly columns: readonly TableColumn[]
  /** The columns that tell its rows apart. */
  readonly key: readonly string[]
  /** The word that stands for the rowid, which no column is named. */
  readonly rowid: string
  readonly indexes: readonly TableIndex[]
}

export type TableColumn = {
  readonly name: string
  /** As declared; `''` where nothing is. */
  readonly type: string
  readonly notNull: boolean
  /** As SQL. */
  readonly fallback: string | undefined
  readonly isGenerated: boolean
}

export type TableIndex = {
  readonly name: string
  readonly columns: readonly string[]
  readonly isUnique: boolean
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

type Readable = Pick<Sqlite, 'all'>

/** The app's tables in the database, by name. What SQLite and Headwater keep for themselves is left out. */
export function tablesOf(db: Readable): Table[] {
  const names = db.all(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual') ORDER BY name",
  )
  return names
    .map(([name]) => name as string)
    .filter((name) => !name.startsWith('sqlite_') && !name.startsWith(reservedPrefix))
    .map((name) => tableOf(db, name))
}

function tableOf(db: Readable, name: string): Table {
  // Hidden columns of virtual tables are 1; generated ones 2 and 3.
  const found = db.all(
    'SELECT name, type, "notnull", dflt_value, pk, hidden FROM pragma_table_xinfo(?) WHERE hidden <> 1 ORDER BY cid',
    [name],
  ) as [string, string, number, string | null, number, number][]
  const columns = found.map(([column, type, notNull, fallback, , hidden]) => ({
    name: column,
    type,
    notNull: notNull === 1,
    fallback: fallback ?? undefined,
    isGenerated: hidden > 1,
  }))
  const taken = new Set(columns.map((column) => column.name.toLowerCase()))
  const rowid = ['rowid', '_rowid_', 'oid'].find((word) => !taken.has(word)) ?? 'rowid'
  const key = found
    .filter(([, , , , pk]) => pk > 0)
    .sort(([, , , , a], [, , , , b]) => a - b)
    .map(([column]) => column)
  // A full-text table has nothing but its rowid.
  const all = key.length > 0 ? columns : [rowidColumn(rowid), ...columns]
  return { name, columns: all, key: key.length > 0 ? key : [rowid], rowid, indexes: indexesOf(db, name) }
}

const rowidColumn = (name: string): TableColumn => ({
  name,
  type: 'integer',
  notNull: true,
  fallback: undefined,
  isGenerated: false,
})

function indexesOf(db: Readable, table: string): TableIndex[] {
  const rows = db.all(
    `SELECT l.name, l."unique", group_concat(coalesce(i.name, '(expression)'), char(31) ORDER BY i.seqno)
     FROM pragma_index_list(?) AS l JOIN pragma_index_info(l.name) AS i GROUP BY l.seq ORDER BY l.seq`,
    [table],
  ) as [string, number, string][]
  return rows.map(([name, unique, columns]) => ({ name, columns: columns.split('\x1f'), isUnique: unique === 1 }))
}

/** The rowid and then all columns. */
export const selectAll = ({ name, rowid, columns }: Table) =>
  `SELECT ${[rowid, ...columns.map((column) => quotedColumn(column.name, rowid))].join(', ')} FROM ${quoted(name)}`

/** A rowid that is shown as a column is no name in quotes. */
export const quotedColumn = (column: string, rowid: string) => (column === rowid ? rowid : quoted(column))

/** Of a row as `columns` has it: what tells it apart, as text. */
export function keyOf({ columns, key }: Table, row: Row): string {
  return keyText(key.map((name) => row[columns.findIndex((column) => column.name === name)] ?? null))
}

/** Values with their types, as one text. */
export function keyText(values: Row): string {
  return JSON.stringify(values.map((value) => (isPlain(value) ? value : [typeof value, String(value)])))
}

const isPlain = (value: unknown) => value === null || typeof value === 'string' || typeof value === 'number'
