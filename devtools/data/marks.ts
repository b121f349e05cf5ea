import { sameValue } from '../fork/journal.ts'
import type { Page } from './page.ts'

/** Of a row that was written: which of its cells are others now; all of a row that was not seen before. */
export type Mark = ReadonlySet<number> | 'row'

/** By rowid. */
export type Marks = ReadonlyMap<number | bigint, Mark>

export type Seen = { readonly page: Page; readonly marks: Marks }

/**
 * Which rows of a page are to be marked as changed last: those that are otherwise than they were seen, and those that commits
 * wrote, `written`, and that were not seen. Marks stay until something else changes.
 */
export function marksOf(before: Seen | undefined, after: Page, written: ReadonlySet<string>): Marks {
  const marks = new Map<number | bigint, Mark>()
  const known = new Map(before?.page.rowids.map((rowid, at) => [rowid, before.page.rows[at]!]))
  after.rows.forEach((row, at) => {
    const rowid = after.rowids[at]!
    const old = known.get(rowid)
    if (!old) {
      if (before && written.has(String(rowid))) marks.set(rowid, 'row')
      return
    }
    const changed = new Set(row.flatMap((value, nth) => (sameValue(value, old[nth] ?? null) ? [] : nth)))
    if (changed.size > 0) marks.set(rowid, changed)
  })
  return marks.size > 0 ? marks : (before?.marks ?? marks)
}
