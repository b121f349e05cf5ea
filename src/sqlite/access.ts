import type { Seen } from './authorizer.ts'
import type { Access, Row } from './port.ts'

/** A table as declared, and those of its columns that are computed from others. */
export type Table = { readonly name: string; readonly generated: readonly string[] }

/** By lower-case name, as SQLite compares them. */
export type Tables = ReadonlyMap<string, Table>

export const tablesQuery = `
  SELECT t.name, c.name FROM pragma_table_list AS t
  LEFT JOIN pragma_table_xinfo(t.name, t.schema) AS c ON c.hidden IN (2, 3)
  WHERE t.type <> 'view' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`

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
  for (const { table, column } of seen.reads) {
    const known = tables.get(table.toLowerCase())
    if (known) noteRead(reads, known.name, column)
  }
  const writes = new Map<string, Set<string> | '*'>()
  for (const { table, column } of seen.writes) {
    const known = tables.get(table.toLowerCase())
    if (known) noteWrite(writes, known, column)
  }
  return { reads, writes }
}

function noteRead(reads: Map<string, Set<string>>, table: string, column: string): void {
  const columns = reads.get(table) ?? new Set()
  reads.set(table, columns)
  if (column !== '') columns.add(column)
}

/** A new rowid makes another row; and a generated column may change with any other. */
function noteWrite(writes: Map<string, Set<string> | '*'>, table: Table, column: string): void {
  const columns = writes.get(table.name) ?? new Set(table.generated)
  if (columns === '*') return
  if (column === '*' || column === 'ROWID') writes.set(table.name, '*')
  else writes.set(table.name, columns.add(column))
}
