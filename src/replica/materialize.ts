import type { Commit, EncodedEvent } from '../event/commit.ts'
import { reservedPrefix } from '../schema/ddl.ts'
import { SchemaError } from '../schema/errors.ts'
import { compileQuery, compileWrite, type Query, type Statement, type Write } from '../schema/query.ts'
import { decodeEvent, type MaterializerContext, type Schema } from '../schema/schema.ts'
import type { RowAccess } from '../sqlite/one-row.ts'
import { type Access, type Sqlite, SqliteError, type WrittenRow } from '../sqlite/port.ts'
import { MaterializeError } from './errors.ts'
import { rowsOf } from './rows.ts'

/** What commits wrote, one after the other. */
export type Touched = readonly CommitTouched[]

export type CommitTouched = {
  readonly commitId: string
  /** By statement; equal statements give the same object. */
  readonly statements: readonly Written[]
  /** Of tables that no statement is blind to, all rows that it wrote. */
  readonly rows: readonly WrittenRow[]
}

export type Written = { readonly writes: Access['writes']; readonly blind: ReadonlySet<string> }

/** `once`: the commit is not expected to be applied again, so nothing is kept for that. */
export type Materialize = (commit: Commit, once?: boolean) => Touched

type Options = {
  readonly db: Sqlite
  readonly schema: Schema
  readonly onUnknownEvent: (event: EncodedEvent) => void
  /** Tells of single rows; without it, statements are blind to all that they write. */
  readonly rows?: Pick<RowAccess, 'blind'>
}

/**
 * Applies one commit to the state, whole or not at all.
 *
 * Throws a `MaterializeError` when the commit cannot apply here; it then had no effect. Any other error is the storage's
 * (a full disk, I/O, memory) and says nothing about the commit.
 */
export function createMaterialize({ db, schema, onUnknownEvent, rows }: Options): Materialize {
  const check = createAccessCheck(db, schema, rows)
  if (rows) db.noteWritten()

  const writesOf = (event: EncodedEvent, once: boolean): readonly Write[] => {
    const reader = schema.eventReader(event.name)
    if (!reader) {
      onUnknownEvent(event)
      return []
    }
    const writes = schema.materializer(reader.def.name)!(
      decodeEvent(reader, event, once),
      contexts[event.synced ? 'synced' : 'clientOnly'],
    )
    return Array.isArray(writes) ? (writes as readonly Write[]) : [writes as Write]
  }

  const context = (synced: boolean): MaterializerContext => ({
    query<Row>(query: Query<Row>): Row[] {
      const compiled = compileQuery(query)
      check(compiled.sql, synced)
      return rowsOf(db, compiled)
    },
  })
  const contexts = { synced: context(true), clientOnly: context(false) }

  const run = (write: Write, synced: boolean): Written => {
    const { sql, params }: Statement = compileWrite(write)
    const written = check(sql, synced)
    db.run(sql, params)
    return written
  }

  const runAll = (writes: readonly Write[], synced: boolean, touched: Written[]) => {
    for (const write of writes) touched.push(run(write, synced))
  }

  const applyEvent = (event: EncodedEvent, commit: Commit, once: boolean, isAlone: boolean, touched: Written[]) => {
    try {
      const writes = writesOf(event, once)
      if (isAlone && writes.length > 1) atomically(db, () => runAll(writes, event.synced, touched))
      else runAll(writes, event.synced, touched)
    } catch (error) {
      throw isStorageFailure(error) ? error : new MaterializeError(event.name, commit.commitId, error)
    }
  }

  const apply = (commit: Commit, once: boolean): readonly Written[] => {
    const touched: Written[] = []
    const { events } = commit
    const applyAll = () => {
      for (const event of events) applyEvent(event, commit, once, events.length === 1, touched)
    }
    // One statement is atomic by itself: the common case needs no savepoint.
    if (events.length === 1) applyAll()
    else atomically(db, applyAll)
    return touched
  }

  return (commit, once = false) => {
    try {
      return [{ commitId: commit.commitId, statements: apply(commit, once), rows: db.takeWritten() }]
    } catch (error) {
      db.takeWritten() // they were not written after all
      throw error
    }
  }
}

function atomically(db: Sqlite, body: () => void) {
  db.run('SAVEPOINT headwater_commit')
  try {
    body()
  } catch (error) {
    if (!isStorageFailure(error)) db.run('ROLLBACK TO headwater_commit')
    db.run('RELEASE headwater_commit')
    throw error
  }
  db.run('RELEASE headwater_commit')
}

/** SQLITE_ERROR, CONSTRAINT, MISMATCH, RANGE and TOOBIG are the statement's own; every other code is the storage's. */
const statementErrors = new Set([1, 18, 19, 20, 25])

/** Whether the disk, the memory or the wasm module failed, rather than the materializer. */
export function isStorageFailure(error: unknown): boolean {
  if (error instanceof SqliteError) return !statementErrors.has(error.primary)
  return error instanceof WebAssembly.RuntimeError
}

/** What statements of one SQL write, for synced and for client-only events. */
type Checked = { readonly synced: Map<string, Written>; readonly clientOnly: Map<string, Written> }

/** It follows from the schema alone, so all databases of a schema share what one found out; with rows, and without. */
const checkedBySchema = { rows: new WeakMap<Schema, Checked>(), tables: new WeakMap<Schema, Checked>() }
/** Statements of one schema that are kept in mind. */
const maxChecked = 1_000

function checkedFor(schema: Schema, rows: Options['rows']): Checked {
  const schemas = checkedBySchema[rows ? 'rows' : 'tables']
  const checked = schemas.get(schema) ?? { synced: new Map(), clientOnly: new Map() }
  schemas.set(schema, checked)
  return checked
}

/**
 * Clients must come to the same state: synced events write only shared tables and read no client-only one, client-only
 * events write only client-only tables. Decided once for each statement, when it is first prepared.
 */
function createAccessCheck(db: Sqlite, schema: Schema, rows: Options['rows']) {
  const checked = checkedFor(schema, rows)
  const blindTo = (sql: string, writes: Access['writes']) =>
    rows && writes.size > 0 ? rows.blind(sql) : new Set(writes.keys())
  return (sql: string, synced: boolean): Written => {
    const known = checked[synced ? 'synced' : 'clientOnly']
    const before = known.get(sql)
    if (before) return before
    const { reads, writes } = db.access(sql)
    for (const table of writes.keys()) checkWrite(schema, table, synced)
    if (synced) for (const table of reads.keys()) checkShared(schema, table, 'reads')
    if (known.size >= maxChecked) known.clear()
    const written = { writes, blind: blindTo(sql, writes) }
    known.set(sql, written)
    return written
  }
}

function checkWrite(schema: Schema, table: string, synced: boolean) {
  if (table.startsWith(reservedPrefix))
    throw new SchemaError(`table "${table}" is Headwater's, and no materializer may write it`)
  if (synced) checkShared(schema, table, 'writes')
  else if (!schema.clientOnlyTables.has(table)) {
    throw new SchemaError(
      `a client-only event writes table "${table}", which is shared; declare it clientOnly(), or sync the event`,
    )
  }
}

function checkShared(schema: Schema, table: string, does: string) {
  if (!schema.clientOnlyTables.has(table)) return
  throw new SchemaError(
    `a synced event ${does} table "${table}", which is client-only; other clients would not have its rows`,
  )
}
