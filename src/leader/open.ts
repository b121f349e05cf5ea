import * as EventSequenceNumber from '../event/sequence-number.ts'
import { closeAll } from '../replica/closing.ts'
import type { Env } from '../replica/env.ts'
import { type EventLog, NewerLog } from '../replica/event-log.ts'
import { createMaterialize, type Materialize } from '../replica/materialize.ts'
import { baseOf, createStateTables, keyOf, openState, type State } from '../replica/state.ts'
import { createUnknownEventHandler, newerBuildHas } from '../replica/unknown-event.ts'
import type { Schema } from '../schema/schema.ts'
import { createRowAccess } from '../sqlite/one-row.ts'
import { type Sqlite, SqliteError } from '../sqlite/port.ts'
import type { TraceSource } from '../trace.ts'
import { formerState } from './former-state.ts'
import { type Beginning, beginLog, newIdentity, openLog } from './open-log.ts'
import type { Tables } from './queries.ts'
import { createRebuild, type Rebuild } from './rebuild.ts'
import { formerFile, type Storage, stateFile } from './storage-port.ts'
import { isDamage } from './storage-problem.ts'

type Options = {
  readonly storeId: string
  readonly storage: Storage
  readonly schema: Schema
  readonly env: Env
  readonly traces: TraceSource
  /** The storage was found damaged before: nothing is trusted that was not looked at. */
  readonly doubtful?: boolean
  /** That of a log which is begun here; another one each time, unless it is given. */
  readonly epoch?: string | undefined
  /** Called again and again by what takes long: whoever watches this thread may think that it hangs. */
  readonly onBusy?: (() => void) | undefined
  /** As `EventLog.orderedBy`; undefined where nothing may be written. */
  readonly orderedBy?: 'client' | 'backend' | undefined
  /** A state that is far behind the log is left so, and the rest is `Stores.rebuild`. */
  readonly inSlices?: boolean
}

export type Stores = {
  readonly log: EventLog
  readonly state: State
  readonly tables: Tables
  /** What is left to do before the state can be used; undefined where nothing is. */
  readonly rebuild: Rebuild | undefined
  /** With `rebuild`, where an earlier build has left one: what it made of the log in the same tables, as bytes. */
  readonly stale: Uint8Array | undefined
  /** Closes both, and archives the log for one of another epoch. */
  putAside(beginning: Beginning): void
  /** Closes both. The storage stays open. */
  release(): void
  /** Closes both, and the storage. */
  close(): void
}

/**
 * Opens the log, the truth, and the state, a cache that is brought up to it or made anew. A damaged log is put aside, and a new
 * one of another epoch begun. Throws what `problemOf` names, and has then closed what it opened.
 */
export function openStores(options: Options): Stores {
  const { storeId, storage, env, epoch, doubtful = false } = options
  storage.rescue(env.now())
  const log = openLog({ storeId, storage, env, epoch, doubtful })
  try {
    return withState(options, log, doubtful ? 'anew' : 'as it is')
  } catch (error) {
    log.close()
    if (!isDamage(error)) throw error
    // Of the state, which is made again; or of the log, which is looked through now.
    const checked = openLog({ storeId, storage, env, epoch, doubtful: true })
    try {
      return withState(options, checked, 'anew')
    } catch (again) {
      checked.close()
      throw again
    }
  }
}

function withState(
  { storeId, storage, schema, traces, env, epoch, onBusy, orderedBy, inSlices }: Options,
  log: EventLog,
  how: 'as it is' | 'anew',
): Stores {
  assertKnown(schema, log)
  if (orderedBy) log.orderedBy(orderedBy, () => newIdentity(env, epoch).epoch)
  // A state belongs to one schema and one history of the log.
  const key = `${log.identity.epoch} ${schema.fingerprint}`
  const onUnknownEvent = createUnknownEventHandler({ schema, tier: 'leader', traces })
  const stateOf = (db: Sqlite) =>
    openState(db, saying(createMaterialize({ db, schema, onUnknownEvent, rows: createRowAccess(db) }), onBusy))
  const reused = how === 'as it is' ? reuse(storage, key, log) : undefined
  const open = () => {
    const stale = inSlices && how === 'as it is' ? formerState({ storage, schema, log, stateOf }, reused) : undefined
    if (!stale) storage.delete(formerFile)
    return { stale, db: reused ?? create(storage, schema, key) }
  }
  const { stale, db } = orClose(reused, open)
  try {
    const state = stateOf(db)
    const rebuild = createRebuild(log, state)
    const isLater = inSlices && rebuild.isLong
    if (!isLater) while (rebuild.step()) onBusy?.()
    return {
      log,
      state,
      tables: db,
      rebuild: isLater ? rebuild : undefined,
      stale,
      putAside(beginning) {
        db.close()
        storage.delete(formerFile)
        storage.replaceLog('reset', env.now(), (next) => beginLog(next, storeId, newIdentity(env), beginning))
      },
      release: () => closeAll(() => db.close(), log.close),
      // The files first: to bring into the databases what SQLite keeps beside them takes time, and the next leader waits.
      close: () => closeAll(storage.close, () => db.close(), log.close),
    }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Commits between two words that the thread is alive: some 10 ms. */
const sayEvery = 1_000

/** A long rebase, or an opening with much that is unconfirmed, is one step for whoever waits for an answer. */
function saying(materialize: Materialize, onBusy: (() => void) | undefined): Materialize {
  if (!onBusy) return materialize
  let applied = 0
  return (...commit) => {
    applied += 1
    if (applied % sayEvery === 0) onBusy()
    return materialize(...commit)
  }
}

function orClose<Opened>(db: Sqlite | undefined, open: () => Opened): Opened {
  try {
    return open()
  } catch (error) {
    db?.close()
    throw error
  }
}

/** With 'fail', what a newer build left in the log is not passed over, and its commits are not judged. */
function assertKnown(schema: Schema, log: EventLog) {
  if (schema.unknownEventHandling !== 'fail') return
  const unknown = log.findEvent((name) => !schema.eventReader(name))
  if (unknown !== undefined) throw new NewerLog(newerBuildHas(unknown))
}

/** The state that is there; undefined where there is none, or one of another schema or log, or a damaged one. */
function reuse(storage: Storage, key: string, log: EventLog): Sqlite | undefined {
  let db: Sqlite | undefined
  try {
    db = storage.open(stateFile)
    if (keyOf(db) === key && EventSequenceNumber.compare(baseOf(db), log.confirmed) <= 0) return db
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error
  }
  db?.close()
  return undefined
}

/** The state can be made again from the log: nothing is lost with the old one. */
function create(storage: Storage, schema: Schema, key: string): Sqlite {
  storage.delete(stateFile)
  const db = storage.open(stateFile)
  try {
    createStateTables(db, schema.ddl, key)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}
