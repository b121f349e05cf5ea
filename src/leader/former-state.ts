/**
 * While a build makes the state from a long log, what the build before made in the same tables is read. It is kept in a file of its
 * own until the state is made, so that a leader that dies meanwhile leaves it to the next.
 */
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { EventLog } from '../replica/event-log.ts'
import { baseOf, createStateTables, keyOf, type State } from '../replica/state.ts'
import type { Schema } from '../schema/schema.ts'
import { type Sqlite, SqliteError } from '../sqlite/port.ts'
import { createRebuild, far } from './rebuild.ts'
import { formerFile, type Storage, stateFile } from './storage-port.ts'

type Options = {
  readonly storage: Storage
  readonly schema: Schema
  readonly log: EventLog
  readonly stateOf: (db: Sqlite) => State
}

/**
 * The bytes of the former state at the log's head, if it can be brought there and is to be read. `reused` is the state, where this build
 * has begun it; where not, what is in its place is kept if it can be read, and its place is free then.
 */
export function formerState(options: Options, reused: Sqlite | undefined): Uint8Array | undefined {
  const { storage, log } = options
  if (log.confirmed.global - (reused ? baseOf(reused).global : 0) <= far) return undefined
  const inPlace = reused ? undefined : read(options, stateFile)
  const former = storage.hasFormer() ? read(options, formerFile) : undefined
  // A build that was not done with it may have left a state that is less.
  if (!inPlace || (former && former.head > inPlace.head)) return former?.bytes
  storage.keepFormer()
  return inPlace.bytes
}

/** Undefined where it is of another history or other tables, damaged, or far behind. `head` is the last event that its build applied. */
function read(options: Options, file: typeof stateFile | typeof formerFile) {
  const { storage, schema, log, stateOf } = options
  const copy = storage.openMemory()
  let db: Sqlite | undefined
  try {
    db = storage.open(file)
    if (!keyOf(db)?.startsWith(`${log.identity.epoch} `) || !hasTablesOf(schema, db, storage)) return undefined
    const head = baseOf(db).global
    copy.deserialize(db.serialize())
    db.run('PRAGMA wal_checkpoint(TRUNCATE)') // it is renamed in one step, as one file
    const bytes = upTo(log, copy, stateOf)
    return bytes && { head, bytes }
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error
    return undefined
  } finally {
    db?.close()
    copy.close()
  }
}

function hasTablesOf(schema: Schema, db: Sqlite, storage: Storage): boolean {
  const empty = storage.openMemory()
  try {
    createStateTables(empty, schema.ddl, '')
    const [ours, theirs] = [empty, db].map((each) =>
      each.all('SELECT type, name, sql FROM sqlite_schema ORDER BY type, name'),
    )
    return JSON.stringify(ours) === JSON.stringify(theirs)
  } finally {
    empty.close()
  }
}

function upTo(log: EventLog, db: Sqlite, stateOf: Options['stateOf']): Uint8Array | undefined {
  if (EventSequenceNumber.compare(baseOf(db), log.confirmed) > 0) return undefined
  const state = stateOf(db)
  const rest = createRebuild(log, state)
  if (rest.isLong) return undefined
  while (rest.step());
  state.close()
  return db.serialize()
}
