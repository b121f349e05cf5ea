import type { RowChange } from '../fork/journal.ts'
import type { Table } from '../fork/tables.ts'

/** Of one table, the rows that are otherwise, those that changed first. */
export type TableDifferences = {
  readonly table: Table
  readonly came: number
  readonly changed: number
  readonly removed: number
  readonly rows: readonly RowChange[]
}

export function differencesIn(tables: readonly Table[], changes: readonly RowChange[]): TableDifferences[] {
  const byTable = Map.groupBy(changes, ({ table }) => table)
  return tables.flatMap((table) => {
    const all = byTable.get(table.name) ?? []
    if (all.length === 0) return []
    const removed = all.filter(({ now }) => !now)
    const came = all.filter(({ earlier }) => !earlier)
    const changed = all.filter(({ earlier, now }) => earlier && now)
    const counts = { came: came.length, changed: changed.length, removed: removed.length }
    return { table, ...counts, rows: [...changed, ...removed, ...came] }
  })
}
