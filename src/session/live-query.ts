import type { Env } from '../replica/env.ts'
import type { Touched } from '../replica/materialize.ts'
import { createReaders, type Reader } from '../replica/readers.ts'
import { objectMapper } from '../replica/rows.ts'
import { SchemaError } from '../schema/errors.ts'
import { firstRowsOf, hasLimit } from '../schema/first-rows.ts'
import { type CompiledQuery, compileQuery, type Query } from '../schema/query.ts'
import { createRowAccess } from '../sqlite/one-row.ts'
import { type Row as RawRow, type Sqlite, SqliteError, type SqlValue } from '../sqlite/port.ts'
import type { TraceSource } from '../trace.ts'
import { causeOf } from './cause.ts'
import { isReactive, type Reactive } from './computed.ts'
import { createNode, createReactives, Failure, type Live, liveOf, type Node, type Source, tell } from './graph.ts'
import { isInInputEvent } from './input-event.ts'
import { createWindow, type Window } from './list-window.ts'

/** The rows of a query, now and after every commit that could change them: the same array until they change. */
export type LiveQuery<Row> = Live<readonly Row[]>

/** Queries that nobody watches are let go after this long, milliseconds. */
const graceMs = 5_000

/** How many unwatched queries are kept at most while their grace lasts: a pass that mounts thousands must not lose them. */
const maxUnwatched = 5_000

/**
 * The live queries of a store. A query is its SQL and its bindings: the same one is the same object, and runs once.
 *
 * It runs again only if a commit wrote a table and column that it reads, and of a table of which it reads one row by its
 * key, that row. All queries of a pass are run before any listener is called.
 */
export type LiveQueries = {
  live: LiveOf
  explain(query: Query<unknown>): Explanation
  /**
   * Statements wrote: what reads there is out of date. Watchers hear of it at the end of this task or, within the event of an
   * input, at once.
   */
  touch(touched: Touched): void
  /** The database was exchanged. */
  touchAll(): void
  close(): void
}

/** What is live of a query, or of something that follows from queries. The same thing is the same object. */
export type LiveOf = {
  <Row>(query: Query<Row>, options?: LiveOptions): LiveQuery<Row>
  <Value>(reactive: Reactive<Value>): Live<Value>
}

export type LiveOptions = {
  /** What devtools call it: the component that shows it, say. */
  readonly label?: string | undefined
}

type Stats = { runs: number; ms: number; rows: number; last: { readonly at: number; readonly ms: number } | undefined }

/** How a query is run, and how often it was. */
export type Explanation = {
  readonly sql: string
  readonly params: readonly SqlValue[]
  /** SQLite's `EXPLAIN QUERY PLAN`, a step a line, indented. */
  readonly plan: string
  /** The tables and columns that it reads: it runs again when they are written. */
  readonly reads: { readonly [table: string]: readonly string[] }
  /** Of these, the tables of which it reads one row by its key: it runs again when that row is written. */
  readonly byKey: readonly string[]
  readonly isWatched: boolean
  /** Since it was first asked for, or asked for again. */
  readonly runs: number
  /** All runs together, and rows of the last one. */
  readonly ms: number
  readonly rows: number
  /** `at` is milliseconds since 1970. */
  readonly lastRun: { readonly at: number; readonly ms: number } | undefined
}

type Entry = Reader & {
  isBeyond?: Window['isBeyond']
  readonly key: string
  readonly sql: string
  readonly node: Node
  /** Stands for the node: a later one of the same query, if this one was let go meanwhile. */
  readonly handle: Source
  readonly live: Live<unknown>
  stale: boolean
  /** What made it stale, while somebody listens to traces. */
  touched: Touched | undefined
  label: string | undefined
  readonly stats: Stats
  /** How many writes there had been when the entry was let go: later ones it did not hear of. */
  letGoAt: number
}

export function createLiveQueries({ db, env, traces }: { db: Sqlite; env: Env; traces: TraceSource }): LiveQueries {
  const entries = new Map<string, Entry>()
  const stale = new Set<Node>()
  const rowAccess = createRowAccess(db)
  const readers = createReaders<Entry>((sql, params) => db.all(sql, params)[0]?.[0] as number | bigint | undefined)
  let writes = 0
  let watched = 0
  let scheduled = false
  let closed = false
  let cancelSweep: (() => void) | undefined

  const flush = () => {
    scheduled = false
    if (closed) return
    const watched = [...stale].filter(({ isWatched }) => isWatched)
    stale.clear()
    tell(watched)
  }

  const markStale = (entry: Entry, touched?: Touched) => {
    entry.stale = true
    if (traces.emit) entry.touched ??= touched
    if (entry.node.isWatched) stale.add(entry.node)
  }

  const flushSoon = () => {
    if (stale.size === 0) return
    if (isInInputEvent()) return flush()
    if (!scheduled) queueMicrotask(flush)
    scheduled = true
  }

  const letGo = (entry: Entry) => {
    entries.delete(entry.key)
    readers.remove(entry)
    entry.letGoAt = writes
  }

  /** One timer for all: lets go of what nobody has watched since the last sweep. */
  const sweep = () => {
    cancelSweep?.()
    cancelSweep = undefined
    for (const entry of entries.values()) if (!entry.node.isWatched) letGo(entry)
  }

  const scheduleSweep = () => {
    if (closed) return
    cancelSweep ??= env.after(graceMs, sweep)
    if (entries.size - watched > maxUnwatched) sweep()
  }

  /** The entry of this query that hears of writes: another, or itself again, if it was let go and is still used. */
  const keep = (entry: Entry): Entry => {
    const kept = entries.get(entry.key)
    if (kept || closed) return kept ?? entry
    entry.stale ||= entry.letGoAt !== writes
    if (!entry.stale) readers.place(entry)
    entries.set(entry.key, entry)
    scheduleSweep()
    return entry
  }

  const accessOf = (sql: string) => {
    try {
      return db.access(sql)
    } catch (cause) {
      const table = cause instanceof SqliteError && /no such table: (\S+)/.exec(cause.message)?.[1]
      if (!table) throw cause
      throw new SchemaError(`no such table: ${table}; list it among the tables of makeSchema. In: ${sql}`, { cause })
    }
  }

  /** Throws a `SchemaError` for what is no query. */
  const readsOf = (sql: string) => {
    const { reads, writes } = accessOf(sql)
    if (writes.size > 0 || db.columns(sql).length === 0)
      throw new SchemaError(`a query only reads; what writes is an event and its materializer: ${sql}`)
    return reads
  }

  const windowOf = (query: Query<unknown>, { params }: CompiledQuery<unknown>): Window | undefined => {
    try {
      const first = firstRowsOf(query)
      return first && rowAccess.isRowByRow(first.sql, params.length) ? createWindow(db, first, params) : undefined
    } catch (error) {
      if (error instanceof SqliteError) return undefined // a table without rowids
      throw error
    }
  }

  const create = (key: string, compiled: CompiledQuery<unknown>, query: Query<unknown>): Entry => {
    const reads = readsOf(compiled.sql)
    let window: Window | undefined
    const run = createRun(db, compiled, () => window?.read() ?? db.all(compiled.sql, compiled.params))
    /** Until it is known whether it has a window: that is asked of a list that has run for nothing. */
    let list = hasLimit(query) ? query : undefined
    const lookForWindow = () => {
      window = list && windowOf(list, compiled)
      if (window) entry.isBeyond = window.isBeyond
      list = undefined
    }
    let outcome: unknown = none
    const refresh = () => {
      if (!entry.stale || closed) return
      const started = env.elapsed()
      entry.stale = false
      const before = outcome
      readers.place(entry)
      outcome = attempt(run)
      const ms = env.elapsed() - started
      const { stats, touched, label } = entry
      entry.touched = undefined
      stats.runs++
      stats.ms += ms
      stats.last = { at: env.now(), ms }
      if (outcome instanceof Failure) return
      stats.rows = (outcome as readonly unknown[]).length
      const changed = outcome !== before
      if (list && !changed) lookForWindow()
      const { sql, params } = compiled
      const cause = touched && causeOf(entry, touched)
      traces.emit?.({ type: 'queried', sql, params, rows: stats.rows, ms, changed, label, cause })
    }
    const node = createNode({
      outcome() {
        refresh()
        return outcome
      },
      onWatched(isWatched) {
        watched += isWatched ? 1 : -1
        if (!isWatched) scheduleSweep()
      },
    })
    const handle: Source = {
      outcome: () => keep(entry).node.outcome(),
      subscribe: (listener) => keep(entry).node.subscribe(listener),
      follow: (dependent) => keep(entry).node.follow(dependent),
    }
    const entry: Entry = {
      key,
      sql: compiled.sql,
      reads,
      oneRow: rowAccess.oneRow(compiled.sql, compiled.params.length),
      params: compiled.params,
      stale: true,
      touched: undefined,
      label: undefined,
      stats: { runs: 0, ms: 0, rows: 0, last: undefined },
      letGoAt: 0,
      node,
      handle,
      live: liveOf(handle),
    }
    return entry
  }

  const entryOf = (query: Query<unknown>): Entry => {
    const compiled = compileQuery(query)
    const key = keyOf(compiled)
    const known = entries.get(key)
    if (known) return known
    const entry = create(key, compiled, query)
    entries.set(key, entry)
    scheduleSweep()
    return entry
  }

  const reactives = createReactives({
    sourceOfQuery: (query) => entryOf(query).handle,
    onSignal(node) {
      stale.add(node)
      flushSoon()
    },
  })
  const live = (what: Query<unknown> | Reactive<unknown>, { label }: LiveOptions = {}) => {
    if (isReactive(what)) return reactives(what)
    const entry = entryOf(what)
    entry.label ??= label
    return entry.live
  }

  return {
    live: live as LiveOf,
    explain(query) {
      const { sql, reads, oneRow, params, node, stats } = entryOf(query)
      return {
        sql,
        params,
        plan: printPlan(db.all(`EXPLAIN QUERY PLAN ${sql}`, params)),
        reads: Object.fromEntries([...reads].map(([table, columns]) => [table, [...columns]])),
        byKey: [...oneRow.keys()],
        isWatched: node.isWatched,
        runs: stats.runs,
        ms: stats.ms,
        rows: stats.rows,
        lastRun: stats.last,
      }
    },
    touch(touched) {
      if (touched.length === 0) return
      writes++
      for (const entry of readers.affected(touched)) markStale(entry, touched)
      flushSoon()
    },
    touchAll() {
      rowAccess.forget()
      writes++
      readers.clear()
      for (const entry of entries.values()) if (!entry.stale) markStale(entry)
      flushSoon()
    },
    close() {
      closed = true
      cancelSweep?.()
      entries.clear()
    },
  }
}

const none: readonly never[] = []

/** Each step with its parent, by id. */
function printPlan(rows: readonly RawRow[]): string {
  const depths = new Map<SqlValue, number>()
  const lines = rows.map(([id, parent, , detail]) => {
    const depth = (depths.get(parent!) ?? -1) + 1
    depths.set(id!, depth)
    return `${'  '.repeat(depth)}${detail}`
  })
  return lines.join('\n')
}

/** A query is its SQL, what its rows are called, and its bindings, with their types. */
export function keyOf({ sql, params, reading }: CompiledQuery<unknown>): string {
  return `${reading} ${sql} ${params.map(paramKey).join(',')}`
}

function paramKey(param: SqlValue): string {
  if (param instanceof Uint8Array) return `x${param.join('.')}`
  return typeof param === 'string' ? JSON.stringify(param) : `${typeof param} ${param}`
}

function attempt(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return new Failure(error)
  }
}

/** Runs a query so that what did not change keeps its identity: the row, and the whole array. */
function createRun(
  db: Sqlite,
  { sql, map }: CompiledQuery<unknown>,
  read: () => readonly RawRow[],
): () => readonly unknown[] {
  let raw: readonly RawRow[] = []
  let rows: readonly unknown[] | undefined
  const toRow = map ?? objectMapper(db, sql)
  return () => {
    const next = read()
    rows = rows ? share(next, raw, rows, toRow) : next.map(toRow)
    raw = next
    return rows
  }
}

/** Most rows stand where they stood; the others are looked for by their first column. */
function share(
  next: readonly RawRow[],
  raw: readonly RawRow[],
  rows: readonly unknown[],
  toRow: (row: RawRow) => unknown,
): readonly unknown[] {
  let byFirst: Map<SqlValue | undefined, number> | undefined
  let isSame = next.length === raw.length
  const shared = next.map((row, at) => {
    const before = raw[at]
    if (before && sameRow(row, before)) return rows[at]
    isSame = false
    if (before && row[0] === before[0]) return toRow(row)
    byFirst ??= new Map(raw.map(([first], index) => [first, index]))
    const index = byFirst.get(row[0])
    return index !== undefined && sameRow(row, raw[index]!) ? rows[index] : toRow(row)
  })
  return isSame ? rows : shared
}

function sameRow(a: RawRow, b: RawRow): boolean {
  for (let index = 0; index < a.length; index++) if (!sameValue(a[index]!, b[index]!)) return false
  return a.length === b.length
}

function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (Object.is(a, b)) return true
  return (
    a instanceof Uint8Array && b instanceof Uint8Array && a.length === b.length && a.every((byte, at) => byte === b[at])
  )
}
