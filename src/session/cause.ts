/** Why a query ran again, for devtools. Pure. */
import type { Touched, Written } from '../replica/materialize.ts'
import type { Reader } from '../replica/readers.ts'
import type { QueryCause } from '../trace.ts'

const mostRows = 5

/** The first commit that wrote a column which `reads` names, and what of it. */
export function causeOf({ reads }: Pick<Reader, 'reads'>, touched: Touched): QueryCause | undefined {
  for (const { commitId, statements, rows } of touched) {
    for (const written of statements) {
      const met = meeting(reads, written)
      if (!met) continue
      const ofTable = rows.filter(({ table }) => table === met.table).slice(0, mostRows)
      return { commitId, ...met, rows: ofTable.map(({ rowid }) => rowid) }
    }
  }
  return undefined
}

function meeting(reads: Reader['reads'], { writes }: Written): Pick<QueryCause, 'table' | 'columns'> | undefined {
  for (const [table, columns] of writes) {
    const read = reads.get(table)
    if (!read) continue
    if (columns === '*') return { table, columns }
    const both = [...columns].filter((column) => read.has(column))
    if (both.length > 0) return { table, columns: both }
  }
  return undefined
}
