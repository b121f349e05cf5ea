/** A log out of bytes that come from anywhere: looked at before anything is done with it. */
import { type Sqlite, SqliteError, type SqlValue } from '../sqlite/port.ts'
import { rollback } from './closing.ts'
import { DamagedLog, type EventLog, type Identity, NewerLog, openEventLog, ownOrder } from './event-log.ts'
import type { ImportRefusal } from './leader-api.ts'

/** Reads it into `memory`, an empty database, and brings it to today's format. Or says why this store does not take it. */
export function readImported(memory: Sqlite, bytes: Uint8Array, storeId: string): ImportRefusal | undefined {
  try {
    if (bytes.length === 0) return { reason: 'foreign', message: 'there are no bytes' }
    memory.deserialize(bytes)
    const [[found]] = memory.all('PRAGMA quick_check(1)') as [[string]]
    if (found !== 'ok') return { reason: 'damaged', message: found }
    const log = openEventLog(memory, () => {
      throw new DamagedLog('the file holds nothing')
    })
    return storeRefusal(log, storeId) ?? contentRefusal(memory)
  } catch (error) {
    if (error instanceof NewerLog) return { reason: 'newer', message: error.message }
    if (error instanceof DamagedLog) return { reason: 'foreign', message: error.message }
    if (!(error instanceof SqliteError)) throw error
    return { reason: error.primary === NOTADB ? 'foreign' : 'damaged', message: error.message }
  }
}

const NOTADB = 26

/** Another store has other data, often of another user. Old logs do not say of which they are, and are taken. */
function storeRefusal(log: EventLog, storeId: string): ImportRefusal | undefined {
  if (log.storeId === undefined || log.storeId === storeId) return undefined
  return { reason: 'other store', message: `it is of "${log.storeId}", and this is "${storeId}"` }
}

/** What would only show when it is read later. */
function contentRefusal(db: Sqlite): ImportRefusal | undefined {
  const [broken] = db.all(`
    SELECT 'an event whose args are no JSON' FROM events WHERE NOT json_valid(args) OR NOT json_valid(coalesce(kinds, '{}'))
    UNION ALL SELECT 'a parked commit that is no JSON' FROM outcomes WHERE NOT json_valid(coalesce(content, '{}'))
    UNION ALL SELECT 'a commit without events' FROM commits WHERE position NOT IN (SELECT position FROM events)
    LIMIT 1
  `)
  return broken && { reason: 'damaged', message: `the log has ${broken[0]}` }
}

/**
 * Copies it into `log`, an empty database, and changes `imported`, a copy itself. Who has it now is another client, in an epoch of its own. Not in
 * one step, which would take seconds to commit where it is long: until it returns, `log` is not all of a log.
 */
export function copyLog(imported: Sqlite, log: Sqlite, identity: Identity, storeId: string, onBusy?: () => void) {
  openEventLog(log, () => identity, storeId)
  imported.run('UPDATE commits SET client_id = ? WHERE global IS NULL', [identity.clientId])
  copyTable(imported, log, 'commits', 'position', onBusy)
  copyTable(imported, log, 'events', 'position, nth', onBusy)
  copyTable(imported, log, 'outcomes', 'commit_id', onBusy)
  inOneStep(log, () => {
    log.run('INSERT INTO event_names SELECT DISTINCT name FROM events')
    for (const key of ['generation', 'backendId', 'cursorCommitId', ownOrder]) {
      const [found] = imported.all('SELECT value FROM meta WHERE key = ?', [key])
      if (found) log.run('INSERT OR REPLACE INTO meta VALUES (?, ?)', [key, found[0] as SqlValue])
    }
  })
}

function inOneStep(db: Sqlite, act: () => void) {
  db.run('BEGIN IMMEDIATE')
  try {
    act()
    db.run('COMMIT')
  } catch (error) {
    rollback(db)
    throw error
  }
}

/** Rows fetched at once. */
const page = 1_000

function copyTable(from: Sqlite, to: Sqlite, table: string, key: string, onBusy?: () => void) {
  const names = to.columns(`SELECT * FROM ${table}`)
  const columns = names.join(', ')
  const insert = `INSERT INTO ${table} (${columns}) VALUES (${columns.replace(/\w+/g, '?')})`
  const keyAt = key.split(', ').map((name) => names.indexOf(name))
  for (let after = '', last: SqlValue[] = []; ; ) {
    const rows = from.all(`SELECT ${columns} FROM ${table} ${after} ORDER BY ${key} LIMIT ${page}`, last)
    inOneStep(to, () => {
      for (const row of rows) to.run(insert, row as SqlValue[])
    })
    if (rows.length < page) return
    onBusy?.()
    after = `WHERE (${key}) > (${key.replace(/\w+/g, '?')})`
    last = keyAt.map((at) => rows.at(-1)![at]!)
  }
}
