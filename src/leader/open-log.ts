import type { Env } from '../replica/env.ts'
import { DamagedLog, type EventLog, type Identity, NewerLog, openEventLog } from '../replica/event-log.ts'
import { copyLog } from '../replica/imported-log.ts'
import type { ParkedCommit } from '../replica/leader-api.ts'
import { salvage } from '../replica/salvage.ts'
import type { Sqlite } from '../sqlite/port.ts'
import { logFile, type Storage } from './storage-port.ts'
import { isDamage } from './storage-problem.ts'

type Options = {
  readonly storeId: string
  readonly storage: Storage
  readonly env: Env
  /** All of it is looked at before it is trusted. */
  readonly doubtful: boolean
  /** It is damaged in a way that no look finds, an index that does not agree with its table for instance. */
  readonly condemned?: boolean
  /** That of a log which is begun here; another one each time, unless it is given. */
  readonly epoch?: string | undefined
}

/** What a new log begins with. */
export type Beginning = {
  /** A copy of this one. */
  readonly imported?: Sqlite | undefined
  /** Kept out of the order. */
  readonly parked: readonly ParkedCommit[]
  /** Called again and again while it is copied. */
  readonly onBusy?: (() => void) | undefined
}

/**
 * Opens the log, or makes one. A damaged one is put aside; the new one has another identity, so it is filled by the backend, and
 * begins with what the damaged one still tells of commits that the backend may not have.
 */
export function openLog({ storeId, storage, env, doubtful, condemned, epoch }: Options): EventLog {
  let db: Sqlite | undefined
  try {
    db = storage.open(logFile)
    if (doubtful) assertSound(db)
    if (condemned) throw new DamagedLog('it was found damaged again')
    return openEventLog(db, () => newIdentity(env, epoch), storeId)
  } catch (error) {
    if (error instanceof NewerLog) throw error // left open: to close it, SQLite would tidy it up
    const parked = db && isDamage(error) ? salvage(db) : []
    db?.close()
    if (!isDamage(error)) throw error
    storage.replaceLog('damaged', env.now(), (next) => beginLog(next, storeId, newIdentity(env, epoch), { parked }))
    return openBegun(storage.open(logFile))
  }
}

export function newIdentity(env: Env, epoch?: string): Identity {
  return { clientId: env.randomId(6), epoch: epoch ?? env.randomId(12) }
}

/** Makes a log in an empty database. */
export function beginLog(db: Sqlite, storeId: string, identity: Identity, { imported, parked, onBusy }: Beginning) {
  if (imported) copyLog(imported, db, identity, storeId, onBusy)
  const log = openEventLog(db, () => identity, storeId)
  const settled = parked.map(({ commit: { commitId }, outcome, reason }) => ({ commitId, outcome, reason }))
  log.write({ settled, refused: parked.map(({ commit }) => commit) })
}

function openBegun(db: Sqlite): EventLog {
  try {
    return openEventLog(db, () => {
      throw new DamagedLog('the log that was begun is empty')
    })
  } catch (error) {
    db.close()
    throw error
  }
}

/** Reads every page. */
function assertSound(db: Sqlite) {
  const [[found]] = db.all('PRAGMA quick_check(1)') as [[string]]
  if (found !== 'ok') throw new DamagedLog(found)
}
