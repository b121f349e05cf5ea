import { sameValue } from '../fork/journal.ts'
import type { Page } from './page.ts'

/** Of a row that was written: which of its cells are others now; all of a row that was not seen before. */
export type Mark = ReadonlySet<number> | 'row'

/** Which rows of a page are to be marked as changed last, by their place on it. `written` are those that commits wrote. */
export function marksOf(before: Page | undefined, after: Page, written: ReadonlySet<string>): Map<number, Mark> {
  const marks = new Map<number, Mark>()
  const known = new Map(before?.rowids.map((rowid, at) => [rowid, before.rows[at]!]))
  after.rows.forEach((row, at) => {
    const rowid = after.rowids[at]!
    const old = known.get(rowid)
    if (!old) {
      if (written.has(String(rowid))) marks.set(at, 'row')
      return
    }
    const changed = new Set(row.flatMap((value, nth) => (sameValue(value, old[nth] ?? null) ? [] : nth)))
    if (changed.size > 0) marks.set(at, changed)
  })
  return marks
}
