/** A page of a table, as SQL. Pure, but for `readPage`, which runs it. */
import type { Row, Sqlite, SqlValue } from '../../src/sqlite/port.ts'
import { quoted, quotedColumn, selectAll, type Table } from '../fork/tables.ts'

export const pageSize = 100

export type Sort = { readonly column: string; readonly isDescending: boolean }

export type Asked = {
  readonly sort: Sort | undefined
  /** What the rows contain; or `= < > <= >= !=` and a value, `null`, `!null`. */
  readonly filter: string
  /** The column that the filter is about; undefined for any. */
  readonly column: string | undefined
  readonly offset: number
}

export const everything: Asked = { sort: undefined, filter: '', column: undefined, offset: 0 }

export type Page = {
  /** In the order of the table's columns. */
  readonly rows: readonly Row[]
  readonly rowids: readonly (number | bigint)[]
  /** Of all rows that the filter lets through. */
  readonly count: number
}

/** First ascending, then descending, then as the table has it. */
export function nextSort(sort: Sort | undefined, column: string): Sort | undefined {
  if (sort?.column !== column) return { column, isDescending: false }
  return sort.isDescending ? undefined : { column, isDescending: true }
}

type Sql = { readonly sql: string; readonly params: readonly SqlValue[] }

export function pageSql(table: Table, { sort, offset, ...filter }: Asked): Sql {
  const { sql, params } = where(table, filter)
  const by = sort ? `${quotedColumn(sort.column, table.rowid)}${sort.isDescending ? ' DESC' : ''}, ` : ''
  return {
    sql: `${selectAll(table)}${sql} ORDER BY ${by}${table.rowid} LIMIT ${pageSize} OFFSET ?`,
    params: [...params, offset],
  }
}

export function countSql(table: Table, asked: Pick<Asked, 'filter' | 'column'>): Sql {
  const { sql, params } = where(table, asked)
  return { sql: `SELECT count(*) FROM ${quoted(table.name)}${sql}`, params }
}

const comparison = /^(<=|>=|!=|<>|=|<|>)\s*(.*)$/s

function where({ columns, rowid }: Table, { filter, column }: Pick<Asked, 'filter' | 'column'>): Sql {
  const text = filter.trim()
  if (text === '') return { sql: '', params: [] }
  const names = (column === undefined ? columns.map(({ name }) => name) : [column]).map((name) =>
    quotedColumn(name, rowid),
  )
  const any = (condition: (name: string) => string, param: SqlValue[]) => ({
    sql: ` WHERE ${names.map(condition).join(' OR ')}`,
    params: names.flatMap(() => param),
  })
  if (text.toLowerCase() === 'null') return any((name) => `${name} IS NULL`, [])
  if (text.toLowerCase() === '!null') return any((name) => `${name} IS NOT NULL`, [])
  const [, operator, value] = comparison.exec(text) ?? []
  if (operator && value !== undefined) return any((name) => `${name} ${operator} ?`, [parsed(value)])
  return any((name) => `CAST(${name} AS TEXT) LIKE ? ESCAPE '\\'`, [`%${text.replaceAll(/[\\%_]/g, '\\$&')}%`])
}

/** What looks like a number is one; in quotes it is text. */
function parsed(text: string): SqlValue {
  const inQuotes = /^'(.*)'$/s.exec(text)?.[1]
  if (inQuotes !== undefined) return inQuotes
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}

export function readPage(db: Pick<Sqlite, 'all'>, table: Table, asked: Asked): Page {
  const counted = countSql(table, asked)
  const count = db.all(counted.sql, counted.params)[0]![0] as number
  const offset = Math.min(asked.offset, lastPage(count))
  const { sql, params } = pageSql(table, { ...asked, offset })
  const found = db.all(sql, params)
  return { count, rows: found.map((row) => row.slice(1)), rowids: found.map(([rowid]) => rowid as number | bigint) }
}

/** Where the last page of so many rows begins. */
export const lastPage = (count: number) => Math.max(0, Math.ceil(count / pageSize) - 1) * pageSize

/** The place of a row in the order of the table, to turn to its page: undefined where there is none with this key. */
export function placeOf(db: Pick<Sqlite, 'all'>, table: Table, values: readonly SqlValue[]): number | undefined {
  const { name, key, rowid } = table
  const isIt = key.map((column) => `${quotedColumn(column, rowid)} IS ?`).join(' AND ')
  const [found] = db.all(`SELECT ${rowid} FROM ${quoted(name)} WHERE ${isIt}`, values)
  if (!found) return undefined
  return db.all(`SELECT count(*) FROM ${quoted(name)} WHERE ${rowid} < ?`, [found[0]!])[0]![0] as number
}
