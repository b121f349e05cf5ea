import type { Seen } from './authorizer.ts'
import type { Access, Row } from './port.ts'

/** A table as declared, and those of its columns that are computed from others. */
export type Table = {
  readonly name: string
  /** Its columns depend on one another, e.g. what matches in an FTS5 table. */
  readonly isVirtual: boolean
  generated(): readonly string[]
}

/** By lower-case name, as SQLite compares them. */
export type Tables = ReadonlyMap<string, Table>

type Ask = (sql: string) => readonly Row[]

/** The tables of all schemas. Whether they have generated columns is asked of those alone that statements update: that is dear. */
export function readTables(ask: Ask): Tables {
  const named = (ask('PRAGMA table_list') as [string, string, string][])
    .filter(([, name, type]) => type !== 'view' && !name.startsWith('sqlite_'))
    .map(([, name, type]) => tableOf(ask, name, type === 'virtual'))
  return new Map(named.map((table) => [table.name.toLowerCase(), table]))
}

function tableOf(ask: Ask, name: string, isVirtual: boolean): Table {
  let generated: readonly string[] | undefined
  return {
    name,
    isVirtual,
    generated() {
      generated ??= generatedIn(ask(`PRAGMA table_xinfo("${name.replaceAll('"', '""')}")`))
      return generated
    },
  }
}

/** Of columns with their number, name, type, constraint, default, key and kind. */
function generatedIn(columns: readonly Row[]): string[] {
  return columns.flatMap(([, name, , , , , hidden]) => (hidden === 2 || hidden === 3 ? (name as string) : []))
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

/** A new rowid makes another row; a generated column may change with any other, and all of a virtual table. */
function noteWrite(writes: Map<string, Set<string> | '*'>, table: Table, column: string): void {
  if (column === '*' || column === 'ROWID' || table.isVirtual) return void writes.set(table.name, '*')
  const columns = writes.get(table.name) ?? new Set(table.generated())
  if (columns !== '*') writes.set(table.name, columns.add(column))
}
