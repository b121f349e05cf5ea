import { type ReactNode, useDeferredValue, useEffect, useMemo, useState } from 'react'
import { useStore } from 'zustand'
import type { StoreApi } from 'zustand/vanilla'
import type { Row, Sqlite } from '../../src/sqlite/port.ts'
import type { Place } from '../fork/explorer.ts'
import { quoted, type Table, tablesOf } from '../fork/tables.ts'
import { Grid } from './Grid.tsx'
import { type Marks, marksOf } from './marks.ts'
import { type Asked, everything, lastPage, nextSort, type Page, pageSize, placeOf, readPage } from './page.ts'
import { TableShape } from './TableShape.tsx'
import { Trouble } from './Trouble.tsx'
import type { Writes } from './use-writes.ts'
import { count } from './value.ts'

type Props = {
  readonly db: Pick<Sqlite, 'all'>
  /** Another one where the tables may be others. */
  readonly version: unknown
  readonly place: StoreApi<Place>
  readonly clientOnly: ReadonlySet<string>
  readonly writes?: Writes
  /** Hears how long reading took, milliseconds. */
  readonly onCost?: (ms: number) => void
  /** More tools, and what is shown of a row. */
  readonly tools?: ReactNode
  readonly detail?: (table: Table, row: Row, onClose: () => void) => ReactNode
  /** Under the tables, about this one. */
  readonly below?: (table: Table) => ReactNode
}

/** The tables of a database, one of them in pages. */
export function DataBrowser({ db, version, place, clientOnly, writes, onCost, tools, detail, below }: Props) {
  const { table: wanted } = useStore(place)
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tables are read again where they may be others
  const counted = useMemo(() => countTables(db), [db, version])
  const { tables, counts, error } = counted
  const table = tables.find(({ name }) => name === wanted) ?? tables[0]
  if (error !== undefined) return <Trouble>{error}</Trouble>
  if (!table) {
    return (
      <div className="empty">
        <h2>There are no tables</h2>
        <p>The schema declares none.</p>
      </div>
    )
  }
  return (
    <div className="data">
      <nav className="table-list" aria-label="Tables">
        <ul>
          {tables.map(({ name }, nth) => (
            <li key={name}>
              <button
                type="button"
                aria-current={name === table.name ? 'true' : undefined}
                onClick={() => place.setState({ table: name, row: undefined })}
              >
                <span className="table-name">{name}</span>
                {clientOnly.has(name) && (
                  <span className="local" title="Client-only: not sent to the backend">
                    ◆<span className="unseen"> client-only</span>
                  </span>
                )}
                <span className="table-count">{counts[nth]?.toLocaleString('en')}</span>
              </button>
            </li>
          ))}
        </ul>
      </nav>
      <TableView
        key={table.name}
        db={db}
        version={version}
        place={place}
        table={table}
        isClientOnly={clientOnly.has(table.name)}
        written={writes?.rows.get(table.name)}
        onCost={(ms) => onCost?.(ms + counted.ms)}
        tools={tools}
        detail={detail}
        below={below}
      />
    </div>
  )
}

/** With the number of their rows, and how long it took to count them. */
function countTables(db: Pick<Sqlite, 'all'>) {
  const started = performance.now()
  try {
    const tables = tablesOf(db)
    const counts = tables.map(({ name }) => db.all(`SELECT count(*) FROM ${quoted(name)}`)[0]![0] as number)
    return { tables, counts, ms: performance.now() - started, error: undefined }
  } catch (error) {
    return { tables: [], counts: [], ms: 0, error: (error as Error).message }
  }
}

type TableProps = Omit<Props, 'clientOnly' | 'writes' | 'detail' | 'below'> & {
  readonly table: Table
  readonly isClientOnly: boolean
  readonly written: ReadonlySet<string> | undefined
  readonly onCost: (ms: number) => void
  readonly detail: Props['detail'] | undefined
  readonly below: Props['below'] | undefined
}

type Shown = { readonly page: Page; readonly marks: Marks; readonly asked: Asked | undefined }

const emptyPage: Page = { rows: [], rowids: [], count: 0 }

function TableView({ db, version, place, table, isClientOnly, written, onCost, tools, detail, below }: TableProps) {
  const wanted = useStore(place, ({ row }) => row)
  const [asked, ask] = useState(everything)
  const deferred = useDeferredValue(asked)
  const [shown, show] = useState<Shown>({ page: emptyPage, marks: new Map(), asked: undefined })
  const [error, setError] = useState<string>()
  const [selected, select] = useState<number | bigint>()
  const [isShape, setIsShape] = useState(false)

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a row that is asked for
  useEffect(() => {
    if (!wanted) return
    place.setState({ row: undefined })
    const at = placeOf(db, table, wanted)
    if (at === undefined) return
    ask({ ...everything, offset: Math.floor(at / pageSize) * pageSize })
    select(db.all(rowidSql(table), [at])[0]?.[0] as number | bigint)
  }, [wanted, table])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the page is read again where it may be another
  useEffect(() => {
    const started = performance.now()
    try {
      const page = readPage(db, table, deferred)
      setError(undefined)
      show((before) => {
        const known = before.asked === deferred ? before : undefined
        return { page, asked: deferred, marks: marksOf(known, page, written ?? new Set()) }
      })
    } catch (failure) {
      setError((failure as Error).message)
    }
    onCost(performance.now() - started)
  }, [db, version, table, deferred])

  const { page, marks } = shown
  const at = selected === undefined ? -1 : page.rowids.indexOf(selected)
  const row = page.rows[at]
  const change = (to: Partial<Asked>) => ask((now) => ({ ...now, offset: 0, ...to }))
  return (
    <div className="table-view">
      <div className="tools">
        <input
          type="search"
          aria-label="Filter rows"
          placeholder="Filter: text, = 5, > 5, null"
          value={asked.filter}
          onChange={({ target }) => change({ filter: target.value })}
        />
        <select
          aria-label="Column to filter"
          value={asked.column ?? ''}
          onChange={({ target }) => change({ column: target.value || undefined })}
        >
          <option value="">any column</option>
          {table.columns.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <button type="button" className="toggle" aria-pressed={isShape} onClick={() => setIsShape(!isShape)}>
          Columns and indexes
        </button>
        {tools}
        <Pager
          offset={asked.offset}
          count={page.count}
          shown={page.rows.length}
          onTurn={(offset) => change({ offset })}
        />
      </div>
      {isShape && <TableShape table={table} isClientOnly={isClientOnly} />}
      {error && <Trouble>{error}</Trouble>}
      <div className="table-body">
        {page.rows.length > 0 ? (
          <Grid
            label={`Rows of ${table.name}`}
            columns={table.columns.map(({ name, type }) => ({
              name,
              hint: type.toLowerCase(),
              isKey: table.key.includes(name),
            }))}
            rows={page.rows}
            from={Math.min(asked.offset, lastPage(page.count))}
            count={page.count}
            marks={new Map(page.rowids.map((rowid, nth) => [nth, marks.get(rowid)]))}
            sort={asked.sort}
            onSort={(column) => change({ sort: nextSort(asked.sort, column) })}
            selected={at}
            onOpen={(nth) => select(page.rowids[nth])}
          />
        ) : (
          !error && <p className="empty">{asked.filter.trim() ? 'No row is like that.' : 'No row.'}</p>
        )}
        {row && detail?.(table, row, () => select(undefined))}
      </div>
      {below?.(table)}
    </div>
  )
}

const rowidSql = ({ name, rowid }: Table) => `SELECT ${rowid} FROM ${quoted(name)} ORDER BY ${rowid} LIMIT 1 OFFSET ?`

type PagerProps = {
  readonly offset: number
  readonly count: number
  readonly shown: number
  readonly onTurn: (offset: number) => void
}

export function Pager({ offset, count: all, shown, onTurn }: PagerProps) {
  const at = Math.min(offset, lastPage(all))
  return (
    <nav className="pager" aria-label="Pages">
      <span role="status">
        {all <= pageSize
          ? count(all, 'row')
          : `${(at + 1).toLocaleString('en')}–${(at + shown).toLocaleString('en')} of ${count(all, 'row')}`}
      </span>
      {all > pageSize && (
        <>
          <Turn label="First page" glyph="«" to={0} isOff={at === 0} onTurn={onTurn} />
          <Turn label="Previous page" glyph="‹" to={at - pageSize} isOff={at === 0} onTurn={onTurn} />
          <Turn label="Next page" glyph="›" to={at + pageSize} isOff={at >= lastPage(all)} onTurn={onTurn} />
          <Turn label="Last page" glyph="»" to={lastPage(all)} isOff={at >= lastPage(all)} onTurn={onTurn} />
        </>
      )}
    </nav>
  )
}

type TurnProps = {
  readonly label: string
  readonly glyph: string
  readonly to: number
  readonly isOff: boolean
  readonly onTurn: (offset: number) => void
}

function Turn({ label, glyph, to, isOff, onTurn }: TurnProps) {
  return (
    <button type="button" className="plain" aria-label={label} disabled={isOff} onClick={() => onTurn(to)}>
      <span aria-hidden="true">{glyph}</span>
    </button>
  )
}
