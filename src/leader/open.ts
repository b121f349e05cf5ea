import type { EncodedEvent } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { closeAll } from '../replica/closing.ts'
import type { Env } from '../replica/env.ts'
import { type EventLog, openEventLog } from '../replica/event-log.ts'
import { createMaterialize } from '../replica/materialize.ts'
import { baseOf, createStateTables, keyOf, openState, type State } from '../replica/state.ts'
import { createUnknownEventHandler } from '../replica/unknown-event.ts'
import type { Schema } from '../schema/schema.ts'
import { type Sqlite, SqliteError } from '../sqlite/port.ts'
import { syncState } from '../sync/state.ts'
import type { StorageStatus, TraceSource } from '../trace.ts'

/** Where a leader keeps its two databases. */
export type Storage = {
  readonly status: StorageStatus
  open(file: 'eventlog.db' | 'state.db'): Sqlite
  delete(file: 'state.db'): void
  /** Lets go of all files. */
  close(): void
}

type Options = {
  readonly storage: Storage
  readonly schema: Schema
  readonly env: Env
  readonly traces: TraceSource
}

/** Commits read from the log at once while the state catches up. */
const replayPage = 1_000

/** Opens the log, the truth, and the state, a cache that is brought up to it or made anew. */
export function openStores({ storage, schema, env, traces }: Options): { log: EventLog; state: State; close(): void } {
  const log = openEventLog(storage.open('eventlog.db'), () => ({ clientId: env.randomId(6), epoch: env.randomId(12) }))
  const unknown = createUnknownEventHandler({ schema, tier: 'leader', traces })
  const { db, state } = openCache(storage, schema, log, unknown)
  replay(log, state)
  return {
    log,
    state,
    close: () => closeAll(() => db.close(), log.close, storage.close),
  }
}

function openCache(storage: Storage, schema: Schema, log: EventLog, onUnknownEvent: (event: EncodedEvent) => void) {
  // A state belongs to one schema and one history of the log.
  const key = `${log.identity.epoch} ${schema.fingerprint}`
  const db = reuse(storage, key, log) ?? create(storage, schema, key)
  return { db, state: openState(db, createMaterialize({ db, schema, onUnknownEvent })) }
}

/** The state that is there; undefined where there is none, or one of another schema or log, or a damaged one. */
function reuse(storage: Storage, key: string, log: EventLog): Sqlite | undefined {
  let db: Sqlite | undefined
  try {
    db = storage.open('state.db')
    if (keyOf(db) === key && EventSequenceNumber.compare(baseOf(db), log.confirmed) <= 0) return db
  } catch (error) {
    if (!(error instanceof SqliteError)) throw error
  }
  db?.close()
  return undefined
}

/** The state can be made again from the log: nothing is lost with the old one. */
function create(storage: Storage, schema: Schema, key: string): Sqlite {
  storage.delete('state.db')
  const db = storage.open('state.db')
  createStateTables(db, schema.ddl, key)
  return db
}

function replay(log: EventLog, state: State) {
  for (;;) {
    const page = log.confirmedAfter(state.base, replayPage)
    const head = page.at(-1)?.head
    if (!head) return
    state.follow(
      syncState(head, [], []),
      page.map(({ commit }) => commit),
    )
  }
}
