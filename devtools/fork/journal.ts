import type { Row, SqlValue } from '../../src/sqlite/port.ts'
import { keyOf, type Table } from './tables.ts'

/** What one event did to one row. */
export type RowWrite = {
  /** Which commit of the log, from 0, and which of its events. */
  readonly commit: number
  readonly event: number
  readonly table: string
  readonly rowid: number | bigint
  /** The row after it, in the order of the table's columns; undefined where it was removed. */
  readonly values: Row | undefined
  /** The write of the same row before this one, if it is known. */
  readonly before: RowWrite | undefined
}

/** What events did to rows, in the order of the log: the way from a row to its events, and back. */
export type Journal = {
  readonly length: number
  /** Writes before this commit may be left out, but for the last one of each row. */
  readonly since: number
  note(write: Omit<RowWrite, 'before'>): void
  /** Forgets what was noted after the first `length`. */
  rewind(length: number): void
  /** Leaves the older half out where there is too much. Lengths from before mean nothing after it. */
  trim(): void
  /** The last write of a row. */
  last(table: string, rowid: number | bigint): RowWrite | undefined
  /** Rows of the table that are there now. */
  present(table: string): ReadonlyMap<number | bigint, RowWrite>
  /** What wrote the row with this key, newest first; a row that came again under the same key is the same. */
  ofRow(table: string, key: string): readonly RowWrite[]
  ofCommit(commit: number): readonly RowWrite[]
  /** Rows that are otherwise after the first `from` commits than after all. */
  changes(from: number): readonly RowChange[]
}

/** A row at an earlier time and at the end. One of both is there. */
export type RowChange = {
  readonly table: string
  readonly rowid: number | bigint
  readonly earlier: Row | undefined
  readonly now: Row | undefined
}

/** So many writes are kept; then the older half is left out. */
const mostWrites = 400_000

type Rowid = number | bigint

export function createJournal(tables: readonly Table[], most = mostWrites): Journal {
  const layouts = new Map(tables.map((table) => [table.name, table]))
  let writes: RowWrite[] = []
  let lasts = new Map<string, Map<Rowid, RowWrite>>()
  /** Which rows ever had a key, by table and key. */
  let rowidsOf = new Map<string, Set<Rowid>>()
  let since = 0

  const lastsOf = (table: string) => {
    const known = lasts.get(table) ?? new Map<Rowid, RowWrite>()
    lasts.set(table, known)
    return known
  }
  const lastOf = ({ table, rowid }: Pick<RowWrite, 'table' | 'rowid'>) => lasts.get(table)?.get(rowid)

  const add = ({ before: _, ...write }: Omit<RowWrite, 'before'> & { before?: unknown }) => {
    const before = lastOf(write)
    const full = { ...write, before }
    writes.push(full)
    lastsOf(write.table).set(write.rowid, full)
    const layout = layouts.get(write.table)
    if (!layout || !write.values || hasSameKey(layout, before?.values, write.values)) return
    const place = `${write.table} ${keyOf(layout, write.values)}`
    const rowids = rowidsOf.get(place) ?? new Set()
    rowidsOf.set(place, rowids.add(write.rowid))
  }

  /** The first write of this commit or a later one. */
  const firstAt = (commit: number) => {
    let [low, high] = [0, writes.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (writes[middle]!.commit < commit) low = middle + 1
      else high = middle
    }
    return low
  }

  const trim = () => {
    if (writes.length <= most) return
    since = writes[writes.length - Math.floor(most / 2)]!.commit
    const cut = firstAt(since)
    const bases = new Map<string, RowWrite>()
    for (const write of writes.slice(0, cut)) bases.set(`${write.rowid} ${write.table}`, write)
    const kept = [...bases.values()].filter(({ values }) => values).sort((a, b) => a.commit - b.commit)
    const rest = writes.slice(cut)
    writes = []
    lasts = new Map()
    rowidsOf = new Map()
    for (const write of [...kept, ...rest]) add(write)
  }

  return {
    get length() {
      return writes.length
    },
    get since() {
      return since
    },
    note: add,
    rewind(length) {
      while (writes.length > length) {
        const { table, rowid, before } = writes.pop()!
        if (before) lastsOf(table).set(rowid, before)
        else lastsOf(table).delete(rowid)
      }
    },
    trim,
    last: (table, rowid) => lastOf({ table, rowid }),
    present: (table) => new Map([...lastsOf(table)].filter(([, { values }]) => values)),
    ofRow(table, key) {
      const layout = layouts.get(table)
      const isOf = (values: Row | undefined) => layout && values && keyOf(layout, values) === key
      return [...(rowidsOf.get(`${table} ${key}`) ?? [])]
        .flatMap((rowid) => backFrom(lastOf({ table, rowid })))
        .filter(({ values, before }) => isOf(values) || isOf(before?.values))
        .sort((a, b) => b.commit - a.commit || b.event - a.event)
    },
    ofCommit: (commit) => writes.slice(firstAt(commit), firstAt(commit + 1)),
    changes(from) {
      const first = new Map<string, RowWrite>()
      for (const write of writes.slice(firstAt(from))) {
        const row = `${write.rowid} ${write.table}`
        if (!first.has(row)) first.set(row, write)
      }
      const byRowid = [...first.values()].map(({ table, rowid, before }) => {
        return { table, rowid, earlier: before?.values, now: lastOf({ table, rowid })?.values }
      })
      return byKey(byRowid, layouts).filter(({ earlier, now }) => !sameRow(earlier, now))
    },
  }
}

/** A row is known by its key: one that went and came again has another rowid, and a rowid may be used again for another row. */
function byKey(changes: readonly RowChange[], layouts: ReadonlyMap<string, Table>): RowChange[] {
  const rows = new Map<string, RowChange>()
  const add = ({ table, rowid }: RowChange, which: 'earlier' | 'now', row: Row | undefined) => {
    const layout = layouts.get(table)
    if (!row || !layout) return
    const place = `${table} ${keyOf(layout, row)}`
    const known = rows.get(place) ?? { table, rowid, earlier: undefined, now: undefined }
    rows.set(place, { ...known, [which]: row, ...(which === 'now' ? { rowid } : {}) })
  }
  for (const change of changes) {
    add(change, 'earlier', change.earlier)
    add(change, 'now', change.now)
  }
  return [...rows.values()]
}

function backFrom(last: RowWrite | undefined): RowWrite[] {
  const found: RowWrite[] = []
  for (let write = last; write; write = write.before) found.push(write)
  return found
}

function hasSameKey({ columns, key }: Table, before: Row | undefined, after: Row): boolean {
  return (
    before !== undefined &&
    key.every((name) => {
      const at = columns.findIndex((column) => column.name === name)
      return sameValue(before[at] ?? null, after[at] ?? null)
    })
  )
}

export function sameRow(a: Row | undefined, b: Row | undefined): boolean {
  if (!a || !b) return a === b
  return a.length === b.length && a.every((value, at) => sameValue(value, b[at] ?? null))
}

export function sameValue(a: SqlValue, b: SqlValue): boolean {
  if (!(a instanceof Uint8Array && b instanceof Uint8Array)) return a === b
  return a.length === b.length && a.every((byte, at) => byte === b[at])
}

/** Columns in which two rows differ; of a row that is new or gone, all. */
export function changedColumns({ columns }: Table, before: Row | undefined, after: Row | undefined): string[] {
  return columns
    .filter((_, at) => !before || !after || !sameValue(before[at] ?? null, after[at] ?? null))
    .map(({ name }) => name)
}
