import type { Commit, EncodedEvent } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { Sqlite, SqlValue } from '../sqlite/port.ts'
import type { Settled } from '../sync/merge.ts'
import type { Cursor } from '../sync/wire.ts'
import { rollback } from './closing.ts'
import type { ParkedCommit, ParkedStatus } from './leader-api.ts'
import type { LogReader } from './log-pages.ts'
import { tidy } from './tidy.ts'

/** What a new log begins with. */
export type Identity = {
  /** Six random characters: who this client is to everyone else. */
  readonly clientId: string
  /** New at every reset: work of another epoch does not belong here. */
  readonly epoch: string
}

/** A confirmed commit and the number of its last event. */
export type Confirmed = {
  readonly commit: Commit
  readonly head: EventSequenceNumber.Client
  /** Client-only: drops the earlier confirmed commit that had the same key. */
  readonly replaces?: string | undefined
}

/** One durable step: all of it is in the log when `write` returns, or none. */
export type LogWrite = {
  readonly appended?: readonly Commit[]
  readonly confirmed?: readonly Confirmed[]
  readonly settled?: readonly Settled[]
  /** Of a settled commit that never was in the log. */
  readonly refused?: readonly Commit[]
  /** Commits that retry the parked ones which they name. */
  readonly retries?: readonly Commit[]
  /** Parked commits that nobody wants any more. */
  readonly discarded?: readonly string[]
  /** The commits that take the places of settled ones. */
  readonly replacements?: readonly Commit[]
  /** What is unconfirmed after this step, where something settled: only those behind it were rebased. */
  readonly unconfirmed?: readonly Commit[]
  readonly backend?: { readonly backendId: string; readonly cursor: Cursor }
  /** B7: who this client is from now on, also in its unconfirmed commits. */
  readonly clientId?: string
  /** Every unconfirmed commit was rebased once more. */
  readonly rebased?: boolean
}

export type CommitState = { readonly state: 'confirmed' | 'accepted' } | ({ readonly state: 'settled' } & Settled)

/** The truth of a client: its commits in order, and what became of each that it ever saw. */
export type EventLog = {
  readonly identity: Identity
  /** Unknown of one that was written before logs said it. */
  readonly storeId: string | undefined
  readonly backendId: string | undefined
  readonly cursor: Cursor
  /** The last confirmed event. */
  readonly confirmed: EventSequenceNumber.Client
  /**
   * Who gives commits their final order from now on. What this client ordered by itself is unconfirmed again once there is a backend,
   * and the log has the `epoch` that is given then (B10).
   */
  orderedBy(who: 'client' | 'backend', epoch: () => string): void
  write(step: LogWrite): void
  /** What became of a commit; undefined for one never seen. */
  find(commitId: string): CommitState | undefined
  /** Commits that were parked or rejected, with their content, oldest first. */
  parked(): ParkedCommit[]
  /** How many these are, and a number that is another one whenever the list may be. */
  readonly parkedStatus: ParkedStatus
  /** The bytes of a SQLite file. */
  export(): Uint8Array
  /** Unconfirmed commits, oldest first. */
  unconfirmed(): Commit[]
  /** Confirmed commits after `head`, in order, at most `limit`. */
  confirmedAfter(head: EventSequenceNumber.Client, limit: number): Confirmed[]
  /** For devtools: their questions are not among those of a leader. */
  readonly reader: LogReader
  /** The name of an event in the order that is meant, if there is one. */
  findEvent(isMeant: (name: string) => boolean): string | undefined
  /** Brings into the file what SQLite keeps beside it, where that is much: whoever opens the log next would have to read it first. */
  tidy(): void
  close(): void
}

const firstFormat = `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value ANY) STRICT, WITHOUT ROWID;
  CREATE TABLE commits (
    position INTEGER PRIMARY KEY,
    commit_id TEXT NOT NULL UNIQUE,
    client_id TEXT NOT NULL,
    session_id TEXT NOT NULL,
    at REAL NOT NULL,
    -- unconfirmed: the log's generation when it came, less its own; confirmed: its own generation, for ever
    birth INTEGER NOT NULL,
    global INTEGER,
    client INTEGER,
    replaces TEXT
  ) STRICT;
  CREATE UNIQUE INDEX commits_confirmed ON commits (global, client) WHERE global IS NOT NULL;
  CREATE INDEX commits_unconfirmed ON commits (position) WHERE global IS NULL;
  CREATE INDEX commits_replaces ON commits (replaces) WHERE replaces IS NOT NULL;
  CREATE TABLE events (
    position INTEGER NOT NULL,
    nth INTEGER NOT NULL,
    name TEXT NOT NULL,
    args TEXT NOT NULL,
    kinds TEXT,
    synced INTEGER NOT NULL,
    PRIMARY KEY (position, nth)
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE outcomes (commit_id TEXT PRIMARY KEY, outcome TEXT NOT NULL, reason TEXT NOT NULL, content TEXT) STRICT, WITHOUT ROWID;
`

/**
 * Each step leads from one format to the next: an older log is migrated, a newer one is refused. A step that was released stays as
 * it is for ever; a log of each format is in `formats`.
 */
const formats = [
  firstFormat,
  `
  ALTER TABLE commits ADD COLUMN instead_of TEXT; -- the commit that this one replaced
  ALTER TABLE outcomes ADD COLUMN replacement TEXT;
  `,
  `
  CREATE INDEX outcomes_parked ON outcomes (commit_id) WHERE outcome IN ('parked', 'rejected');
  `,
  // Since then `meta` says of which store it is.
  `
  CREATE TABLE event_names (name TEXT PRIMARY KEY) STRICT, WITHOUT ROWID; -- of all events that ever were in the order
  INSERT INTO event_names SELECT DISTINCT name FROM events;
  `,
  `
  ALTER TABLE outcomes ADD COLUMN nth INTEGER; -- counts those that were parked or rejected, as they came
  DROP INDEX outcomes_parked;
  CREATE INDEX outcomes_parked ON outcomes (nth) WHERE outcome IN ('parked', 'rejected');
  `,
  // Since then what is confirmed may be by the client's own order, which \`meta\` says.
  '',
]

/** The log was written by a newer build; this one must not touch it. */
export class NewerLog extends Error {
  override name = 'NewerLog'
}

/** What is there is not a log, or not all of one. */
export class DamagedLog extends Error {
  override name = 'DamagedLog'
}

/**
 * Opens the log in `db`, made anew with `identity` where there is none. A new one, and one of a format that did not say of which store
 * it is, is of `storeId`.
 */
export function openEventLog(db: Sqlite, identity: () => Identity, storeId?: string): EventLog {
  prepareTables(db, identity, storeId)
  const meta = readMeta(db)
  let eventNames = readEventNames(db)
  const setMeta = (key: string, value: SqlValue) => {
    if (meta.get(key) === value) return
    db.run('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', [key, value])
    meta.set(key, value)
  }
  let confirmed = readConfirmedHead(db)
  let parkedStatus = { count: countParked(db), revision: 0 }

  /** The last place in the order. Given rather than asked for: an INSERT that returns something takes half as long again. */
  let last = readLast(db)

  const insert = (commit: Commit, { head, replaces }: Partial<Confirmed>, position = ++last) => {
    const birth = head ? commit.generation : (meta.get('generation') as number) - commit.generation
    const { commitId, clientId, sessionId, at } = commit
    const number = [head?.global ?? null, head?.client ?? null]
    db.run(
      'INSERT INTO commits (position, commit_id, client_id, session_id, at, birth, global, client, replaces, instead_of) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      [position, commitId, clientId, sessionId, at, birth, ...number, replaces ?? null, commit.replaces ?? null],
    )
    commit.events.forEach(({ name, args, kinds, synced }, nth) => {
      if (!eventNames.has(name)) db.run('INSERT INTO event_names VALUES (?)', [name])
      eventNames.add(name)
      db.run('INSERT INTO events VALUES (?, ?, ?, ?, ?, ?)', [
        position,
        nth,
        name,
        JSON.stringify(args),
        kinds ? JSON.stringify(kinds) : null,
        Number(synced),
      ])
    })
  }

  const read = (where: string, params: SqlValue[], order: string) => readCommits(db, meta, where, params, order)

  const positionOf = (commitId: string) => db.all(positionOfCommit, [commitId])[0]?.[0] as number | undefined

  const remove = (position: number) => {
    db.run('DELETE FROM events WHERE position = ?', [position])
    db.run('DELETE FROM commits WHERE position = ?', [position])
  }

  /** `mayBeThere`: some commits are not yet confirmed, and this may be one of them. */
  const confirm = (step: Confirmed, mayBeThere: boolean) => {
    const { commit, head, replaces } = step
    if (replaces !== undefined) {
      const superseded = db.all('SELECT position, commit_id FROM commits WHERE replaces = ? AND global IS NOT NULL', [
        replaces,
      ])
      for (const [position, commitId] of superseded) {
        remove(position as number)
        // Its session may not know yet that it was confirmed, and push it again.
        db.run("INSERT INTO outcomes (commit_id, outcome, reason) VALUES (?, 'superseded', '')", [commitId!])
      }
    }
    const known = mayBeThere
      ? db.all(
          'UPDATE commits SET birth = ?, global = ?, client = ?, replaces = ? WHERE commit_id = ? RETURNING position',
          [commit.generation, head.global, head.client, replaces ?? null, commit.commitId],
        )
      : []
    if (known.length === 0) insert(commit, step)
  }

  /** A settled commit leaves the order, and its content stays, so that nothing a user did is lost. */
  const settle = (settled: Settled, refused: readonly Commit[], replacements: readonly Commit[]) => {
    const { commitId, outcome, reason } = settled
    const position = positionOf(commitId)
    const commit =
      refused.find((given) => given.commitId === commitId) ??
      (position === undefined ? undefined : readCommits(db, meta, 'position = ?', [position])[0]?.commit)
    db.run(`INSERT OR REPLACE INTO outcomes VALUES (?, ?, ?, ?, ?, (${nextParked}))`, [
      commitId,
      outcome,
      reason,
      commit ? JSON.stringify(commit) : null,
      outcome === 'replaced' ? settled.replacement : null,
    ])
    if (position === undefined) return
    remove(position)
    const replacement = replacements.find(({ replaces }) => replaces === commitId)
    if (replacement) insert(replacement, {}, position)
  }

  /** The retry has the content now. */
  const retry = (commitId: string, by: string) =>
    db.run(
      `UPDATE outcomes SET outcome = 'replaced', replacement = ?, content = NULL WHERE commit_id = ? AND ${isParked}`,
      [by, commitId],
    )

  const discard = (commitId: string) =>
    db.run(`UPDATE outcomes SET outcome = 'dropped', content = NULL WHERE commit_id = ? AND ${isParked}`, [commitId])

  /** Generation is counted for all at once; where only some were rebased, their births move. */
  const keepGeneration = ({ commitId, generation }: Commit) => {
    const birth = (meta.get('generation') as number) - generation
    db.run('UPDATE commits SET birth = ? WHERE commit_id = ? AND birth <> ?', [birth, commitId, birth])
  }

  const write = (step: LogWrite) => {
    const { appended = [], confirmed = [], settled = [], refused = [], replacements = [], backend, rebased } = step
    for (const commit of appended) insert(commit, {})
    const mayBeThere = confirmed.length > 0 && db.all('SELECT 1 FROM commits WHERE global IS NULL LIMIT 1').length > 0
    for (const commit of confirmed) confirm(commit, mayBeThere)
    for (const end of settled) settle(end, refused, replacements)
    for (const { commitId, replaces } of step.retries ?? []) retry(replaces!, commitId)
    for (const commitId of step.discarded ?? []) discard(commitId)
    for (const commit of step.unconfirmed ?? []) keepGeneration(commit)
    if (rebased) setMeta('generation', (meta.get('generation') as number) + 1)
    if (step.clientId !== undefined) {
      setMeta('clientId', step.clientId)
      db.run('UPDATE commits SET client_id = ? WHERE global IS NULL', [step.clientId])
    }
    if (!backend) return
    setMeta('backendId', backend.backendId)
    setMeta('cursorCommitId', backend.cursor.commitId)
  }

  const unconfirmAfter = ({ global, client }: EventSequenceNumber.Client) =>
    db.run(
      'UPDATE commits SET birth = ? - birth, global = NULL, client = NULL, replaces = NULL WHERE global IS NOT NULL AND (global, client) > (?, ?)',
      [meta.get('generation') as number, global, client],
    )

  /** All of it, or nothing. */
  const durably = (step: () => void) => {
    const before = new Map(meta)
    db.run('BEGIN IMMEDIATE')
    try {
      step()
      db.run('COMMIT')
    } catch (error) {
      rollback(db)
      meta.clear()
      for (const [key, value] of before) meta.set(key, value)
      eventNames = readEventNames(db)
      last = readLast(db)
      throw error
    }
  }

  const parkedAfter = ({ confirmed = [], settled = [], retries = [], discarded = [] }: LogWrite): ParkedStatus => {
    const isMoved = settled.length + retries.length + discarded.length > 0
    const mayShrink = parkedStatus.count > 0 && confirmed.length > 0
    const count = isMoved || mayShrink ? countParked(db) : parkedStatus.count
    const isSame = !isMoved && count === parkedStatus.count
    return isSame ? parkedStatus : { count, revision: parkedStatus.revision + 1 }
  }

  return {
    get identity() {
      return { clientId: meta.get('clientId') as string, epoch: meta.get('epoch') as string }
    },
    get storeId() {
      return meta.get('storeId') as string | undefined
    },
    get backendId() {
      return meta.get('backendId') as string | undefined
    },
    get cursor() {
      return {
        seq: (readOwnOrder(meta) ?? confirmed).global,
        commitId: (meta.get('cursorCommitId') as string | null | undefined) ?? null,
      }
    },
    get confirmed() {
      return confirmed
    },
    orderedBy(who, epoch) {
      const since = readOwnOrder(meta)
      if (who === 'client') {
        if (!since) durably(() => setMeta(ownOrder, EventSequenceNumber.print(confirmed)))
      } else if (since) {
        const isUsed = EventSequenceNumber.compare(confirmed, since) > 0
        durably(() => {
          if (isUsed) unconfirmAfter(since)
          if (isUsed) setMeta('epoch', epoch())
          setMeta(ownOrder, null)
        })
        confirmed = readConfirmedHead(db)
      }
    },
    write(step) {
      durably(() => write(step))
      confirmed = step.confirmed?.at(-1)?.head ?? confirmed
      parkedStatus = parkedAfter(step)
    },
    get parkedStatus() {
      return parkedStatus
    },
    find(commitId) {
      const [commit] = db.all('SELECT global IS NOT NULL FROM commits WHERE commit_id = ?', [commitId])
      if (commit) return { state: commit[0] ? 'confirmed' : 'accepted' }
      const [settled] = db.all('SELECT outcome, reason, replacement FROM outcomes WHERE commit_id = ?', [commitId])
      if (!settled) return undefined
      const [outcome, reason, replacement] = settled as [Settled['outcome'] | 'superseded', string, string]
      if (outcome === 'superseded') return { state: 'confirmed' }
      if (outcome === 'replaced') return { state: 'settled', commitId, outcome, reason, replacement }
      return { state: 'settled', commitId, outcome, reason }
    },
    parked: () => readParked(db),
    export: () => db.serialize(),
    findEvent: (isMeant) =>
      [...eventNames].find(
        (name) => isMeant(name) && db.all('SELECT 1 FROM events WHERE name = ? LIMIT 1', [name]).length > 0,
      ),
    unconfirmed: () => readCommits(db, meta, 'global IS NULL', []).map(({ commit }) => commit),
    // SQLite takes the index only where it is told that there is a number.
    confirmedAfter: ({ global, client }, limit) =>
      readCommits(
        db,
        meta,
        'global IS NOT NULL AND (global, client) > (?, ?)',
        [global, client],
        `global, client LIMIT ${limit}`,
      ),
    reader: { db, read },
    tidy: () => tidy(db),
    close: () => db.close(),
  }
}

/** Throws a `DamagedLog` unless what every log has is there. */
export function readMeta(db: Sqlite): Map<string, SqlValue> {
  const meta = new Map(db.all('SELECT key, value FROM meta') as [string, SqlValue][])
  for (const [key, type] of Object.entries({ clientId: 'string', epoch: 'string', generation: 'number' })) {
    if (typeof meta.get(key) !== type) throw new DamagedLog(`the event log has no ${key}`)
  }
  return meta
}

/** In \`meta\`: the last event that a backend ordered, where this client goes on ordering by itself. */
export const ownOrder = 'ownOrderAfter'

export function readOwnOrder(meta: ReadonlyMap<string, SqlValue>): EventSequenceNumber.Client | undefined {
  const after = meta.get(ownOrder)
  return typeof after === 'string' ? EventSequenceNumber.parse(after) : undefined
}

/** To open it, the log must be migrated, or made. */
export function isToBeMigrated(db: Sqlite): boolean {
  const [[version]] = db.all('PRAGMA user_version') as [[number]]
  return version < formats.length
}

function prepareTables(db: Sqlite, identity: () => Identity, storeId: string | undefined) {
  const [[version]] = db.all('PRAGMA user_version') as [[number]]
  const tables = new Set(db.all("SELECT name FROM sqlite_schema WHERE type = 'table'").flat())
  if (version === 0 ? tables.size > 0 : !tables.has('meta')) throw new DamagedLog('the file holds another database')
  if (version === formats.length) return
  if (version > formats.length) {
    throw new NewerLog(
      `the event log has format ${version}, and this build knows ${formats.length}; load the newer build`,
    )
  }
  db.run('BEGIN IMMEDIATE')
  try {
    for (const step of formats.slice(version)) db.exec(step)
    if (version === 0) writeIdentity(db, identity())
    if (storeId !== undefined) db.run("INSERT OR IGNORE INTO meta VALUES ('storeId', ?)", [storeId])
    db.exec(`PRAGMA user_version = ${formats.length}`)
    db.run('COMMIT')
  } catch (error) {
    rollback(db)
    throw error
  }
}

function readEventNames(db: Sqlite): Set<string> {
  return new Set(db.all('SELECT name FROM event_names').map(([name]) => name as string))
}

function readLast(db: Sqlite): number {
  return (db.all('SELECT max(position) FROM commits')[0]![0] as number | null) ?? 0
}

function writeIdentity(db: Sqlite, { clientId, epoch }: Identity) {
  for (const [key, value] of Object.entries({ clientId, epoch, generation: 0 })) {
    db.run('INSERT INTO meta VALUES (?, ?)', [key, value])
  }
}

/** Numbers of superseded client-only commits are not used again, so the head is the highest number still there or the cursor's. */
function readConfirmedHead(db: Sqlite): EventSequenceNumber.Client {
  const [last] = db.all(
    'SELECT global, client FROM commits WHERE global IS NOT NULL ORDER BY global DESC, client DESC LIMIT 1',
  )
  if (!last) return EventSequenceNumber.root
  return { global: last[0] as number, client: last[1] as number, rebaseGeneration: 0 }
}

function readCommits(
  db: Sqlite,
  meta: ReadonlyMap<string, SqlValue>,
  where: string,
  params: SqlValue[],
  order = 'position',
): Confirmed[] {
  const generation = meta.get('generation') as number
  const rows = db.all(
    `SELECT ${eventsAsJson}, commit_id, client_id, session_id, at, birth, global, client, instead_of FROM commits WHERE ${where} ORDER BY ${order}`,
    params,
  ) as [string, string, string, string, number, number, number | null, number, string | null][]
  return rows.map(([json, commitId, clientId, sessionId, at, birth, global, client, replaces]) => {
    const own = global === null ? generation - birth : birth
    const events = (JSON.parse(json) as EventAsJson[]).map(toEvent)
    const link = replaces === null ? {} : { replaces }
    return {
      commit: { commitId, clientId, sessionId, at, generation: own, events, ...link },
      head: { global: global ?? 0, client, rebaseGeneration: own },
    }
  })
}

const positionOfCommit = 'SELECT position FROM commits WHERE commit_id = ?'

export function readCommitAt(db: Sqlite, meta: ReadonlyMap<string, SqlValue>, position: number): Commit[] {
  return readCommits(db, meta, 'position = ?', [position]).map(({ commit }) => commit)
}

const isParked = "outcome IN ('parked', 'rejected')"

/** One that the backend had taken after all is confirmed, whatever was thought of it meanwhile. */
const fromParked = `FROM outcomes WHERE ${isParked} AND content IS NOT NULL AND commit_id NOT IN (SELECT commit_id FROM commits)`

function countParked(db: Sqlite): number {
  return db.all(`SELECT count(*) ${fromParked}`)[0]![0] as number
}

const nextParked = `SELECT coalesce(max(nth), 0) + 1 FROM outcomes WHERE ${isParked}`

/** By the time at which they were made, and those of one millisecond as they came. Of a log of an older format, too, which did not count. */
export function readParked(db: Sqlite): ParkedCommit[] {
  const order = db.columns('SELECT * FROM outcomes').includes('nth') ? 'nth' : 'commit_id'
  return db
    .all(`SELECT content, outcome, reason ${fromParked} ORDER BY ${order}`)
    .map(([content, outcome, reason]) => ({
      commit: JSON.parse(content as string) as Commit,
      outcome: outcome as ParkedCommit['outcome'],
      reason: reason as string,
    }))
    .sort((a, b) => a.commit.at - b.commit.at)
}

type EventAsJson = [name: string, args: EncodedEvent['args'], kinds: EncodedEvent['kinds'] | null, synced: 0 | 1]

/** The events of a commit as one value: a statement for each commit would cost more than all the rest of reading it. */
const eventsAsJson = `(
  SELECT '[' || group_concat('[' || json_quote(name) || ',' || args || ',' || coalesce(kinds, 'null') || ',' || synced || ']', ',' ORDER BY nth) || ']'
  FROM events WHERE events.position = commits.position
)`

function toEvent([name, args, kinds, synced]: EventAsJson): EncodedEvent {
  return { name, args, ...(kinds ? { kinds } : {}), synced: synced === 1 }
}
