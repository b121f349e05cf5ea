import type { SqlValue } from '../../src/sqlite/port.ts'
import type { Explorer } from '../fork/explorer.ts'
import type { RowWrite } from '../fork/journal.ts'
import type { Table } from '../fork/tables.ts'
import { Change } from './Change.tsx'
import { count, shortText } from './value.ts'

type Props = {
  readonly explorer: Explorer
  /** The place of a commit in the log, and which of its events. */
  readonly commit: number
  readonly event: number
  /** A row that is shown already. */
  readonly except?: number | bigint
  readonly onGo?: () => void
}

const most = 20

/** The rows that an event changed, each of which leads to the table. */
export function RowsOfCommit({ explorer, commit, event, except, onGo }: Props) {
  const { past, place } = explorer
  const { tables } = past.state.getState()
  const writes = (past.journal?.ofCommit(commit) ?? []).filter((write) => write.event === event)
  const others = writes.filter(({ rowid }) => rowid !== except)
  if (others.length === 0)
    return <p className="soft">{except === undefined ? 'It wrote no row.' : 'It wrote no other row.'}</p>
  return (
    <div className="rows-of-event">
      <h4>
        {except === undefined ? 'It wrote' : 'It wrote besides'} {count(others.length, 'row')}
      </h4>
      <ul>
        {others.slice(0, most).map((write) => {
          const table = tables.find(({ name }) => name === write.table)
          if (!table) return null
          const key = keyValues(table, write)
          return (
            <li key={`${write.table} ${write.rowid}`}>
              <button
                type="button"
                className="link"
                onClick={() => {
                  place.setState({ table: table.name, row: key })
                  onGo?.()
                }}
              >
                {table.name} {key.map(shortText).join(', ')}
              </button>
              <Change table={table} earlier={write.before?.values} now={write.values} />
            </li>
          )
        })}
      </ul>
      {others.length > most && <p className="soft">… and {count(others.length - most, 'other')}</p>}
    </div>
  )
}

function keyValues({ columns, key }: Table, { values, before }: RowWrite): SqlValue[] {
  const row = values ?? before?.values ?? []
  return key.map((name) => row[columns.findIndex((column) => column.name === name)] ?? null)
}
