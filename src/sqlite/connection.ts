import { readTables, type Tables, toAccess } from './access.ts'
import { type Authorizer, installAuthorizer, type Seen } from './authorizer.ts'
import type { Binder } from './bind.ts'
import { deserialize, dropTableFunctions, looksLikeDatabase, serialize } from './bytes.ts'
import { readRow } from './column.ts'
import { type Cause, failure, openHandle } from './handle.ts'
import { whileNot } from './interrupt.ts'
import { type Access, type Bounds, type Row, type Sqlite, SqliteError, type SqlValue, type WrittenRow } from './port.ts'
import { createPreparer, type Preparer } from './prepare.ts'
import { DONE, OK, type Pointer, type Raw, ROW } from './raw.ts'
import { createStatements, type Statement, type Statements } from './statements.ts'
import { readCString } from './text.ts'
import { noteWrittenRows, type WrittenRows } from './written-rows.ts'

export type ConnectionOptions = {
  /** What all connections of one wasm module share. */
  readonly shared: Shared
  readonly filename: string
  readonly vfs?: string | undefined
  /** Asked when SQLite says that the file system refused. */
  readonly cause?: Cause | undefined
  /** Called with the open handle. */
  readonly onOpen?: ((raw: Raw, db: Pointer) => void) | undefined
}

export type Shared = { readonly raw: Raw; readonly binder: Binder }

const keptStatements = 256
const noParams: readonly SqlValue[] = []

/** A connection on the raw exports of the wasm module: nothing is asynchronous, and a statement is prepared once. */
export class Connection implements Sqlite {
  readonly #raw: Raw
  readonly #binder: Binder
  readonly #db: Pointer
  readonly #cause: Cause
  readonly #inMemory: boolean
  readonly #authorizer: Authorizer
  readonly #preparer: Preparer
  readonly #statements: Statements
  #tables: Tables | undefined
  #writtenRows: WrittenRows | undefined
  #schemaIsPending = false
  #closed = false

  constructor({ shared, filename, vfs, cause = () => undefined, onOpen }: ConnectionOptions) {
    const { raw, binder } = shared
    this.#raw = raw
    this.#binder = binder
    this.#cause = cause
    this.#inMemory = filename === ':memory:'
    this.#db = openHandle(raw, filename, vfs, cause)
    onOpen?.(raw, this.#db)
    this.#authorizer = installAuthorizer(raw, this.#db)
    this.#preparer = createPreparer({
      raw,
      db: this.#db,
      authorizer: this.#authorizer,
      fail: (rc, sql) => this.#failure(rc, sql),
    })
    this.#statements = createStatements({
      capacity: keptStatements,
      prepare: (sql) => this.#prepare(sql),
      finalize: (statement) => raw.finalize(statement.handle),
    })
    this.exec('PRAGMA temp_store = memory') // temporary files have no place to be
  }

  run(sql: string, params: readonly SqlValue[] = noParams): void {
    this.#execute(sql, params, undefined)
  }

  all(sql: string, params: readonly SqlValue[] = noParams, most = Number.POSITIVE_INFINITY): Row[] {
    const rows: Row[] = []
    this.#execute(sql, params, rows, most)
    return rows
  }

  read(sql: string, params: readonly SqlValue[], bounds: Bounds): Row[] {
    this.#assertOpen()
    const onlyReads = this.#withStatement(sql, ({ seen, columns }) => seen.onlyReads && columns > 0)
    if (!onlyReads) throw new SqliteError(8, 'this does more than read', sql)
    const rows = createBoundedRows(bounds, sql)
    whileNot(this.#raw, this.#db, bounds.isOver, () => this.#execute(sql, params, rows))
    return rows.all
  }

  exec(sql: string): void {
    this.#assertOpen()
    this.#preparer.each(sql, ({ handle, seen }) => {
      try {
        this.#step(handle, 0, sql)
      } finally {
        this.#forgetIfSchemaChanged(seen)
      }
    })
  }

  columns(sql: string): readonly string[] {
    return this.#withStatement(sql, (statement) => (statement.names ??= this.#names(statement)))
  }

  access(sql: string): Access {
    return this.#withStatement(sql, (statement) => {
      this.#tables ??= readTables((ask) => this.all(ask))
      statement.access ??= toAccess(statement.seen, this.#tables)
      return statement.access
    })
  }

  noteWritten(): void {
    this.#assertOpen()
    this.#writtenRows ??= noteWrittenRows(this.#raw, this.#db)
  }

  takeWritten(): readonly WrittenRow[] {
    return this.#writtenRows?.take() ?? []
  }

  serialize(): Uint8Array {
    this.#assertOpen()
    // Bytes that were deserialized are copied from below the page cache, where an open transaction has not arrived yet.
    if (this.#inMemory) this.#raw.db_cacheflush(this.#db)
    this.#cause() // what was thrown before is of no interest
    const bytes = serialize(this.#raw, this.#db)
    if (typeof bytes === 'number') throw this.#failure(bytes)
    // SQLite itself gives zeros for what it cannot read.
    const cause = this.#cause()
    if (cause !== undefined) throw new SqliteError(11, 'a page cannot be read', undefined, { cause })
    return bytes
  }

  deserialize(bytes: Uint8Array): void {
    this.#assertOpen()
    if (!this.#inMemory) throw new SqliteError(21, 'only a database in memory can be replaced by bytes')
    if (!looksLikeDatabase(bytes)) throw new SqliteError(26, 'these bytes are not a database')
    if (!this.#isAutocommit()) throw new SqliteError(21, 'a transaction is open')
    this.#forgetSchema()
    dropTableFunctions(this.#raw, this.#db)
    const rc = deserialize(this.#raw, this.#db, bytes)
    if (rc !== OK) throw this.#failure(rc)
    this.run('PRAGMA schema_version') // reads the header, so damaged bytes are refused here
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#statements.clear()
    this.#writtenRows?.stop()
    this.#authorizer.stop()
    this.#raw.close_v2(this.#db)
  }

  #prepare(sql: string): Statement {
    this.#assertOpen()
    const { handle, seen } = this.#preparer.one(sql)
    return {
      sql,
      handle,
      seen,
      parameters: this.#raw.bind_parameter_count(handle),
      columns: this.#raw.column_count(handle),
      names: undefined,
      access: undefined,
      bound: [],
      busy: false,
      kept: false,
      used: false,
    }
  }

  #execute(sql: string, params: readonly SqlValue[], rows: Rows | undefined, most?: number): void {
    const statement = this.#statements.take(sql)
    const { handle } = statement
    const mark = this.#binder.mark()
    let clear = true
    try {
      if (params.length !== statement.parameters) throw wrongCount(statement, params)
      clear = this.#binder.bind(statement, params)
      this.#step(handle, statement.columns, sql, rows, most)
    } finally {
      this.#raw.reset(handle)
      if (clear) this.#clearBindings(statement)
      this.#binder.rewind(mark)
      this.#statements.give(statement)
      this.#forgetIfSchemaChanged(statement.seen)
    }
  }

  #clearBindings({ handle, bound }: Statement): void {
    this.#raw.clear_bindings(handle)
    bound.length = 0
  }

  #step(handle: Pointer, columns: number, sql: string, rows?: Rows, most?: number): void {
    const raw = this.#raw
    let rc = raw.step(handle)
    while (rc === ROW) {
      if (rows && rows.push(readRow(raw, handle, columns)) === most) return
      rc = raw.step(handle)
    }
    if (rc !== DONE) throw this.#failure(rc, sql)
  }

  #withStatement<T>(sql: string, use: (statement: Statement) => T): T {
    const statement = this.#statements.take(sql)
    try {
      return use(statement)
    } finally {
      this.#statements.give(statement)
    }
  }

  #names({ handle, columns }: Statement): readonly string[] {
    const raw = this.#raw
    return Array.from({ length: columns }, (_, i) => readCString(raw.heap(), raw.column_name(handle, i)))
  }

  /** Statements know their columns and what they touch; a changed schema, or one that is rolled back, makes that false. */
  #forgetIfSchemaChanged(seen: Seen): void {
    const mayBeUndone = this.#schemaIsPending && (seen.isTransaction || this.#isAutocommit())
    if (!seen.changesSchema && !mayBeUndone) return
    this.#forgetSchema()
    this.#schemaIsPending = !this.#isAutocommit()
  }

  #isAutocommit(): boolean {
    return this.#raw.get_autocommit(this.#db) !== 0
  }

  #forgetSchema(): void {
    this.#statements.clear()
    this.#tables = undefined
  }

  #assertOpen(): void {
    if (this.#closed) throw new SqliteError(21, 'the connection is closed')
  }

  #failure(rc: number, sql?: string): SqliteError {
    return failure(this.#raw, this.#db, rc, sql, this.#cause)
  }
}

/** Takes rows, one after the other. */
type Rows = { push(row: Row): number }

/** Throws where there are more than there may be. */
function createBoundedRows({ rows: mostRows, bytes: mostBytes }: Bounds, sql: string) {
  const all: Row[] = []
  let bytes = 0
  return {
    all,
    push(row: Row) {
      if (all.length === mostRows) throw new SqliteError(18, `there are more than ${mostRows} rows`, sql)
      for (const value of row) if (typeof value === 'string' || value instanceof Uint8Array) bytes += value.length
      if (bytes > mostBytes) throw new SqliteError(18, `the rows have more than ${mostBytes} bytes`, sql)
      return all.push(row)
    },
  }
}

// 25 is what SQLite itself answers when a parameter that is not there gets bound.
function wrongCount({ parameters, sql }: Statement, params: readonly SqlValue[]): SqliteError {
  return new SqliteError(25, `${parameters} parameters are needed, ${params.length} were given`, sql)
}
