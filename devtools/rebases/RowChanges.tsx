import type { RowChange, RowContent } from '../../src/trace.ts'
import type { Rebase } from '../model.ts'
import { plural } from './steps.ts'

/** Rows that ended different: a line for each column that did. */
export function RowChanges({ rows: { count, changes } }: { rows: NonNullable<Rebase['rows']> }) {
  if (count === 0) return <p className="note">All rows are as they were before it.</p>
  return (
    <table className="grid row-changes">
      <caption>
        {plural(count, 'row')} ended different{count > changes.length ? `; the first ${changes.length} of them` : ''}
      </caption>
      <thead>
        <tr>
          <th scope="col">row</th>
          <th scope="col">column</th>
          <th scope="col">before</th>
          <th scope="col">after</th>
        </tr>
      </thead>
      <tbody>
        {changes.map((change) =>
          columnsOf(change).map((column, nth) => (
            <tr key={`${change.table} ${change.key} ${column}`}>
              <td>{nth === 0 && `${what(change)} ${change.table} ${change.key}`}</td>
              <td>{column}</td>
              <td>
                <del>{text(change.before, column)}</del>
              </td>
              <td>
                <ins>{text(change.after, column)}</ins>
              </td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  )
}

const what = ({ before, after }: RowChange) => (before === null ? '+' : after === null ? '−' : '~')

/** Those that differ; of a row that came or went, all. */
function columnsOf({ before, after }: RowChange): string[] {
  const columns = Object.keys(after ?? (before === 'unknown' ? {} : (before ?? {})))
  if (before === null || after === null || before === 'unknown') return columns
  return columns.filter((column) => before[column] !== after[column])
}

function text(row: RowContent | null | 'unknown', column: string): string {
  if (row === 'unknown') return 'not looked at'
  if (row === null) return ''
  const value = row[column] ?? null
  return value === null ? 'NULL' : String(value)
}
