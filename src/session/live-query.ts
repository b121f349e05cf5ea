import type { Env } from '../replica/env.ts'
import type { Touched } from '../replica/materialize.ts'
import { type CompiledQuery, compileQuery, type Query } from '../schema/query.ts'
import type { Row as RawRow, Sqlite, SqlValue } from '../sqlite/port.ts'
import type { TraceSource } from '../trace.ts'
import { createReaders, type Reader } from './readers.ts'

/** The rows of a query, now and after every commit that could change them. */
export type LiveQuery<Row> = {
  /** The same array until the rows change; rows that did not change keep their identity. */
  get(): readonly Row[]
  /** Calls back after a change. Returns the way to stop. */
  subscribe(listener: () => void): () => void
}

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
  live<Row>(query: Query<Row>): LiveQuery<Row>
  /** Statements wrote: what reads there is out of date, and watchers hear of it at the end of this task. */
  touch(touched: Touched): void
  /** The database was exchanged. */
  touchAll(): void
  /** Runs what is out of date and watched, now. */
  flush(): void
  close(): void
}

type Entry = Reader & {
  readonly key: string
  readonly listeners: Set<() => void>
  readonly query: LiveQuery<unknown>
  stale: boolean
  /** How many writes there had been when the entry was let go: later ones it did not hear of. */
  letGoAt: number
  /** Runs the query if it is out of date. */
  refresh(): void
  /** Whether the rows are others than those that its listeners were last told of. */
  isNews(): boolean
}

export function createLiveQueries({ db, env, traces }: { db: Sqlite; env: Env; traces: TraceSource }): LiveQueries {
  const entries = new Map<string, Entry>()
  const stale = new Set<Entry>()
  const readers = createReaders<Entry>((sql, params) => db.all(sql, params)[0]?.[0] as number | bigint | undefined)
  let writes = 0
  let watched = 0
  let scheduled = false
  let closed = false
  let cancelSweep: (() => void) | undefined

  const flush = () => {
    scheduled = false
    if (closed) return
    const changed: Entry[] = []
    for (const entry of stale) {
      if (entry.listeners.size === 0) continue
      entry.refresh()
      if (entry.isNews()) changed.push(entry)
    }
    stale.clear()
    for (const { listeners } of changed) for (const listener of [...listeners]) listener()
  }

  const schedule = () => {
    if (scheduled || closed) return
    scheduled = true
    queueMicrotask(flush)
  }

  const markStale = (entry: Entry) => {
    entry.stale = true
    readers.remove(entry)
    if (entry.listeners.size === 0) return
    stale.add(entry)
    schedule()
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
    for (const entry of entries.values()) if (entry.listeners.size === 0) letGo(entry)
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

  const create = (key: string, compiled: CompiledQuery<unknown>): Entry => {
    const listeners = new Set<() => void>()
    const run = createRun(db, compiled)
    let rows: readonly unknown[] | undefined
    /** Why it could not run, as it is now. */
    let failure: { readonly error: unknown } | undefined
    /** What its listeners were told of last: rows, or a failure. */
    let told: unknown
    const entry: Entry = {
      key,
      reads: db.access(compiled.sql).reads,
      oneRow: db.rowAccess(compiled.sql).oneRow,
      params: compiled.params,
      listeners,
      stale: true,
      letGoAt: 0,
      refresh() {
        if (!entry.stale || closed) return
        const started = traces.emit ? env.elapsed() : 0
        entry.stale = false
        const before = rows
        readers.place(entry)
        failure = attempt(() => {
          rows = run()
        })
        if (failure || !rows) return
        const changed = rows !== before
        traces.emit?.({ type: 'queried', sql: compiled.sql, rows: rows.length, ms: env.elapsed() - started, changed })
      },
      isNews() {
        const now = failure ?? rows
        const news = now !== told
        told = now
        return news
      },
      query: {
        get() {
          const kept = keep(entry)
          if (kept !== entry) return kept.query.get()
          entry.refresh()
          if (failure) throw failure.error
          return rows ?? []
        },
        subscribe(listener) {
          const kept = keep(entry)
          if (kept !== entry) return kept.query.subscribe(listener)
          if (listeners.size === 0) {
            watched++
            entry.refresh()
            told = failure ?? rows
          }
          listeners.add(listener)
          return () => {
            if (!listeners.delete(listener) || listeners.size > 0) return
            watched--
            scheduleSweep()
          }
        },
      },
    }
    return entry
  }

  return {
    live<Row>(query: Query<Row>) {
      const compiled = compileQuery(query)
      const key = keyOf(compiled)
      let entry = entries.get(key)
      if (!entry) {
        entry = create(key, compiled as CompiledQuery<unknown>)
        entries.set(key, entry)
        scheduleSweep()
      }
      return entry.query as LiveQuery<Row>
    },
    touch(touched) {
      if (touched.length === 0) return
      writes++
      for (const entry of readers.affected(touched)) markStale(entry)
    },
    touchAll() {
      writes++
      for (const entry of entries.values()) if (!entry.stale) markStale(entry)
    },
    flush,
    close() {
      closed = true
      cancelSweep?.()
      entries.clear()
    },
  }
}

/** A query is its SQL and its bindings, with their types. */
function keyOf({ sql, params, map }: CompiledQuery<unknown>): string {
  return `${map ? 'rows' : 'raw'} ${sql} ${params.map(paramKey).join(',')}`
}

function paramKey(param: SqlValue): string {
  if (param instanceof Uint8Array) return `x${param.join('.')}`
  return typeof param === 'string' ? JSON.stringify(param) : `${typeof param} ${param}`
}

function attempt(act: () => void): { readonly error: unknown } | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    return { error }
  }
}

/** Runs a query so that what did not change keeps its identity: the row, and the whole array. */
function createRun(db: Sqlite, { sql, params, map }: CompiledQuery<unknown>): () => readonly unknown[] {
  let raw: readonly RawRow[] = []
  let rows: readonly unknown[] | undefined
  const toRow = map ?? objectMapper(db.columns(sql))
  return () => {
    const next = db.all(sql, params)
    const before = rows
    if (before && next.length === raw.length && next.every((row, index) => sameRow(row, raw[index]!))) return before
    rows = before ? share(next, raw, before, toRow) : next.map(toRow)
    raw = next
    return rows
  }
}

function share(
  next: readonly RawRow[],
  raw: readonly RawRow[],
  rows: readonly unknown[],
  toRow: (row: RawRow) => unknown,
) {
  const byFirst = new Map(raw.map((row, index) => [row[0], index]))
  return next.map((row) => {
    const index = byFirst.get(row[0])
    return index !== undefined && sameRow(row, raw[index]!) ? rows[index] : toRow(row)
  })
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

function objectMapper(columns: readonly string[]): (row: readonly SqlValue[]) => unknown {
  return (row) => Object.fromEntries(columns.map((column, index) => [column, row[index]]))
}
