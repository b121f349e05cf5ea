/** The event log in one SQLite file, synchronously; `sqlite-worker.ts` runs it in a thread of its own. */
import { DatabaseSync } from 'node:sqlite'
import { nanoid } from 'nanoid'
import type { Append, Appended, OpenedStore, Page, StoredCommit } from '../src/backend/event-log.ts'
import { decide, type PageLimits, place, takePage } from '../src/backend/order.ts'

export type Write =
  | { readonly type: 'append'; readonly storeId: string; readonly append: Append }
  | { readonly type: 'create'; readonly storeId: string }
export type Written = Appended | OpenedStore

export type SqliteLog = {
  open(storeId: string): OpenedStore | null
  /** All writes in one transaction, so with one fsync; each has its own outcome. Throws if nothing was stored. */
  write(group: readonly Write[]): Written[]
  read(storeId: string, range: PageLimits & { readonly after: number }): Page
  commitAt(storeId: string, seq: number): string | null
  close(): void
}

type StoreRow = {
  readonly id: number
  readonly backend_id: string
  readonly head: number
  readonly head_commit: string | null
}

const applicationId = 0x48445752 // "HDWR"
const formatVersion = 1

const ddl = `
  CREATE TABLE store (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    backend_id TEXT NOT NULL,
    head INTEGER NOT NULL DEFAULT 0,
    head_commit TEXT
  ) STRICT;
  CREATE TABLE entry (
    store INTEGER NOT NULL REFERENCES store (id),
    last INTEGER NOT NULL,
    count INTEGER NOT NULL,
    commit_id TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (store, last),
    UNIQUE (store, commit_id)
  ) STRICT;
  PRAGMA application_id = ${applicationId};
  PRAGMA user_version = ${formatVersion};
`

/** Throws an `Error` with a sentence for people where the file is in use, or is something else. */
export function openSqliteLog(file: string): SqliteLog {
  const db = openExclusive(file)
  const findStore = db.prepare('SELECT id, backend_id, head, head_commit FROM store WHERE name = ?')
  const addStore = db.prepare('INSERT INTO store (name, backend_id) VALUES (?, ?) ON CONFLICT DO NOTHING')
  const setHead = db.prepare('UPDATE store SET head = ?, head_commit = ? WHERE id = ?')
  const addEntry = db.prepare(
    'INSERT INTO entry (store, last, count, commit_id, bytes, text) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (store, commit_id) DO NOTHING',
  )
  const entriesAfter = db.prepare(
    'SELECT commit_id AS commitId, count, bytes, text FROM entry WHERE store = ? AND last > ? ORDER BY last',
  )
  const entryAt = db.prepare('SELECT commit_id FROM entry WHERE store = ? AND last = ?')

  const find = (storeId: string) => findStore.get(storeId) as StoreRow | undefined
  const get = (storeId: string): StoreRow => {
    const store = find(storeId)
    if (!store) throw new Error(`there is no store "${storeId}"`)
    return store
  }

  const open = (storeId: string): OpenedStore | null => {
    const store = find(storeId)
    return store ? { backendId: store.backend_id, head: headOf(store) } : null
  }

  const create = (storeId: string): OpenedStore => {
    addStore.run(storeId, nanoid())
    return open(storeId)!
  }

  const append = (storeId: string, { backendId, parent, commits }: Append): Appended => {
    const store = find(storeId)
    if (!store) return { type: 'no_store' }
    if (store.backend_id !== backendId) return { type: 'backend_mismatch', backendId: store.backend_id }
    const decision = decide(headOf(store), { parent, commits })
    if (decision.type !== 'append') return decision
    db.exec('SAVEPOINT push')
    for (const { entry, last } of place(parent, commits)) {
      const { changes } = addEntry.run(store.id, last, entry.count, entry.commitId, entry.bytes, entry.text)
      if (changes === 1) continue
      db.exec('ROLLBACK TO push; RELEASE push')
      return { type: 'commit_conflict', commitId: entry.commitId }
    }
    setHead.run(decision.head.seq, decision.head.commitId, store.id)
    db.exec('RELEASE push')
    return { type: 'appended', head: decision.head }
  }

  return {
    open,
    write: (group) =>
      inTransaction(db, () =>
        group.map((write) => (write.type === 'create' ? create(write.storeId) : append(write.storeId, write.append))),
      ),
    read(storeId, { after, ...limits }) {
      const store = get(storeId)
      const entries = entriesAfter.iterate(store.id, after) as Iterable<unknown> as Iterable<StoredCommit>
      return { commits: takePage(entries, limits), head: headOf(store) }
    },
    commitAt(storeId, seq) {
      const row = entryAt.get(get(storeId).id, seq) as { commit_id: string } | undefined
      return row?.commit_id ?? null
    },
    close: () => db.close(),
  }
}

function headOf(store: StoreRow) {
  return { seq: store.head, commitId: store.head_commit }
}

function inTransaction<T>(db: DatabaseSync, work: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK') // SQLite may have rolled back by itself, on a full disk for one
    throw error
  }
}

/** `locking_mode=EXCLUSIVE` before WAL: one process owns the file until it ends, and needs no shared memory. */
function openExclusive(file: string): DatabaseSync {
  const db = new DatabaseSync(file)
  try {
    db.exec('PRAGMA locking_mode = EXCLUSIVE')
    db.exec('PRAGMA journal_mode = WAL')
    db.exec('PRAGMA synchronous = FULL')
    inTransaction(db, () => prepareFormat(db, file))
    return db
  } catch (error) {
    db.close()
    throw explain(error, file)
  }
}

function prepareFormat(db: DatabaseSync, file: string) {
  const pragma = (name: string) => Object.values(db.prepare(`PRAGMA ${name}`).get() ?? {})[0] as number
  const { tables } = db.prepare('SELECT count(*) AS tables FROM sqlite_schema').get() as { tables: number }
  if (tables === 0) return db.exec(ddl)
  if (pragma('application_id') !== applicationId) throw new Error(`${file} is not an event log of Headwater`)
  if (pragma('user_version') > formatVersion) throw new Error(`${file} was written by a newer version of Headwater`)
}

const sqliteBusy = 5
const sqliteNotADb = 26

function explain(error: unknown, file: string): unknown {
  const code = error instanceof Error && 'errcode' in error ? (error.errcode as number) & 0xff : 0
  if (code === sqliteBusy) return new Error(`${file} is in use by another server`, { cause: error })
  if (code === sqliteNotADb) return new Error(`${file} is not an event log of Headwater`, { cause: error })
  return error
}
