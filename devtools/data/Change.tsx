import type { Row } from '../../src/sqlite/port.ts'
import { changedColumns } from '../fork/journal.ts'
import type { Table } from '../fork/tables.ts'
import { shortText } from './value.ts'

/** A row before and after: the columns that differ. */
export function Change({ table, earlier, now }: { table: Table; earlier: Row | undefined; now: Row | undefined }) {
  const columns = changedColumns(table, earlier, now)
  const cell = (row: Row, name: string) =>
    shortText(row[table.columns.findIndex((column) => column.name === name)] ?? null)
  if (columns.length === 0) return <p className="change soft">wrote what was there</p>
  const [glyph, word] = earlier ? (now ? ['±', 'changed'] : ['−', 'removed']) : ['+', 'came']
  return (
    <div className="change" data-change={word}>
      <span className="change-word">
        <span aria-hidden="true">{glyph}</span> {word}
      </span>
      <dl>
        {columns.map((name) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>
              {earlier && <del>{cell(earlier, name)}</del>}
              {earlier && now && <span aria-hidden="true"> → </span>}
              {now && <ins>{cell(now, name)}</ins>}
            </dd>
          </div>
        ))}
      </dl>
    </div>
  )
}
