import { useMemo } from 'react'
import type { Row } from '../../src/sqlite/port.ts'
import { Change } from '../data/Change.tsx'
import { count, shortText } from '../data/value.ts'
import type { Explorer } from '../fork/explorer.ts'
import type { RowChange } from '../fork/journal.ts'
import type { PastState } from '../fork/past.ts'
import { keyOf, type Table } from '../fork/tables.ts'
import { differencesIn, type TableDifferences } from './differences.ts'

type Props = {
  readonly explorer: Explorer
  readonly state: PastState
  /** After so many commits. */
  readonly at: number
  /** To the tables as they were. */
  readonly onOpen: () => void
}

const most = 100

/** Row by row, what is otherwise now than it was then. */
export function Differences({ explorer, state: { tables, revision, phase }, at, onOpen }: Props) {
  const { past } = explorer
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision is another journal
  const differences = useMemo(
    () => differencesIn(tables, past.journal?.changes(at) ?? []),
    [past, at, tables, revision],
  )
  const end = phase === 'read' ? 'now' : 'at the end of what was read'
  if (differences.length === 0) {
    return <p className="empty">Every table is as it was then.</p>
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
    <section className="differences" aria-label={`What is otherwise ${end}`} tabIndex={0}>
      {past.journal && at < past.journal.since && (
        <p className="soft">Of rows that were written long ago, not all is known.</p>
      )}
      {differences.map((of) => (
        <TableDifference key={of.table.name} of={of} explorer={explorer} onOpen={onOpen} />
      ))}
    </section>
  )
}

type TableProps = Pick<Props, 'explorer' | 'onOpen'> & { readonly of: TableDifferences }

function TableDifference({ of: { table, came, changed, removed, rows }, explorer, onOpen }: TableProps) {
  const counts = [came && `+ ${came} came`, changed && `± ${changed} changed`, removed && `− ${removed} removed`]
  return (
    <section aria-label={table.name}>
      <h3>
        {table.name} <span className="soft">{counts.filter(Boolean).join(', ')} since</span>
      </h3>
      <ul>
        {rows.slice(0, most).map((change) => (
          <li key={keyOf(table, change.now ?? change.earlier ?? [])}>
            <RowName table={table} change={change} explorer={explorer} onOpen={onOpen} />
            <Change table={table} earlier={change.earlier} now={change.now} />
          </li>
        ))}
      </ul>
      {rows.length > most && <p className="soft">… and {count(rows.length - most, 'other row')}</p>}
    </section>
  )
}

type NameProps = Pick<Props, 'explorer' | 'onOpen'> & { readonly table: Table; readonly change: RowChange }

/** Leads to the row as it was, where it was there. */
function RowName({ table, change: { earlier, now }, explorer, onOpen }: NameProps) {
  const keyIn = (row: Row) =>
    table.key.map((name) => row[table.columns.findIndex((column) => column.name === name)] ?? null)
  const name = keyIn(earlier ?? now ?? [])
    .map(shortText)
    .join(', ')
  if (!earlier) return <code>{name}</code>
  return (
    <button
      type="button"
      className="link"
      onClick={() => {
        explorer.place.setState({ table: table.name, row: keyIn(earlier) })
        onOpen()
      }}
    >
      <code>{name}</code>
    </button>
  )
}
