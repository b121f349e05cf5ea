import { useDeferredValue, useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { print } from '../../src/event/sequence-number.ts'
import type { LoggedCommit } from '../../src/replica/inspection.ts'
import { RowsOfEvent } from '../data/RowsOfEvent.tsx'
import type { Explorer } from '../fork/explorer.ts'
import type { Model } from '../model.ts'
import type { Source } from '../source.ts'
import { download } from '../take-out.ts'
import { EventDetail } from './EventDetail.tsx'
import { type Chosen, EventList } from './EventList.tsx'
import { type Filters, filterOf, noFilters, states } from './filters.ts'
import { NewEvent } from './NewEvent.tsx'
import { useFresh, useRange, useSearch } from './use-log.ts'

/** So many commits can be picked for export. */
const mostPicked = 10_000

type Props = {
  readonly source: Source
  readonly explorer: Explorer | undefined
  readonly model: StoreApi<Model>
  /** To the tables. */
  readonly onData: () => void
}

/** The log of this client, newest first, as its leader has it. */
export function EventsTab({ source, explorer, model: modelStore, onData }: Props) {
  const model = useStore(modelStore)
  const [filters, setFilters] = useState(noFilters)
  const filter = filterOf(useDeferredValue(filters))
  const [rows, setRows] = useState({ from: 0, to: 40 })
  const [chosen, choose] = useState<Chosen>()
  const [isNew, setNew] = useState(false)
  const [picked, setPicked] = useState<ReadonlyMap<string, LoggedCommit>>(new Map())
  const order = model.leader?.order
  useFresh(source, order ? `${print(order.head)} ${print(order.confirmed)} ${order.pending.count}` : '')
  const whole = useRange(source, rows)
  const found = useSearch(source, filter)
  const shown = filter ? found : whole
  const current = chosen && findAgain(shown, rows, chosen)

  const pick = (logged: LoggedCommit) => {
    const next = new Map(picked)
    if (!next.delete(logged.commit.commitId) && next.size < mostPicked) next.set(logged.commit.commitId, logged)
    setPicked(next)
  }

  return (
    <div className="events">
      <FilterBar filters={filters} onChange={setFilters}>
        <span role="status">{shown.error ? shown.error.message : statusOf(shown, filter !== undefined)}</span>
        <button
          type="button"
          className="small"
          disabled={picked.size === 0}
          onClick={() => download(`${source.storeId}-events.json`, JSON.stringify([...picked.values()], null, 2))}
        >
          Export {picked.size > 0 ? `${picked.size.toLocaleString('en')} selected` : 'selected'}
        </button>
        {source.kind !== 'recording' && (
          <button type="button" className="small" aria-expanded={isNew} onClick={() => setNew(!isNew)}>
            New event
          </button>
        )}
      </FilterBar>
      <div className="events-body">
        <EventList
          count={shown.count}
          isReading={shown.total === undefined && !shown.error}
          of={JSON.stringify(filter ?? null)}
          at={shown.at}
          model={model}
          chosen={current}
          onChoose={choose}
          picked={picked}
          onPick={pick}
          onRows={(now) => {
            setRows(now)
            if (now.to >= shown.count - 20) shown.more()
          }}
        />
        {isNew && <NewEvent source={source} onClose={() => setNew(false)} />}
        {current && (
          <EventDetail
            key={`${current.logged.commit.commitId}/${current.nth}`}
            chosen={current}
            source={source}
            model={model}
            onChoose={choose}
            onClose={() => choose(undefined)}
          >
            {explorer && (
              <RowsOfEvent
                explorer={explorer}
                commitId={current.logged.commit.commitId}
                head={current.logged.head}
                event={current.nth}
                onGo={onData}
              />
            )}
          </EventDetail>
        )}
      </div>
    </div>
  )
}

/** What was chosen, as it is now: its number may be another one. */
function findAgain(
  { at }: ReturnType<typeof useRange>,
  { from, to }: { readonly from: number; readonly to: number },
  chosen: Chosen,
): Chosen {
  for (let row = from; row < to; row++) {
    const logged = at(row)
    if (logged?.commit.commitId === chosen.logged.commit.commitId) return { ...chosen, logged }
  }
  return chosen
}

function statusOf({ count, total, searchedTo }: ReturnType<typeof useRange>, isSearch: boolean): string {
  if (total === undefined) return '…'
  const all = `${total.toLocaleString('en')} commits in the log`
  if (!isSearch) return all
  const far = searchedTo === undefined ? '' : ` so far, down to e${searchedTo}`
  return `${count.toLocaleString('en')} found${far}, of ${all}`
}

type BarProps = {
  readonly filters: Filters
  readonly onChange: (filters: Filters) => void
  readonly children: React.ReactNode
}

const texts = { name: 'event name', args: 'args', client: 'client', session: 'session' } as const

function FilterBar({ filters, onChange, children }: BarProps) {
  return (
    <div className="tools filters">
      {Object.entries(texts).map(([key, words]) => (
        <input
          key={key}
          type="search"
          data-of={key}
          aria-label={`Search by ${words}`}
          placeholder={words}
          value={filters[key as keyof typeof texts]}
          onChange={({ target }) => onChange({ ...filters, [key]: target.value })}
        />
      ))}
      <select
        aria-label="Search by state"
        value={filters.state}
        onChange={({ target }) => onChange({ ...filters, state: target.value as Filters['state'] })}
      >
        {states.map(({ state, words }) => (
          <option key={state} value={state}>
            {words}
          </option>
        ))}
      </select>
      {children}
    </div>
  )
}
