import { sql } from 'drizzle-orm'
import type { Schema, Store } from '../src/index.ts'
import type { SqlValue } from '../src/sqlite/port.ts'
import type { SqliteModule } from '../src/sqlite/wa-sqlite.ts'
import { openReplay, type readLog, twice } from '../src/testing/simulator/replay.ts'

/** Rows as sorted text, by table. */
type Content = ReadonlyMap<string, readonly string[]>

type Compared = {
  readonly schema: Schema
  readonly sqlite: SqliteModule
  readonly log: Awaited<ReturnType<typeof readLog>>
  readonly clients: readonly { readonly tabs: readonly { readonly name: string; readonly store: Store }[] }[]
}

/** At most this many rows of a table are told. */
const maxTold = 5

/**
 * Where tabs show something else than a fresh replay of the backend's log, where those of one client do not agree about its
 * own tables, and what stands twice in the log; in words, nothing if all is well.
 */
export function differences({ schema, sqlite, log, clients }: Compared): string[] {
  const own = schema.clientOnlyTables
  const synced = [...schema.tables].filter((table) => !own.has(table))
  const replayed = ofReplay(schema, sqlite, log, synced)
  const found = twice(log)
  for (const { tabs } of clients) {
    for (const tab of tabs) found.push(...compare(tab.name, ofStore(tab.store, synced), 'the replay', replayed))
    const [first, ...others] = tabs
    if (!first) continue
    const expected = ofStore(first.store, [...own])
    for (const tab of others) found.push(...compare(tab.name, ofStore(tab.store, [...own]), first.name, expected))
  }
  return found
}

function ofReplay(schema: Schema, sqlite: SqliteModule, log: Compared['log'], tables: readonly string[]): Content {
  const db = openReplay(sqlite, schema, log)
  const content = contentOf(tables, (text) => {
    const columns = db.columns(text)
    return db.all(text).map((row) => Object.fromEntries(row.map((value, index) => [columns[index], value])))
  })
  db.close()
  return content
}

function ofStore(store: Store, tables: readonly string[]): Content {
  return contentOf(tables, (text) => store.query(sql.raw(text) as ReturnType<typeof sql<object>>))
}

function contentOf(tables: readonly string[], query: (text: string) => readonly object[]): Content {
  return new Map(
    tables.map((table) => [
      table,
      query(`SELECT * FROM ${quoted(table)}`)
        .map(print)
        .toSorted(),
    ]),
  )
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

/** A row as text; values that differ have different texts. */
function print(row: object): string {
  const columns = Object.entries(row) as [string, SqlValue][]
  return `{ ${columns.map(([column, value]) => `${column}: ${printValue(value)}`).join(', ')} }`
}

function printValue(value: SqlValue): string {
  if (typeof value === 'bigint') return `${value}n`
  if (value instanceof Uint8Array) return `x'${Buffer.from(value).toString('hex')}'`
  return typeof value === 'number' ? `${value}` : JSON.stringify(value)
}

function compare(name: string, shown: Content, otherName: string, other: Content): string[] {
  return [...shown].flatMap(([table, rows]) => {
    const expected = other.get(table)!
    const only = [
      ...without(rows, expected).map((row) => `only in ${name}: ${row}`),
      ...without(expected, rows).map((row) => `only in ${otherName}: ${row}`),
    ]
    if (only.length === 0) return []
    const more = only.length > maxTold ? [`and ${only.length - maxTold} more`] : []
    return [[`${name}, table ${table}`, ...only.slice(0, maxTold), ...more].join('\n    ')]
  })
}

/** What is in `rows` more often than in `others`. */
function without(rows: readonly string[], others: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const row of others) counts.set(row, (counts.get(row) ?? 0) + 1)
  return rows.filter((row) => {
    const left = counts.get(row) ?? 0
    counts.set(row, left - 1)
    return left <= 0
  })
}
