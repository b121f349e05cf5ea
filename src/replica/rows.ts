import { SchemaError } from '../schema/errors.ts'
import type { CompiledQuery } from '../schema/query.ts'
import type { Row as RawRow, Sqlite } from '../sqlite/port.ts'

/** The rows of a compiled query: mapped by Drizzle's selection or, for raw SQL, objects by column name. */
export function rowsOf<Row>(db: Sqlite, { sql, params, map }: CompiledQuery<Row>): Row[] {
  return db.all(sql, params).map(map ?? (objectMapper(db, sql) as (row: RawRow) => Row))
}

/** Maps rows of raw SQL to objects by column name. Throws a `SchemaError` where two columns have one: one would be lost. */
export function objectMapper(db: Sqlite, sql: string): (row: RawRow) => unknown {
  return objectsOf(db.columns(sql), sql)
}

/** The same, where the names are known. */
export function objectsOf(columns: readonly string[], sql: string): (row: RawRow) => unknown {
  const twice = columns.find((column, at) => columns.indexOf(column) !== at)
  if (twice !== undefined)
    throw new SchemaError(`two columns are named "${twice}"; give one another name with AS, in: ${sql}`)
  return (row) => Object.fromEntries(columns.map((column, index) => [column, row[index]]))
}
