import type { Access, Row, Sqlite, SqlValue } from './port.ts'

/** Gives the rowid of a row by its key; `params` are the places, from 0, of the key's values among those of the query. */
export type KeyLookup = {
  readonly sql: string
  readonly params: readonly number[]
  /** Of the key; none where it is the rowid, of whose changes the update hook does not tell. */
  readonly columns: ReadonlySet<string>
}

/** What is known of the single rows that statements read and write. */
export type RowAccess = {
  /** Of the tables that a query reads, those of which it is one row at most: that which its unique key is bound to. */
  oneRow(sql: string, parameters: number): ReadonlyMap<string, KeyLookup>
  /** Whether a query of one table makes each of its rows of one row of the table, and of nothing else. */
  isRowByRow(sql: string, parameters: number): boolean
  /** Of the tables that a statement writes, those of which `takeWritten` may miss rows. */
  blind(sql: string): ReadonlySet<string>
  /** The database has other contents, or another schema. */
  forget(): void
}

/** Queries whose program was read and is kept in mind. */
const maxKnown = 1_000

export function createRowAccess(db: Pick<Sqlite, 'all' | 'access'>): RowAccess {
  const known = new Map<string, ReadonlyMap<string, KeyLookup>>()
  let layout: Layout | undefined

  const layoutNow = () => {
    layout ??= toLayout(db.all(layoutQuery))
    return layout
  }

  const programOf = (sql: string, parameters: number) => opsOf(db.all(`EXPLAIN ${sql}`, Array(parameters).fill(null)))

  return {
    oneRow(sql, parameters) {
      const before = known.get(sql)
      if (before) return before
      const { reads, writes } = db.access(sql)
      const isQuery = writes.size === 0 && reads.size > 0
      const found = readsOneRow(isQuery ? programOf(sql, parameters) : [], layoutNow())
      if (known.size >= maxKnown) known.clear()
      known.set(sql, found)
      return found
    },
    isRowByRow: (sql, parameters) =>
      db.access(sql).reads.size === 1 && !asksAgain(sql) && scansOnce(programOf(sql, parameters), layoutNow()),
    blind: (sql) => blindTables(sql, db.access(sql).writes, layoutNow()),
    forget() {
      known.clear()
      layout = undefined
    },
  }
}

/** How the tables with rowids are stored. */
type Layout = {
  /** By root page: a table or one of its indexes. `key` is that of a unique index of all rows, undefined for another. */
  readonly trees: ReadonlyMap<number, Tree>
  /** By table, the column that is another name of its rowid. */
  readonly rowidAlias: ReadonlyMap<string, string | undefined>
  /** A trigger or a table's constraint may write rows that the update hook does not tell of. */
  readonly hidesRows: boolean
}

type Tree = { readonly table: string; readonly isIndex: boolean; readonly key: readonly KeyColumn[] | undefined }

/** `sql` as it is compared in the index, which may be otherwise than the column is. */
type KeyColumn = { readonly name: string; readonly sql: string }

/** The columns are those of a unique index's key or, of a table, those that may be another name of its rowid. */
const layoutQuery = `
  SELECT s.rootpage, t.name, s.type = 'index', s.sql,
    iif(s.type = 'index',
      (SELECT json_group_array(json_array(i.name, i.coll) ORDER BY i.seqno) FROM pragma_index_xinfo(s.name) AS i
       WHERE i.key AND EXISTS
         (SELECT 1 FROM pragma_index_list(s.tbl_name) AS l WHERE l.name = s.name AND l."unique" AND NOT l.partial)),
      (SELECT json_group_array(json_array(c.name, NULL)) FROM pragma_table_info(s.name) AS c
       WHERE c.pk > 0 AND (upper(c.type) = 'INTEGER' OR c.pk > 1)))
  FROM sqlite_schema AS s
  LEFT JOIN pragma_table_list AS t ON t.schema = 'main' AND t.type = 'table' AND NOT t.wr AND t.name = s.tbl_name`

function toLayout(rows: readonly Row[]): Layout {
  const trees = new Map<number, Tree>()
  const rowidAlias = new Map<string, string | undefined>()
  let hidesRows = false
  for (const [root, table, isIndex, sql, json] of rows as [number, string | null, number, string | null, string][]) {
    hidesRows ||= sql !== null && mayHideRows(sql)
    if (table === null || root === 0) continue
    const columns = JSON.parse(json) as [name: string | null, collation: string][]
    if (!isIndex) rowidAlias.set(table, columns.length === 1 ? columns[0]![0]! : undefined)
    const key = isIndex && columns.length > 0 ? columns.map(keyColumn) : undefined
    // An expression has no name.
    trees.set(root, { table, isIndex: isIndex === 1, key: key?.every((name) => name !== undefined) ? key : undefined })
  }
  return { trees, rowidAlias, hidesRows }
}

function keyColumn([name, collation]: [name: string | null, collation: string]): KeyColumn | undefined {
  return name === null ? undefined : { name, sql: `${quoted(name)} COLLATE ${quoted(collation)}` }
}

/** Of the written tables, those of whose rows the update hook does not tell all: see `noteWrittenRows`. */
function blindTables(sql: string, writes: Access['writes'], { rowidAlias, hidesRows }: Layout): Set<string> {
  const isBlind = (table: string, columns: ReadonlySet<string> | '*') => {
    const alias = rowidAlias.get(table)
    return !rowidAlias.has(table) || (columns !== '*' && alias !== undefined && columns.has(alias))
  }
  const all = hidesRows || mayHideRows(sql)
  return new Set([...writes].filter(([table, columns]) => all || isBlind(table, columns)).map(([table]) => table))
}

/**
 * Of neither rows that REPLACE removes nor a rowid that is given up does the update hook tell. The word may stand for
 * something else: then the statement is only taken for more than it is.
 */
function mayHideRows(sql: string): boolean {
  return /\b(replace|(?<!without\s)rowid|_rowid_|oid)\b/i.test(sql)
}

type Op = {
  readonly name: string
  readonly p1: number
  readonly p2: number
  readonly p3: number
  readonly p4: SqlValue
}

function opsOf(explained: readonly Row[]): Op[] {
  return explained.map(([, name, p1, p2, p3, p4]) => ({ name, p1, p2, p3, p4: p4 ?? null }) as Op)
}

/** Whether there is a query within the query. A name or a text with such a word only hides what could be known. */
function asksAgain(sql: string): boolean {
  return /\bselect\b.*\bselect\b|\bin\b(?!\s*\()/is.test(sql)
}

/** Whether a table's rows are gone through once, by one index at most, and nothing is made of several of them. */
function scansOnce(ops: readonly Op[], { trees }: Layout): boolean {
  const opened = ops.flatMap(({ name, p2, p3 }) => (opens.has(name) ? [p3 === main ? trees.get(p2) : undefined] : []))
  const [first] = opened
  return (
    opened.every((tree) => tree && tree.table === first?.table) &&
    opened.filter((tree) => tree?.isIndex).length <= 1 &&
    opened.filter((tree) => !tree?.isIndex).length <= 1 &&
    !ops.some(({ name }) => name.startsWith('Agg') || name === 'Program' || name === 'VOpen')
  )
}

/**
 * The tables of which a query reads at most one row, found by a unique key that is bound to parameters: read off SQLite's
 * own program for it (https://sqlite.org/opcode.html), so it holds however the query was written. The programs look so:
 *
 *     OpenRead  0 todos                              OpenRead  0 users
 *     OpenRead  1 its index on id                    Variable  ?1 → r1
 *     Variable  ?1 → r1                              SeekRowid 0 r1
 *     IsNull    r1
 *     Affinity  r1
 *     SeekGE    1 r1      no Next follows: the key is unique
 *     IdxGT     1 r1
 *     DeferredSeek 1 → 0
 *
 * A program with anything else done to these cursors is not understood, and then the whole table counts as read.
 */
function readsOneRow(ops: readonly Op[], { trees }: Layout): ReadonlyMap<string, KeyLookup> {
  const cursors = Map.groupBy(
    ops.filter(({ name, p2, p3 }) => opens.has(name) && p3 === main && trees.has(p2)),
    ({ p2 }) => trees.get(p2)!.table,
  )
  const found = new Map<string, KeyLookup>()
  for (const [table, opened] of cursors) {
    const lookup = lookupOf(table, opened, ops, trees)
    if (lookup) found.set(table, lookup)
  }
  return found
}

function lookupOf(
  table: string,
  opened: readonly Op[],
  ops: readonly Op[],
  trees: Layout['trees'],
): KeyLookup | undefined {
  const indexes = opened.filter(({ p2 }) => trees.get(p2)!.isIndex)
  if (indexes.length > 1 || opened.length - indexes.length > 1) return undefined
  const numbers = new Set(opened.map(({ p1 }) => p1))
  if (ops.some(({ name, p1 }) => numbers.has(p1) && !harmless.has(name))) return undefined
  const seeks = ops.flatMap((op, at) => (numbers.has(op.p1) && seekNames.has(op.name) ? at : []))
  if (seeks.length !== 1) return undefined
  const [index] = indexes
  const key = index ? trees.get(index.p2)!.key : rowidKey
  const params = key && (index ? paramsOfIndex : paramsOfRowid)(ops, seeks[0]!, key.length)
  if (!params) return undefined
  const where = key.map(({ sql }) => `${sql} = ?`).join(' AND ')
  const columns = new Set(index ? key.map(({ name }) => name) : [])
  return { sql: `SELECT rowid FROM ${quoted(table)} WHERE ${where}`, params, columns }
}

const rowidKey: readonly KeyColumn[] = [{ name: 'rowid', sql: 'rowid' }]

function paramsOfRowid(ops: readonly Op[], at: number): number[] | undefined {
  const [variable, seek] = ops.slice(at - 1, at + 1) as [Op, Op]
  if (seek.name !== 'SeekRowid' || variable.name !== 'Variable' || variable.p2 !== seek.p3) return undefined
  return [variable.p1 - 1]
}

/** The registers of the key are filled one after the other, just before the seek. */
function paramsOfIndex(ops: readonly Op[], at: number, columns: number): number[] | undefined {
  const seek = ops[at]!
  const above = ops[at + 1]
  const isWholeKey = seek.name === 'SeekGE' && Number(seek.p4) === columns
  const isOnlyKey =
    above?.name === 'IdxGT' && above.p1 === seek.p1 && above.p3 === seek.p3 && Number(above.p4) === columns
  if (!isWholeKey || !isOnlyKey) return undefined
  const end = ops[at - 1]?.name === 'Affinity' ? at - 1 : at
  const filling = ops.slice(Math.max(end - 2 * columns, 0), end)
  const params: number[] = []
  for (let column = 0; column < columns; column++) {
    const [variable, isNull] = filling.slice(2 * column, 2 * column + 2)
    const register = seek.p3 + column
    if (variable?.name !== 'Variable' || variable.p2 !== register) return undefined
    if (isNull?.name !== 'IsNull' || isNull.p1 !== register) return undefined
    params.push(variable.p1 - 1)
  }
  return params
}

const opens = new Set(['OpenRead', 'OpenWrite', 'ReopenIdx'])
/** The number of the main database. */
const main = 0
const seekNames = new Set(['SeekGE', 'SeekRowid'])

/** What may be done to a cursor that has found its row, and what does not mean a cursor by its first operand. */
const harmless = new Set(
  [
    'OpenRead SeekGE SeekRowid IdxGT DeferredSeek Column Rowid IdxRowid NullRow Close Init Goto Halt',
    'Transaction Noop Once Gosub Return BeginSubrtn Variable Integer Int64 Real String8 Null Blob Copy',
    'SCopy Move Affinity Cast RealAffinity MustBeInt IsNull NotNull If IfNot IfPos IfNotZero DecrJumpZero',
    'OffsetLimit ResultRow MakeRecord Eq Ne Lt Le Gt Ge And Or Not Add Subtract Multiply Divide Remainder',
    'Concat Function PureFunc CollSeq AggStep AggStep1 AggFinal ZeroOrNull IsTrue Explain',
  ].flatMap((names) => names.split(' ')),
)

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}
