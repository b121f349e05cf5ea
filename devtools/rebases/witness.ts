/** Sees what a rebase did to the rows of this tab, for devtools: while a panel watches, and in bounds. */
import type { PageInspection } from '../../src/index.ts'
import type { SqlValue } from '../../src/sqlite/port.ts'
import type { RowChange, RowsChanged, WroteRows } from '../../src/trace.ts'

/** A table of no more rows is looked at whole; of a larger one, the rows that unconfirmed commits wrote. */
const small = 500
/** So many rows are looked at in all, and so many that changed are told. */
const most = { rows: 2_000, told: 50, noted: 2_000 }

type Table = { readonly name: string; readonly columns: readonly string[]; readonly key: readonly number[] }
type Seen = {
  readonly table: Table
  readonly isWhole: boolean
  readonly rows: ReadonlyMap<string, readonly SqlValue[]>
}

type Tables = Pick<PageInspection['tables'], 'all'>

export function createWitness(db: Tables, names: Iterable<string>) {
  let tables: readonly Table[] | undefined
  /** By table, the rows that were written since. */
  const noted = new Map<string, Set<SqlValue>>()

  const layout = () => {
    tables ??= [...names].map((name) => layoutOf(db, name))
    return tables
  }

  const look = ({ name, key, columns }: Table, where: string, params: readonly SqlValue[] = []) => {
    const list = columns.map(quoted).join(', ')
    const rows = db.all(`SELECT rowid, ${list} FROM ${quoted(name)} ${where}`, params)
    return new Map(rows.map((row) => [keyOf(row, key), row]))
  }

  const byRowid = (rowids: readonly SqlValue[]) => `WHERE rowid IN (${rowids.map(() => '?').join(', ')})`

  return {
    note(commits: readonly WroteRows[]) {
      for (const { rows } of commits) {
        for (const { table, rowid } of rows) {
          const known = noted.get(table) ?? new Set()
          noted.set(table, known)
          known.delete(rowid)
          known.add(rowid) // the last ones stay
          if (known.size > most.noted) known.delete(known.values().next().value!)
        }
      }
    },
    /** The rows as they are, to be asked afterwards what became of them. */
    look(): () => RowsChanged {
      let left = most.rows
      const seen = layout().flatMap((table): Seen[] => {
        if (left <= 0) return []
        const whole = look(table, `LIMIT ${small + 1}`)
        const isWhole = whole.size <= Math.min(small, left)
        const rowids = [...(noted.get(table.name) ?? [])].slice(-left)
        const rows = isWhole ? whole : look(table, byRowid(rowids), rowids)
        left -= rows.size
        return [{ table, isWhole, rows }]
      })
      return () => {
        const changes = seen.flatMap(({ table, isWhole, rows }) => {
          const rowids = [...(noted.get(table.name) ?? [])].slice(-most.rows)
          const now = isWhole ? look(table, `LIMIT ${most.rows}`) : look(table, byRowid(rowids), rowids)
          return changesOf(table, isWhole, rows, now)
        })
        return { count: changes.length, changes: changes.slice(0, most.told) }
      }
    },
  }
}

function changesOf({ name, columns }: Table, isWhole: boolean, before: Seen['rows'], after: Seen['rows']): RowChange[] {
  const toRow = (row: readonly SqlValue[] | undefined) =>
    row ? Object.fromEntries(columns.map((column, at) => [column, plain(row[at + 1]!)])) : null
  const changed = [...new Set([...before.keys(), ...after.keys()])].flatMap((key): RowChange[] => {
    const [was, is] = [before.get(key), after.get(key)]
    if (was && is && was.slice(1).every((value, at) => plain(value) === plain(is[at + 1]!))) return []
    // Of a large table only some rows were looked at before.
    const isNew = !was && !isWhole
    return [{ table: name, key, before: isNew ? 'unknown' : toRow(was), after: toRow(is) }]
  })
  return changed
}

function layoutOf(db: Tables, name: string): Table {
  const info = db.all(`PRAGMA table_info(${quoted(name)})`) as [number, string, string, number, SqlValue, number][]
  const key = info.flatMap(([, , , , , place], at) => (place > 0 ? at + 1 : []))
  return { name, columns: info.map(([, column]) => column), key: key.length > 0 ? key : [0] }
}

const keyOf = (row: readonly SqlValue[], key: readonly number[]) => key.map((at) => plain(row[at]!)).join(' ')

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

function plain(value: SqlValue): string | number | null {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return `${value.length} bytes: ${value.slice(0, 16).join(' ')}`
  return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value
}
