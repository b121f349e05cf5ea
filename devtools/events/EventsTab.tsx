import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query'
import { useDeferredValue, useEffect, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import { print } from '../../src/event/sequence-number.ts'
import type { Store } from '../../src/index.ts'
import type { LoggedCommit, LogPlace } from '../../src/replica/inspection.ts'
import type { Model } from '../model.ts'
import { originOf } from '../origin.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { rowsInView } from './window.ts'

const rowHeight = 26
const pageSize = 100
/** What is new is read by itself while so few pages are there; else when somebody asks. */
const readAgain = 3

type Row = { readonly logged: LoggedCommit; readonly nth: number }

/** The log of this client, newest first: read from the leader in pages, of which only what is in view is drawn. */
export function EventsTab({ store, model: modelStore }: { store: Store; model: StoreApi<Model> }) {
  const model = useStore(modelStore)
  const client = useQueryClient()
  const [search, setSearch] = useState('')
  const name = useDeferredValue(search.trim())
  const [selected, select] = useState<string>()
  const newest = model.leader && print(model.leader.order.head)
  const { data, error, hasNextPage, fetchNextPage, isFetching, refetch } = useInfiniteQuery({
    queryKey: ['commits', store.storeId, name],
    queryFn: ({ pageParam }) => {
      const from = pageParam === undefined ? {} : { before: pageParam }
      return store.inspect.ask({ type: 'commits', limit: pageSize, name, ...from })
    },
    initialPageParam: undefined as LogPlace | undefined,
    getNextPageParam: ({ next }) => next,
  })

  const isShort = (data?.pages.length ?? 0) <= readAgain
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new in the log is read as it comes
  useEffect(() => {
    if (isShort) void refetch()
  }, [newest, refetch])

  const commits = data?.pages.flatMap((page) => page.commits) ?? []
  const rows: Row[] = commits.flatMap((logged) => logged.commit.events.map((_, nth) => ({ logged, nth })).reverse())
  const shown = rows.find(({ logged, nth }) => keyOf(logged, nth) === selected)
  return (
    <div className="events">
      <div className="tools">
        <input
          type="search"
          aria-label="Search by event name"
          placeholder="Search by event name"
          value={search}
          onChange={({ target }) => setSearch(target.value)}
        />
        <span role="status">
          {error ? error.message : `${data?.pages[0]?.total.toLocaleString('en') ?? '…'} commits in the log`}
        </span>
        {!isShort && (
          <button type="button" className="plain" onClick={() => void client.resetQueries({ queryKey: ['commits'] })}>
            Back to the newest
          </button>
        )}
      </div>
      <div className="events-body">
        <EventList
          rows={rows}
          model={model}
          selected={selected}
          onSelect={select}
          onEnd={() => {
            if (hasNextPage && !isFetching) void fetchNextPage()
          }}
        />
        {shown && <EventDetail row={shown} onClose={() => select(undefined)} />}
      </div>
    </div>
  )
}

const keyOf = ({ commit }: LoggedCommit, nth: number) => `${commit.commitId}/${nth}`

type ListProps = {
  readonly rows: readonly Row[]
  readonly model: Model
  readonly selected: string | undefined
  readonly onSelect: (key: string) => void
  readonly onEnd: () => void
}

function EventList({ rows, model, selected, onSelect, onEnd }: ListProps) {
  const list = useRef<HTMLDivElement>(null)
  const [view, setView] = useState({ top: 0, height: 400 })
  const { from, to } = rowsInView(view, rowHeight, rows.length)

  useEffect(() => {
    if (!list.current) return
    const { current } = list
    const look = () => setView({ top: current.scrollTop, height: current.clientHeight })
    const observer = new ResizeObserver(look)
    observer.observe(current)
    return () => observer.disconnect()
  }, [])

  useEffect(() => {
    if (to >= rows.length - 20) onEnd()
  }, [to, rows.length, onEnd])

  return (
    <section
      className="event-list"
      ref={list}
      aria-label="Events, newest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
      tabIndex={0}
      onScroll={({ currentTarget }) => setView({ top: currentTarget.scrollTop, height: currentTarget.clientHeight })}
    >
      <ol style={{ height: rows.length * rowHeight, position: 'relative' }}>
        {rows.slice(from, to).map((row, index) => (
          <EventRow
            key={keyOf(row.logged, row.nth)}
            row={row}
            at={from + index}
            of={rows.length}
            model={model}
            isSelected={keyOf(row.logged, row.nth) === selected}
            onSelect={onSelect}
          />
        ))}
      </ol>
      {rows.length === 0 && <p className="empty">No event.</p>}
    </section>
  )
}

type RowProps = {
  readonly row: Row
  readonly at: number
  readonly of: number
  readonly model: Model
  readonly isSelected: boolean
  readonly onSelect: (key: string) => void
}

function EventRow({ row: { logged, nth }, at, of, model, isSelected, onSelect }: RowProps) {
  const { commit, head } = logged
  const event = commit.events[nth]!
  const { letter, words, colour } = originOf(model, commit)
  const isLast = nth === commit.events.length - 1
  return (
    <li
      aria-setsize={of}
      aria-posinset={at + 1}
      className="event-row"
      data-selected={isSelected || undefined}
      style={{ top: at * rowHeight, height: rowHeight }}
    >
      <span className="number">{head ? isLast && print(head) : '…'}</span>
      <span data-colour={colour} className="origin" title={words}>
        {letter}
      </span>
      <span className="event-name">
        <button type="button" aria-pressed={isSelected} onClick={() => onSelect(keyOf(logged, nth))}>
          {event.name}
        </button>
      </span>
      <span className="args">{JSON.stringify(event.args)}</span>
      <span className="state">
        {head ? '● confirmed' : '◐ persisted'}
        {event.synced ? '' : ' ◆'}
      </span>
      <span className="time">{clock(commit.at)}</span>
    </li>
  )
}

function EventDetail({ row: { logged, nth }, onClose }: { row: Row; onClose: () => void }) {
  const { commit, head } = logged
  const event = commit.events[nth]!
  const facts: [string, string][] = [
    ['event', `${event.name}, ${nth + 1} of ${commit.events.length} of its commit`],
    ['commit', commit.commitId],
    ['number', head ? `the commit ends at ${print(head)}` : 'not confirmed: it may still change'],
    ['client', commit.clientId],
    ['session', commit.sessionId],
    ['made', new Date(commit.at).toISOString()],
    ['rebased', commit.generation === 1 ? 'once' : `${commit.generation} times`],
    ['goes to', event.synced ? 'the backend' : 'this client only'],
  ]
  return (
    <aside className="detail" aria-label={`Event ${event.name}`}>
      <dl>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard */}
      <pre tabIndex={0}>{JSON.stringify(event.args, null, 2)}</pre>
      <button type="button" className="plain" aria-label="Close the event" onClick={onClose}>
        <span aria-hidden="true">✕</span>
      </button>
    </aside>
  )
}
