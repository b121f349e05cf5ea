import { type Column, is, SQL } from 'drizzle-orm'
import { getTableConfig, type SQLiteColumn, SQLiteSyncDialect, type SQLiteTable } from 'drizzle-orm/sqlite-core'
import { SchemaError } from './errors.ts'

type TableConfig = ReturnType<typeof getTableConfig>

const dialect = new SQLiteSyncDialect()
const clientOnlyTables = new WeakSet<SQLiteTable>()
const fullTextTables = new WeakMap<SQLiteTable, FullTextOptions>()

/** Tables of ours stand beside the app's and begin with this. */
export const reservedPrefix = '__headwater_'

/** Declares a table that only client-only events write: it differs from client to client, and no synced event may read it. */
export function clientOnly<Table extends SQLiteTable>(table: Table): Table {
  clientOnlyTables.add(table)
  return table
}

export type FullTextOptions = {
  /** How text becomes words, e.g. `'porter unicode61'` or `'trigram'`: https://sqlite.org/fts5.html#tokenizers. */
  readonly tokenize?: string
  /** Columns that are kept beside the words, and not searched. */
  readonly unindexed?: readonly string[]
  /** Lengths of prefixes that have an index of their own, for `word*`. */
  readonly prefix?: readonly number[]
}

/**
 * Makes a table an FTS5 one: materializers write it like any other, and queries search it with `MATCH`. Its columns are
 * text, and `rowid`, which is its primary key: a row is found by that alone.
 *
 * ```ts
 * const search = fullText(sqliteTable('search', { rowid: integer().primaryKey(), text: text().notNull() }))
 * useQuery(select({ rowid: search.rowid }).from(search).where(sql`${search} MATCH ${words}`).orderBy(sql`rank`))
 * ```
 */
export function fullText<Table extends SQLiteTable>(table: Table, options: FullTextOptions = {}): Table {
  fullTextTables.set(table, options)
  return table
}

export function isClientOnly(table: SQLiteTable): boolean {
  return clientOnlyTables.has(table)
}

export function tableName(table: SQLiteTable): string {
  return getTableConfig(table).name
}

/** The statements that make `table` and its indexes. Throws a `SchemaError` for what the state cannot hold. */
export function ddlOf(table: SQLiteTable): string[] {
  const config = getTableConfig(table)
  check(config)
  const fullText = fullTextTables.get(table)
  if (fullText) return [fullTextDdl(config, fullText)]
  const parts = [
    ...config.columns.map(columnDdl),
    ...config.primaryKeys.map(({ columns }) => `PRIMARY KEY (${names(columns)})`),
    ...config.uniqueConstraints.map(({ columns }) => `UNIQUE (${names(columns)})`),
    ...config.foreignKeys.map(foreignKeyDdl),
    ...config.checks.map(({ name, value }) => `CONSTRAINT ${quote(name)} CHECK (${inline(value)})`),
  ]
  return [`CREATE TABLE ${quote(config.name)} (\n  ${parts.join(',\n  ')}\n)`, ...config.indexes.map(indexDdl(config))]
}

function check({ name, columns, primaryKeys }: TableConfig) {
  if (name.startsWith(reservedPrefix))
    throw new SchemaError(`table "${name}": names beginning with ${reservedPrefix} are Headwater's`)
  if (name.startsWith('sqlite_')) throw new SchemaError(`table "${name}": names beginning with sqlite_ are SQLite's`)
  if (primaryKeys.length === 0 && !columns.some((column) => column.primary)) {
    throw new SchemaError(
      `table "${name}" has no primary key; add .primaryKey() to a column, so that rows can be told apart`,
    )
  }
}

function fullTextDdl(config: TableConfig, { tokenize, unindexed = [], prefix = [] }: FullTextOptions): string {
  const columns = config.columns.filter(({ name }) => name !== 'rowid')
  checkFullText(config, columns, unindexed)
  const parts = [
    ...columns.map(({ name }) => `${quote(name)}${unindexed.includes(name) ? ' UNINDEXED' : ''}`),
    ...(tokenize === undefined ? [] : [`tokenize = ${literal(tokenize)}`]),
    ...(prefix.length === 0 ? [] : [`prefix = ${literal(prefix.join(' '))}`]),
  ]
  return `CREATE VIRTUAL TABLE ${quote(config.name)} USING fts5 (${parts.join(', ')})`
}

/** FTS5 has words and rowids: what else a table can say, it would not do. */
function checkFullText(config: TableConfig, columns: readonly SQLiteColumn[], unindexed: readonly string[]) {
  const refuse = (what: string) => new SchemaError(`full-text table "${config.name}" ${what}`)
  const { indexes, foreignKeys, checks, uniqueConstraints, primaryKeys } = config
  if (!config.columns.some(({ name, primary }) => name === 'rowid' && primary))
    throw refuse('needs rowid: integer().primaryKey()')
  const more = [indexes, foreignKeys, checks, uniqueConstraints, primaryKeys].some(({ length }) => length > 0)
  if (more) throw refuse('cannot have indexes, keys, or checks')
  for (const column of columns) {
    const { name } = column
    if (column.getSQLType() !== 'text') throw refuse(`has a column "${name}" that is not text()`)
    if (column.primary || column.isUnique) throw refuse(`cannot keep column "${name}" unique; the key is rowid`)
    if (column.default !== undefined || column.generated) throw refuse(`cannot fill column "${name}" by itself`)
  }
  for (const name of unindexed)
    if (!columns.some((column) => column.name === name)) throw refuse(`has no column "${name}" to leave unindexed`)
}

function columnDdl(column: SQLiteColumn): string {
  const { autoIncrement } = column as { autoIncrement?: boolean }
  return [
    quote(column.name),
    column.getSQLType(),
    column.primary ? `PRIMARY KEY${autoIncrement ? ' AUTOINCREMENT' : ''}` : '',
    column.notNull ? 'NOT NULL' : '',
    column.isUnique ? 'UNIQUE' : '',
    column.hasDefault && column.default !== undefined ? `DEFAULT ${defaultOf(column)}` : '',
    generatedDdl(column),
  ]
    .filter(Boolean)
    .join(' ')
}

function defaultOf(column: SQLiteColumn): string {
  return is(column.default, SQL)
    ? `(${inline(column.default)})`
    : literal(column.mapToDriverValue(column.default as never))
}

function generatedDdl(column: SQLiteColumn): string {
  if (!column.generated) return ''
  const { as, mode } = column.generated
  const expression = typeof as === 'function' ? as() : as
  return `GENERATED ALWAYS AS (${is(expression, SQL) ? inline(expression) : literal(expression)}) ${mode === 'stored' ? 'STORED' : 'VIRTUAL'}`
}

function foreignKeyDdl({ reference, onDelete, onUpdate }: TableConfig['foreignKeys'][number]): string {
  const { columns, foreignColumns, foreignTable } = reference()
  const actions = `${onDelete ? ` ON DELETE ${onDelete}` : ''}${onUpdate ? ` ON UPDATE ${onUpdate}` : ''}`
  return `FOREIGN KEY (${names(columns)}) REFERENCES ${quote(tableName(foreignTable))} (${names(foreignColumns)})${actions}`
}

function indexDdl({ name: table }: TableConfig) {
  return ({ config: { name, unique, columns, where } }: TableConfig['indexes'][number]): string => {
    const parts = columns.map((column) => (is(column, SQL) ? inline(column) : quote((column as Column).name)))
    return `CREATE ${unique ? 'UNIQUE ' : ''}INDEX ${quote(name)} ON ${quote(table)} (${parts.join(', ')})${where ? ` WHERE ${inline(where)}` : ''}`
  }
}

function inline(sql: SQL): string {
  return dialect.sqlToQuery(sql.inlineParams(), 'indexes').sql
}

function literal(value: unknown): string {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return String(value)
    case 'boolean':
      return value ? '1' : '0'
    case 'string':
      return `'${value.replaceAll("'", "''")}'`
    default:
      if (value === null) return 'NULL'
      if (value instanceof Uint8Array)
        return `x'${Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')}'`
      throw new SchemaError(`a default of type ${typeof value} cannot be written in SQL`)
  }
}

function names(columns: readonly Column[]): string {
  return columns.map(({ name }) => quote(name)).join(', ')
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
