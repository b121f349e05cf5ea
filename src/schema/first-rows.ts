import { Column, getTableColumns, is, SQL, StringChunk, Table } from 'drizzle-orm'
import { SQLiteSyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { compileQuery, select } from './query.ts'
import { isSet } from './query-shape.ts'

/** A select of the first rows of one table, in an order, in the words that it takes to ask whether a row is among them. */
export type FirstRows = {
  readonly limit: number
  /** The select, with each row's rowid as the last column. Its parameters are those of the select. */
  readonly sql: string
  /** Whether a row meets the condition: its rowid, then the parameters of the select but the last, which is the limit. */
  readonly meets: string
  /** The same, and it does not stand behind another one in the order: its rowid, the other's, and the same parameters. */
  readonly isAmong: string
}

type Config = {
  readonly fields: { readonly [path: string]: unknown }
  readonly table: unknown
  readonly where?: SQL
  readonly orderBy?: readonly unknown[]
  readonly limit?: unknown
}

const dialect = new SQLiteSyncDialect()
const sqlOf = (part: unknown) => dialect.sqlToQuery(new SQL([part as never])).sql

/**
 * Undefined for what is no such select. What SQL is written in its parts is not looked at here: whether each row is made of a
 * row of the table and of nothing else is for `RowAccess.isRowByRow` to say.
 */
export function firstRowsOf(query: object): FirstRows | undefined {
  const { config } = query as { readonly config?: Config }
  if (!config) return undefined
  const { fields, table, where, orderBy = [], limit, ...others } = config
  if (Object.values(others).some(isSet)) return undefined
  const order = orderOf(orderBy[0])
  if (typeof limit !== 'number' || limit < 1 || !order || !hasRowids(table)) return undefined
  // A name that is given to what is selected may mean something else where that is not selected.
  if (![...Object.values(fields), ...orderBy].every(isPlain)) return undefined
  const withRowid = select({ ...fields, ' rowid': sqlRowid(table) } as never)
  const { sql } = compileQuery(
    withRowid
      .from(table)
      .where(where)
      .orderBy(...(orderBy as SQL[]))
      .limit(limit) as never,
  )
  const name = sqlOf(table)
  const condition = where ? sqlOf(where) : 'TRUE'
  const own = `(${sqlOf(order.by)})`
  const last = `(SELECT ${own} FROM ${name} WHERE ${name}.rowid = ?2)`
  // NULL is the least.
  const isBehind = order.isDescending
    ? `${own} < ${last} OR ${own} IS NULL AND ${last} IS NOT NULL`
    : `${own} > ${last} OR ${own} IS NOT NULL AND ${last} IS NULL`
  const isRow = `SELECT 1 FROM ${name} WHERE ${name}.rowid = ?1`
  return {
    limit,
    sql,
    meets: `${isRow} AND (${condition})`,
    isAmong: `${isRow} AND (${isBehind}) IS NOT TRUE AND (${condition})`,
  }
}

/** Whether a query may be one of the first rows. */
export function hasLimit(query: object): boolean {
  return (query as { readonly config?: Config }).config?.limit !== undefined
}

const isAlias = Symbol.for('drizzle:IsAlias')

function hasRowids(table: unknown): table is SQLiteTable {
  if (!is(table, Table) || (table as unknown as { readonly [isAlias]: boolean })[isAlias]) return false
  return Object.values(getTableColumns(table)).every(({ name }) => !/^(rowid|_rowid_|oid)$/i.test(name))
}

function sqlRowid(table: SQLiteTable): SQL {
  return new SQL([table, new StringChunk('.rowid')])
}

/** A column, `asc(…)` or `desc(…)`; not what else may be written after ORDER BY. */
function orderOf(term: unknown): { readonly by: unknown; readonly isDescending: boolean } | undefined {
  if (is(term, Column)) return { by: term, isDescending: false }
  if (!is(term, SQL) || term.queryChunks.length !== 3) return undefined
  const [before, by, after] = term.queryChunks
  if (textOf(before) !== '' || !(is(by, Column) || is(by, SQL))) return undefined
  const direction = textOf(after)
  return direction === ' asc' || direction === ' desc' ? { by, isDescending: direction === ' desc' } : undefined
}

function textOf(chunk: unknown): string | undefined {
  return is(chunk, StringChunk) ? chunk.value.join('') : undefined
}

function isPlain(part: unknown): boolean {
  return is(part, Column) || (is(part, SQL) && dialect.sqlToQuery(part).params.length === 0)
}
