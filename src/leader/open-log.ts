import type { Env } from '../replica/env.ts'
import { DamagedLog, type EventLog, type Identity, NewerLog, openEventLog } from '../replica/event-log.ts'
import { copyLog } from '../replica/imported-log.ts'
import type { ParkedCommit } from '../replica/leader-api.ts'
import { salvage } from '../replica/salvage.ts'
import type { Sqlite } from '../sqlite/port.ts'
import { logFile, type Storage } from './storage-port.ts'
import { isDamage } from './storage-problem.ts'

type Options = {
  readonly storage: Storage
  readonly env: Env
  /** All of it is looked at before it is trusted. */
  readonly doubtful: boolean
  /** What a new log begins with a copy of. */
  readonly imported?: Sqlite | undefined
  /** That of a log which is begun here; another one each time, unless it is given. */
  readonly epoch?: string | undefined
}

/**
 * Opens the log, or makes one. A damaged one is put aside; the new one has another identity, so it is filled by the backend, and
 * begins with what the damaged one still tells of commits that the backend may not have.
 */
export function openLog({ storage, env, doubtful, imported, epoch }: Options): EventLog {
  const identity = () => ({ clientId: env.randomId(6), epoch: epoch ?? env.randomId(12) })
  let db: Sqlite | undefined
  try {
    db = storage.open(logFile)
    if (doubtful) assertSound(db)
    if (imported) copyLog(imported, db, identity())
    return openEventLog(db, identity)
  } catch (error) {
    if (error instanceof NewerLog) throw error // left open: to close it, SQLite would tidy it up
    const saved = db && isDamage(error) ? salvage(db) : []
    db?.close()
    if (!isDamage(error)) throw error
    storage.archive('damaged', env.now())
    return beginWith(saved, storage.open(logFile), identity)
  }
}

function beginWith(saved: readonly ParkedCommit[], db: Sqlite, identity: () => Identity): EventLog {
  try {
    const log = openEventLog(db, identity)
    const settled = saved.map(({ commit: { commitId }, outcome, reason }) => ({ commitId, outcome, reason }))
    log.write({ settled, refused: saved.map(({ commit }) => commit) })
    return log
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
