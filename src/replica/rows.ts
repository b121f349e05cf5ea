import type { CompiledQuery } from '../schema/query.ts'
import type { Sqlite } from '../sqlite/port.ts'

/** The rows of a compiled query: mapped by Drizzle's selection or, for raw SQL, objects by column name. */
export function rowsOf<Row>(db: Sqlite, { sql, params, map }: CompiledQuery<Row>): Row[] {
  const rows = db.all(sql, params)
  if (map) return rows.map(map)
  const columns = db.columns(sql)
  return rows.map((row) => Object.fromEntries(columns.map((column, index) => [column, row[index]])) as Row)
}
