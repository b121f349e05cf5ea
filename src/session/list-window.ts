import type { FirstRows } from '../schema/first-rows.ts'
import type { Row, Sqlite, SqlValue } from '../sqlite/port.ts'

type Rowid = number | bigint

/** The first rows of an order, and what of the table is not among them. */
export type Window = {
  /** The rows of the select, as they are now. */
  read(): Row[]
  /** Whether rows that were written, at these rowids, leave all as it was read: none was among those, and none is now. */
  isBeyond(written: ReadonlySet<Rowid>): boolean
}

/** More rows than this are not looked at one by one. */
const mostWritten = 100

export function createWindow(
  db: Pick<Sqlite, 'all'>,
  { limit, sql, meets, isAmong }: FirstRows,
  params: readonly SqlValue[],
): Window {
  const condition = params.slice(0, -1)
  let rowids: ReadonlySet<Rowid> | undefined
  let last: Rowid | undefined

  const isIn = (row: Rowid): boolean => {
    const found = last === undefined ? db.all(meets, [row, ...condition]) : db.all(isAmong, [row, last, ...condition])
    return found.length > 0
  }

  return {
    read() {
      rowids = undefined
      const rows = db.all(sql, params)
      const all = rows.map((row) => row.pop() as Rowid)
      last = all.length === limit ? all.at(-1) : undefined
      rowids = new Set(all)
      return rows
    },
    isBeyond(written) {
      if (!rowids || written.size > mostWritten) return false
      for (const row of written) if (rowids.has(row)) return false
      try {
        for (const row of written) if (isIn(row)) return false
        return true
      } catch {
        return false // where a row cannot be judged, the query says what is wrong with it
      }
    },
  }
}
