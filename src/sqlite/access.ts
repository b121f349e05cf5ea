import type { Seen } from './authorizer.ts'
import type { Access, Row } from './port.ts'

/** Tables of a database by lower-case name: their name as declared, and their generated columns. */
export type Tables = ReadonlyMap<string, { readonly name: string; readonly generated: readonly string[] }>

export const tablesQuery = `
  SELECT t.name, c.name FROM pragma_table_list AS t
  LEFT JOIN pragma_table_xinfo(t.name, t.schema) AS c ON c.hidden IN (2, 3)
  WHERE t.type <> 'view'`

export function toTables(rows: readonly Row[]): Tables {
  const tables = new Map<string, { name: string; generated: string[] }>()
  for (const [name, column] of rows as [string, string | null][]) {
    const key = name.toLowerCase()
    const table = tables.get(key) ?? { name, generated: [] }
    if (column !== null) table.generated.push(column)
    tables.set(key, table)
  }
  return tables
}

/** The authorizer also names views and common table expressions, and some tables as the SQL spells them: here only tables, as declared. */
export function toAccess(seen: Seen, tables: Tables): Access {
  const reads = new Map<string, Set<string>>()
  for (const [spelled, columns] of seen.reads) {
    const table = tables.get(spelled.toLowerCase())
    if (table) reads.set(table.name, new Set([...(reads.get(table.name) ?? []), ...columns]))
  }
  const writes = new Map<string, ReadonlySet<string> | '*'>()
  for (const [spelled, columns] of seen.writes) {
    const table = tables.get(spelled.toLowerCase())
    if (table) writes.set(table.name, written(columns, table.generated))
  }
  return { reads, writes }
}

/** A new rowid is another row; and a generated column may change with any other. */
function written(columns: ReadonlySet<string> | '*', generated: readonly string[]): ReadonlySet<string> | '*' {
  if (columns === '*' || columns.has('ROWID')) return '*'
  return generated.length === 0 ? columns : new Set([...columns, ...generated])
}
