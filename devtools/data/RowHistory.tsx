import { useEffect, useMemo, useState } from 'react'
import { print } from '../../src/event/sequence-number.ts'
import type { Row } from '../../src/sqlite/port.ts'
import type { Placed } from '../fork/commits.ts'
import type { Explorer } from '../fork/explorer.ts'
import { changedColumns, type RowWrite } from '../fork/journal.ts'
import { keyOf, type Table } from '../fork/tables.ts'
import type { Model } from '../model.ts'
import { originOf } from '../origin.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { Change } from './Change.tsx'
import { PastProgress } from './PastProgress.tsx'
import { RowsOfCommit } from './RowsOfCommit.tsx'
import { usePast } from './use-past.ts'
import { count } from './value.ts'

type Props = {
  readonly explorer: Explorer
  readonly model: Model
  readonly table: Table
  readonly row: Row
  /** Only what wrote this column. */
  readonly column: string | undefined
  readonly onTravel: (commits: number) => void
}

const most = 100

/** The events that wrote a row, newest first: from the log, replayed beside the app. */
export function RowHistory({ explorer, model, table, row, column, onTravel }: Props) {
  const { past } = explorer
  const state = usePast(explorer, true)
  const key = keyOf(table, row)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another revision is another journal
  const writes = useMemo(() => {
    const all = past.journal?.ofRow(table.name, key) ?? []
    return column === undefined
      ? all
      : all.filter(({ before, values }) => changedColumns(table, before?.values, values).includes(column))
  }, [past, table, key, column, state.revision])
  const isAll = state.phase === 'read' && past.journal?.since === 0
  return (
    <div className="row-history">
      <PastProgress past={past} state={state} />
      <ol aria-label="Events that wrote the row, newest first">
        {writes.slice(0, most).map((write) => (
          <WriteItem
            key={`${write.commit}/${write.event}`}
            write={write}
            explorer={explorer}
            model={model}
            table={table}
            onTravel={onTravel}
          />
        ))}
      </ol>
      {writes.length > most && <p className="soft">… and {count(writes.length - most, 'earlier event')}</p>}
      {writes.length === 0 && isAll && (
        <p className="soft">No event of the log wrote it: what a later one superseded is not kept.</p>
      )}
      {(past.journal?.since ?? 0) > 0 && <p className="soft">Writes long ago are left out.</p>}
      {past.untold.has(table.name) && (
        <p className="soft">
          Some are left out: SQLite does not tell which rows they wrote (REPLACE, full text), and the table is too large
          to be compared.
        </p>
      )}
    </div>
  )
}

type ItemProps = Pick<Props, 'explorer' | 'model' | 'table' | 'onTravel'> & { readonly write: RowWrite }

function WriteItem({ write, explorer, model, table, onTravel }: ItemProps) {
  const placed = usePlaced(explorer, write.commit)
  const [isOpen, setIsOpen] = useState(false)
  const event = placed?.commit.events[write.event]
  const origin = placed && originOf(model, placed.commit)
  const isWaiting = write.commit >= explorer.past.state.getState().commits - explorer.past.state.getState().waiting
  return (
    <li>
      <div className="write-line">
        <span className="number">
          {placed ? print(placed.head) : '…'}
          {isWaiting && <span title="Not confirmed: it may still be given another number">′</span>}
        </span>
        <button type="button" className="event-name" aria-expanded={isOpen} onClick={() => setIsOpen(!isOpen)}>
          {event?.name ?? '…'}
        </button>
        {origin && (
          <span className="origin" data-colour={origin.colour} title={origin.words}>
            {origin.letter}
          </span>
        )}
        <span className="time">{placed && clock(placed.commit.at)}</span>
      </div>
      <Change table={table} earlier={write.before?.values} now={write.values} />
      {isOpen && event && (
        <div className="write-more">
          <pre>{JSON.stringify(event.args, null, 2)}</pre>
          <RowsOfCommit explorer={explorer} commit={write.commit} event={write.event} except={write.rowid} />
          <button type="button" className="toggle" onClick={() => onTravel(write.commit)}>
            Travel to before it
          </button>{' '}
          <button type="button" className="toggle" onClick={() => onTravel(write.commit + 1)}>
            Travel to after it
          </button>
        </div>
      )}
    </li>
  )
}

/** The commit at a place of the log; undefined until it is known, null where it was superseded since. */
export function usePlaced({ past }: Explorer, at: number): Placed | null | undefined {
  const [found, setFound] = useState<{ readonly at: number; readonly placed: Placed | null }>()
  useEffect(() => {
    let isWanted = true
    void past.commit(at).then((placed) => isWanted && setFound({ at, placed: placed ?? null }))
    return () => {
      isWanted = false
    }
  }, [past, at])
  return found?.at === at ? found.placed : undefined
}
