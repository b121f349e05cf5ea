/**
 * The `Sqlite` port: one synchronous database connection, the same in a tab's memory, in Node and on OPFS.
 * Everything above this room talks to SQLite through it.
 */

/** Integers come back as `number` up to 2⁵³ − 1 and as `bigint` beyond. `NaN` is stored as null. */
export type SqlValue = null | number | bigint | string | Uint8Array

export type Row = SqlValue[]

/** What a statement reads and writes, told by SQLite's authorizer when it was prepared; views and triggers are seen through. */
export type Access = {
  /** Table to the columns that are read; an empty set says that only its rows matter (`count(*)`). */
  readonly reads: ReadonlyMap<string, ReadonlySet<string>>
  /** Table to the columns that are updated, or `'*'` where rows are inserted or deleted. */
  readonly writes: ReadonlyMap<string, ReadonlySet<string> | '*'>
}

/** A row that was inserted, updated or deleted. */
export type WrittenRow = { readonly table: string; readonly rowid: number | bigint }

/** How much a query may give, and take. */
export type Bounds = {
  readonly rows: number
  /** Of text, in characters, and of blobs. */
  readonly bytes: number
  /** Asked again and again while it runs. */
  isOver(): boolean
}

export type Sqlite = {
  /** Runs one statement to its end. */
  run(sql: string, params?: readonly SqlValue[]): void
  /** Runs one statement and gives its rows as arrays, in column order; the first `most` of them, if that is given. */
  all(sql: string, params?: readonly SqlValue[], most?: number): Row[]
  /**
   * As `all`, for SQL of which nothing is known. Throws a `SqliteError`: 8 where it does more than read, 9 where time is over
   * and 18 where there is more to give than may be.
   */
  read(sql: string, params: readonly SqlValue[], bounds: Bounds): Row[]
  /** Runs any number of statements without parameters; none is kept. */
  exec(sql: string): void
  /** Names of the result columns of one statement. */
  columns(sql: string): readonly string[]
  /** What one statement touches. Prepares it, so an unknown table or column throws here. */
  access(sql: string): Access
  /** Notes, from now on, which rows are written. */
  noteWritten(): void
  /** The rows that were written since this was last asked, in the order of writing; a row may be there more than once. */
  takeWritten(): readonly WrittenRow[]
  /** The whole database, with what is pending in an open transaction, as the bytes of a file that any SQLite reads. */
  serialize(): Uint8Array
  /** Replaces this in-memory database by those bytes; no bytes are an empty one. Throws on a database on disk. */
  deserialize(bytes: Uint8Array): void
  /** Finalizes what was prepared and closes the connection. Every later call throws, except `close`, which does nothing then. */
  close(): void
}

/** What SQLite refused: its extended result code, its name and its message. In the SQL, `▸` stands before where it stopped. */
export class SqliteError extends Error {
  override name = 'SqliteError'
  /** Extended result code, e.g. 1555. */
  readonly code: number
  readonly sql: string | undefined
  /** The character of `sql` at which SQLite stopped, where it says so. */
  readonly at: number | undefined

  constructor(
    code: number,
    message: string,
    sql?: string,
    options: ErrorOptions & { readonly at?: number | undefined } = {},
  ) {
    super(`${resultName(code)}: ${message}${sql ? ` in: ${shortened(sql, options.at)}` : ''}`, options)
    this.code = code
    this.sql = sql
    this.at = options.at
  }

  /** Primary result code, e.g. 19 for `SQLITE_CONSTRAINT`. */
  get primary(): number {
    return this.code & 0xff
  }
}

/** Of a long statement, the part around the place, with a mark there, or its beginning. */
function shortened(sql: string, at: number | undefined): string {
  const marked = at === undefined ? sql : `${sql.slice(0, at)}▸${sql.slice(at)}`
  const from = Math.max(0, (at ?? 0) - 400)
  const part = marked.slice(from, from + 500)
  return `${from > 0 ? '…' : ''}${part}${from + 500 < marked.length ? '…' : ''}`
}

const resultNames: { readonly [code: number]: string } = {
  1: 'SQLITE_ERROR',
  2: 'SQLITE_INTERNAL',
  3: 'SQLITE_PERM',
  4: 'SQLITE_ABORT',
  5: 'SQLITE_BUSY',
  6: 'SQLITE_LOCKED',
  7: 'SQLITE_NOMEM',
  8: 'SQLITE_READONLY',
  9: 'SQLITE_INTERRUPT',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  12: 'SQLITE_NOTFOUND',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  15: 'SQLITE_PROTOCOL',
  17: 'SQLITE_SCHEMA',
  18: 'SQLITE_TOOBIG',
  19: 'SQLITE_CONSTRAINT',
  20: 'SQLITE_MISMATCH',
  21: 'SQLITE_MISUSE',
  23: 'SQLITE_AUTH',
  25: 'SQLITE_RANGE',
  26: 'SQLITE_NOTADB',
}

function resultName(code: number): string {
  return resultNames[code & 0xff] ?? `SQLITE_${code}`
}
