import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { print } from '../../src/event/sequence-number.ts'
import type { LoggedCommit } from '../../src/replica/inspection.ts'
import type { Model } from '../model.ts'
import { originOf } from '../origin.ts'
import { clock } from '../sync/CommitDetail.tsx'
import { boxHeight, placeOf, rowsInView, scrolled, type View, viewAt } from './window.ts'

export const rowHeight = 26
/** Of a commit's events, those that have room in its row. */
const mostNames = 3

/** One event of a commit. */
export type Chosen = { readonly logged: LoggedCommit; readonly nth: number }

type Props = {
  readonly count: number
  /** What there is, is not known yet. */
  readonly isReading: boolean
  /** The same list while this is the same: another one begins at its top. */
  readonly of: string
  readonly at: (row: number) => LoggedCommit | undefined
  readonly model: Model
  readonly chosen: Chosen | undefined
  readonly onChoose: (chosen: Chosen) => void
  readonly picked: ReadonlyMap<string, LoggedCommit>
  readonly onPick: (logged: LoggedCommit) => void
  /** What is in view changes. */
  readonly onRows: (rows: { readonly from: number; readonly to: number }) => void
}

/** Commits, newest first, a row each: only those in view are drawn. New ones push the others down, unless one looks at the top. */
export function EventList({ count, isReading, of, at, model, chosen, onChoose, picked, onPick, onRows }: Props) {
  const box = useRef<HTMLElement>(null)
  const [view, setView] = useState<View>({ scrollTop: 0, base: 0, height: 400 })
  const list = { count, rowHeight }
  const { from, to } = rowsInView(view, list)
  const before = useRef({ count, of })

  const show = (next: View) => {
    setView(next)
    if (box.current && box.current.scrollTop !== next.scrollTop) box.current.scrollTop = next.scrollTop
  }

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is looked at stays where it is when the list grows above it
  useLayoutEffect(() => {
    const { count: had, of: was } = before.current
    before.current = { count, of }
    if (was !== of) return show(viewAt(0, view.height, list))
    if (had === count || had === 0 || placeOf(view) === 0) return
    show(viewAt(placeOf(view) + (count - had) * rowHeight, view.height, list))
  }, [count, of])

  useEffect(() => {
    if (!box.current) return
    const { current } = box
    const observer = new ResizeObserver(() => setView((now) => ({ ...now, height: current.clientHeight })))
    observer.observe(current)
    return () => observer.disconnect()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: told when they change
  useEffect(() => onRows({ from, to }), [from, to, count])

  return (
    <section
      className="event-list"
      ref={box}
      aria-label="Events, newest first"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keyboard
      tabIndex={0}
      onScroll={({ currentTarget }) => show(scrolled(view, currentTarget.scrollTop, currentTarget.clientHeight, list))}
    >
      <ol style={{ height: boxHeight(list), position: 'relative' }}>
        {Array.from({ length: to - from }, (_, index) => {
          const row = from + index
          const logged = at(row)
          return (
            <li
              key={logged?.commit.commitId ?? row}
              aria-setsize={count}
              aria-posinset={row + 1}
              className="event-row"
              data-selected={(logged && chosen?.logged.commit.commitId === logged.commit.commitId) || undefined}
              style={{ top: row * rowHeight - view.base, height: rowHeight }}
            >
              {logged ? (
                <Row
                  logged={logged}
                  model={model}
                  chosen={chosen}
                  onChoose={onChoose}
                  isPicked={picked.has(logged.commit.commitId)}
                  onPick={onPick}
                />
              ) : (
                <span className="loading">…</span>
              )}
            </li>
          )
        })}
      </ol>
      {count === 0 && !isReading && <p className="empty">No event.</p>}
    </section>
  )
}

type RowProps = Pick<Props, 'model' | 'chosen' | 'onChoose' | 'onPick'> & {
  readonly logged: LoggedCommit
  readonly isPicked: boolean
}

function Row({ logged, model, chosen, onChoose, isPicked, onPick }: RowProps) {
  const { commit, head } = logged
  const { letter, words, colour } = originOf(model, commit)
  const [first] = commit.events
  const isSynced = commit.events.some(({ synced }) => synced)
  const isChosen = chosen?.logged.commit.commitId === commit.commitId
  return (
    <>
      <input
        type="checkbox"
        aria-label={`Select ${first?.name} ${head ? print(head) : commit.commitId}`}
        checked={isPicked}
        onChange={() => onPick(logged)}
      />
      <span className="number">{head ? print(head) : '…'}</span>
      <span data-colour={colour} className="origin" title={words}>
        {letter}
      </span>
      <span className="event-name">
        {commit.events.slice(0, mostNames).map(({ name, synced }, nth) => (
          <button
            // biome-ignore lint/suspicious/noArrayIndexKey: events of a commit stay where they are
            key={nth}
            type="button"
            data-local={!synced || undefined}
            aria-pressed={isChosen && chosen?.nth === nth}
            onClick={() => onChoose({ logged, nth })}
          >
            {name}
          </button>
        ))}
        {commit.events.length > mostNames && <small>+{commit.events.length - mostNames}</small>}
      </span>
      <span className="args">{JSON.stringify(first?.args)}</span>
      <span className="state">
        {head ? '● confirmed' : '◐ persisted'}
        {isSynced ? '' : ' ◆'}
      </span>
      <span className="time">{clock(commit.at)}</span>
    </>
  )
}
