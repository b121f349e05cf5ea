import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { Row, SqlValue } from '../../src/sqlite/port.ts'
import { copyText } from '../take-out.ts'
import type { Mark } from './marks.ts'
import type { Sort } from './page.ts'
import { kindOf, shortText, textOf } from './value.ts'

export type GridColumn = { readonly name: string; readonly hint?: string; readonly isKey?: boolean }

type Place = { readonly row: number; readonly column: number }

type Props = {
  readonly label: string
  readonly columns: readonly GridColumn[]
  readonly rows: readonly Row[]
  /** How many rows there are before these, and in all. */
  readonly from?: number
  readonly count?: number
  readonly marks?: ReadonlyMap<number, Mark | undefined>
  readonly sort?: Sort | undefined
  readonly onSort?: (column: string) => void
  readonly selected?: number | undefined
  readonly onOpen?: (row: number) => void
}

/**
 * Rows and columns by the pattern of the WAI-ARIA guide: one tab stop, arrows between cells, Enter opens a row, and a key copies
 * a cell.
 */
export function Grid({ label, columns, rows, from = 0, count = rows.length, ...props }: Props) {
  const { marks, sort, onSort, selected, onOpen } = props
  const table = useRef<HTMLTableElement>(null)
  const [place, setPlace] = useState<Place>({ row: 0, column: 0 })
  const [said, say] = useState('')
  const active = {
    row: Math.min(place.row, Math.max(0, rows.length - 1)),
    column: Math.min(place.column, Math.max(0, columns.length - 1)),
  }

  useEffect(() => {
    if (said === '') return
    const timer = setTimeout(say, 1_500, '')
    return () => clearTimeout(timer)
  }, [said])

  const goTo = (to: Place) => {
    setPlace(to)
    const cell = table.current?.tBodies[0]?.rows[to.row]?.cells[to.column]
    cell?.focus()
    cell?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }

  const copy = async ({ row, column }: Place) => {
    const isCopied = await copyText(textOf(rows[row]?.[column] ?? null), table.current)
    say(isCopied ? 'Copied' : 'The browser does not let it be copied')
  }

  const onKeyDown = (event: KeyboardEvent) => {
    const { key, ctrlKey, metaKey } = event
    if ((event.target as Element).closest('button')) return // a heading's
    if ((ctrlKey || metaKey) && key === 'c' && getSelection()?.isCollapsed !== false) return void copy(active)
    if (key === 'Enter') return onOpen?.(active.row)
    const to = { ...active, ...moves(active, rows.length, columns.length)[key] }
    if (to.row === active.row && to.column === active.column) return
    event.preventDefault()
    goTo(to)
  }

  return (
    <div className="data-grid">
      <table
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: rows and columns are moved in by arrows
        role="grid"
        ref={table}
        aria-label={label}
        aria-rowcount={count + 1}
        aria-colcount={columns.length}
        aria-readonly="true"
        onKeyDown={onKeyDown}
      >
        <thead>
          <tr aria-rowindex={1}>
            {columns.map((column, nth) => (
              <Heading
                // biome-ignore lint/suspicious/noArrayIndexKey: two columns of a result may have one name
                key={nth}
                column={column}
                sort={sort}
                onSort={onSort}
              />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, nth) => (
            <tr
              // biome-ignore lint/suspicious/noArrayIndexKey: a row of a result is known by its place
              key={nth}
              aria-rowindex={from + nth + 2}
              aria-selected={onOpen && nth === selected}
              data-mark={marks?.get(nth) === 'row' || undefined}
              onDoubleClick={() => onOpen?.(nth)}
            >
              {row.map((value, column) => (
                <Cell
                  // biome-ignore lint/suspicious/noArrayIndexKey: as above
                  key={column}
                  value={value}
                  isActive={nth === active.row && column === active.column}
                  isMarked={isMarked(marks?.get(nth), column)}
                  onFocus={() => setPlace({ row: nth, column })}
                  onClick={() => onOpen?.(nth)}
                />
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <span className="said" role="status">
        {said}
      </span>
    </div>
  )
}

/** A row that is new is marked once, at its beginning. */
const isMarked = (mark: Mark | undefined, column: number) =>
  (mark === 'row' ? column === 0 : mark?.has(column)) ?? false

function moves({ row, column }: Place, rows: number, columns: number): Record<string, Partial<Place> | undefined> {
  return {
    ArrowUp: { row: Math.max(0, row - 1) },
    ArrowDown: { row: Math.min(rows - 1, row + 1) },
    ArrowLeft: { column: Math.max(0, column - 1) },
    ArrowRight: { column: Math.min(columns - 1, column + 1) },
    Home: { column: 0 },
    End: { column: columns - 1 },
    PageUp: { row: Math.max(0, row - 10) },
    PageDown: { row: Math.min(rows - 1, row + 10) },
  }
}

type HeadingProps = {
  readonly column: GridColumn
  readonly sort: Sort | undefined
  readonly onSort: Props['onSort'] | undefined
}

function Heading({ column: { name, hint, isKey }, sort, onSort }: HeadingProps) {
  const order = sort?.column === name ? (sort.isDescending ? 'descending' : 'ascending') : undefined
  const text = (
    <>
      {name}
      {isKey && (
        <span title="Part of the key" className="key">
          {' '}
          key
        </span>
      )}
      {hint && <small> {hint}</small>}
      {order && <span aria-hidden="true">{order === 'ascending' ? ' ▲' : ' ▼'}</span>}
    </>
  )
  return (
    <th scope="col" aria-sort={order ?? (onSort ? 'none' : undefined)}>
      {onSort ? (
        <button type="button" onClick={() => onSort(name)}>
          {text}
        </button>
      ) : (
        text
      )}
    </th>
  )
}

type CellProps = {
  readonly value: SqlValue
  readonly isActive: boolean
  readonly isMarked: boolean
  readonly onFocus: () => void
  readonly onClick: () => void
}

function Cell({ value, isActive, isMarked, onFocus, onClick }: CellProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid hears its keys
    <td
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: as above
      role="gridcell"
      tabIndex={isActive ? 0 : -1}
      data-kind={kindOf(value)}
      data-mark={isMarked || undefined}
      onFocus={onFocus}
      onClick={onClick}
    >
      {isMarked && (
        <span className="mark" title="Changed last">
          <span aria-hidden="true">●</span>
          <span className="unseen">changed: </span>
        </span>
      )}
      {shortText(value)}
    </td>
  )
}
