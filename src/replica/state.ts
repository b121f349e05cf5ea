import type { Commit } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { reservedPrefix } from '../schema/ddl.ts'
import { SchemaError } from '../schema/errors.ts'
import { compileQuery, type Query } from '../schema/query.ts'
import type { Sqlite } from '../sqlite/port.ts'
import type { SyncState } from '../sync/state.ts'
import { rollback } from './closing.ts'
import { MaterializeError } from './errors.ts'
import { isStorageFailure, type Materialize, type Touched } from './materialize.ts'
import { rowsOf } from './rows.ts'

/** A commit in the open transaction. One that threw stands there without effect. */
type Entry = {
  readonly commit: Commit
  readonly touched: Touched
  readonly error?: MaterializeError
}

/** What `State.follow` did. */
export type Followed = {
  /** Commits that were undone, and all that were applied. */
  readonly rolledBack: number
  readonly applied: number
  /** Unconfirmed commits that do not apply where they stand now. They had no effect. */
  readonly failed: readonly MaterializeError[]
  /** Confirmed commits that do not apply, here or on any client. */
  readonly skipped: readonly MaterializeError[]
  readonly touched: Touched
  /** Where a clock was given: how long each part took. */
  readonly laps?: Laps
}

/** Milliseconds for what was undone, for what came from upstream, and for what was applied again on top of it. */
export type Laps = { readonly rollBack: number; readonly upstream: number; readonly replay: number }

/** A confirmed commit without effect: its materializer threw, here as on every client of the same version. */
export type Skipped = {
  readonly commitId: string
  /** The event whose materializer threw. */
  readonly event: string
  readonly error: string
}

const table = {
  head: `${reservedPrefix}head`,
  skipped: `${reservedPrefix}skipped`,
}
const mark = 'headwater_mark'

/**
 * Confirmed commits stay in the open transaction up to this many events before they are folded into the base: one COMMIT for
 * many costs less than one each, and a rebase that goes back to the base applies them again at most once, for it then folds.
 */
const foldAt = 256
/** To fold may mean to apply again what stands behind: no more than this many events. What is more waits for the rest of them. */
const mostAgain = 1_000
/** So many events do not wait any longer. A tab has no more under way than these. */
const mostUnfolded = 50_000

/**
 * The materialized state of a replica: its base and one open transaction.
 *
 * ```
 *   base (committed)  │ unfolded   accepted ▲ pending          ◀ line: what the open transaction holds
 *                   BEGIN                SAVEPOINT mark
 * ```
 *
 * Rolling back to the mark undoes pending; rolling back all undoes everything that is not folded. `line` mirrors what the
 * transaction holds, so that following a new order costs no more than what differs from it.
 */
export type State = {
  /** The last event of the base. */
  readonly base: EventSequenceNumber.Client
  /** Events that are confirmed and wait in the open transaction to be folded. */
  readonly unfolded: number
  /** Applies a local commit at the end. Throws a `MaterializeError` and changes nothing where it does not apply. */
  commit(commit: Commit): Touched
  /** Makes the state that of a new order: `confirmed` are the commits that have just become so. */
  follow(sync: SyncState, confirmed: readonly Commit[], clock?: () => number): Followed
  /** Folds what is confirmed into the base. */
  fold(sync: SyncState): void
  /** The same, where that is little work. */
  foldIfCheap(sync: SyncState): void
  /** Rows as they are now. Throws where the query would write. */
  query<Row>(query: Query<Row>): Row[]
  /** P3: confirmed commits that do not apply here, or on any client, oldest first. */
  skipped(): Skipped[]
  /** The base, with all that is confirmed, as the bytes of a database. */
  snapshot(sync: SyncState): Uint8Array
  /** Rolls back what is not in the base. */
  close(): void
}

/** Makes an empty state in an empty database. `key` says what it is the state of: a schema, and a history of the log. */
export function createStateTables(db: Sqlite, ddl: readonly string[], key: string) {
  db.run('BEGIN')
  for (const statement of ddl) runDdl(db, statement)
  db.run(`CREATE TABLE ${table.head} (global INTEGER NOT NULL, client INTEGER NOT NULL, key TEXT NOT NULL)`)
  db.run(`INSERT INTO ${table.head} VALUES (0, 0, ?)`, [key])
  db.run(`CREATE TABLE ${table.skipped} (commit_id TEXT PRIMARY KEY, event TEXT NOT NULL, error TEXT NOT NULL)`)
  db.run('COMMIT')
}

/** What only SQLite can say of a schema: a name that is used twice, an expression that is none. */
function runDdl(db: Sqlite, statement: string) {
  try {
    db.run(statement)
  } catch (cause) {
    if (isStorageFailure(cause)) throw cause
    rollback(db)
    throw new SchemaError(`SQLite refuses ${statement.split(' (')[0]}: ${(cause as Error).message}`, { cause })
  }
}

/** The key of the state in `db`; undefined where there is none. */
export function keyOf(db: Sqlite): string | undefined {
  const [found] = db.all(`SELECT 1 FROM sqlite_master WHERE name = ?`, [table.head])
  return found && (db.all(`SELECT key FROM ${table.head}`)[0]?.[0] as string | undefined)
}

/** The last event of the state in `db`. */
export function baseOf(db: Sqlite): EventSequenceNumber.Client {
  const [global, client] = db.all(`SELECT global, client FROM ${table.head}`)[0] as [number, number]
  return { global, client, rebaseGeneration: 0 }
}

function eventsIn(commits: readonly Commit[]): number {
  return commits.reduce((count, { events }) => count + events.length, 0)
}

type Folding = 'when due' | 'when idle' | 'in any case'

/** Opens the state in a database that `createStateTables` or a snapshot made. */
export function openState(db: Sqlite, materialize: Materialize): State {
  let base = EventSequenceNumber.root
  let line: Entry[] = []
  /** How many of `line` stand before the savepoint. */
  let marked = 0
  /** How many of `line` are confirmed, and how many events that is. */
  let unfolded = 0
  let unfoldedEvents = 0

  const begin = () => {
    db.run('BEGIN')
    db.run(`SAVEPOINT ${mark}`)
    line = []
    marked = 0
    unfolded = 0
    unfoldedEvents = 0
  }

  const readBase = () => {
    base = baseOf(db)
    begin()
  }

  /** Everything in the line is confirmed: it becomes the base. */
  const commitBase = (head: EventSequenceNumber.Client) => {
    base = head
    db.run(`UPDATE ${table.head} SET global = ?, client = ?`, [head.global, head.client])
    for (const { error } of line) if (error) recordSkipped(error)
    db.run('COMMIT')
    begin()
  }

  const recordSkipped = ({ commitId, event, message }: MaterializeError) =>
    db.run(`INSERT OR REPLACE INTO ${table.skipped} VALUES (?, ?, ?)`, [commitId, event, message])

  const moveMark = () => {
    db.run(`RELEASE ${mark}`)
    db.run(`SAVEPOINT ${mark}`)
    marked = line.length
  }

  /** Undoes at least what stands at `length` and after it: back to the mark, or to the base. */
  const rollbackTo = (length: number): Entry[] => {
    if (length >= marked) {
      db.run(`ROLLBACK TO ${mark}`)
      return line.splice(marked)
    }
    const undone = line
    db.run('ROLLBACK')
    begin()
    return undone
  }

  const apply = (commit: Commit, once: boolean): Entry => {
    try {
      return { commit, touched: materialize(commit, once) }
    } catch (error) {
      if (!(error instanceof MaterializeError)) throw error
      return { commit, touched: [], error }
    }
  }

  /** Where the line first differs from the order behind what is unfolded, or where a commit that failed is to be tried again. */
  const firstDifference = (order: readonly Commit[], held: number) => {
    for (let at = unfolded; at < line.length; at++) {
      const { commit, error } = line[at]!
      const next = order[at - unfolded]
      if ((commit !== next && commit.commitId !== next?.commitId) || (error && at < held)) return at
    }
    return line.length
  }

  /** How much of the line can stay when the first `firm` of the order become the base: what follows them has to go for that. */
  const foldable = (firm: number) => {
    if (line.length <= firm) return line.length
    return marked <= firm ? marked : 0
  }

  /** Applies commits at the end that are about to become the base. */
  const extendBase = (commits: readonly Commit[]): Entry[] => {
    const added = commits.map((commit) => apply(commit, true))
    for (const entry of added) line.push(entry)
    return added
  }

  /** Applies `commits` at the end, with the mark after the first `held` of the line. */
  const extend = (commits: readonly Commit[], held: number, onMark = () => {}): Entry[] => {
    const from = line.length
    const mark = () => {
      if (line.length !== held || marked >= held) return
      moveMark()
      onMark()
    }
    for (const commit of commits) {
      mark()
      line.push(apply(commit, false))
    }
    mark()
    return line.slice(from)
  }

  /** Applies what the line lacks. To fold, the line may hold nothing but what becomes the base, its first `firm`. */
  const catchUp = (
    missing: readonly Commit[],
    firm: number,
    sync: SyncState,
    folding: boolean,
    onUpstream?: () => void,
  ): Entry[] => {
    const { confirmed, accepted, pending } = sync
    if (!folding) {
      unfolded = firm
      return extend(missing, firm + accepted.length, onUpstream)
    }
    const added = extendBase(missing.slice(0, firm - line.length))
    commitBase(confirmed)
    onUpstream?.()
    return [...added, ...extend([...accepted, ...pending], accepted.length)]
  }

  /** Whether the first `firm` of the order are to become the base now, where `differs` is what has to be undone in any case. */
  const isToFold = (how: Folding, firm: number, events: number, differs: number): boolean => {
    if (firm === 0) return false
    if (how === 'in any case' || differs < marked || events >= mostUnfolded) return true
    if (how === 'when due' && events < foldAt) return false
    return eventsIn(line.slice(foldable(firm)).map(({ commit }) => commit)) <= mostAgain
  }

  const follow = (sync: SyncState, confirmed: readonly Commit[], how: Folding, clock?: () => number): Followed => {
    const lap = clock && createLaps(clock)
    const told = unfolded
    const firm = told + confirmed.length
    const events = unfoldedEvents + eventsIn(confirmed)
    const order = [...confirmed, ...sync.accepted, ...sync.pending]
    const differs = firstDifference(order, firm + sync.accepted.length)
    const folding = isToFold(how, firm, events, differs)
    const same = folding ? Math.min(differs, foldable(firm)) : differs
    const undone = same < line.length ? rollbackTo(same) : []
    lap?.('rollBack')
    const stood = line.length
    const newlyFirm = line.slice(told, firm)
    const again = undone.slice(0, Math.max(0, told - stood)).map(({ commit }) => commit)
    const missing = [...again, ...order.slice(Math.max(0, stood - told))]
    const added = catchUp(missing, firm, sync, folding, lap && (() => lap('upstream')))
    if (!folding) unfoldedEvents = events
    newlyFirm.push(...added.slice(again.length, Math.max(0, firm - stood)))
    return {
      rolledBack: undone.length,
      applied: added.length,
      failed: line.slice(unfolded).flatMap(({ error }) => error ?? []),
      skipped: newlyFirm.flatMap(({ error }) => error ?? []),
      touched: [...undone, ...added].flatMap(({ touched }) => touched),
      ...(lap ? { laps: lap('replay') } : {}),
    }
  }

  readBase()

  return {
    get base() {
      return base
    },
    get unfolded() {
      return unfoldedEvents
    },
    commit(commit) {
      const touched = materialize(commit)
      line.push({ commit, touched })
      return touched
    },
    follow: (sync, confirmed, clock) => follow(sync, confirmed, 'when due', clock),
    query(query) {
      const compiled = compileQuery(query)
      if (db.access(compiled.sql).writes.size > 0) throw new Error(`this only reads, and was given ${compiled.sql}`)
      return rowsOf(db, compiled)
    },
    skipped() {
      const folded = db.all(`SELECT commit_id, event, error FROM ${table.skipped} ORDER BY rowid`)
      const fresh = line.slice(0, unfolded).flatMap(({ error }) => error ?? [])
      return [
        ...folded.map(([commitId, event, error]) => ({ commitId, event, error }) as Skipped),
        ...fresh.map(({ commitId, event, message }) => ({ commitId, event, error: message })),
      ]
    },
    fold(sync) {
      if (unfolded > 0) follow(sync, [], 'in any case')
    },
    foldIfCheap(sync) {
      if (unfolded > 0) follow(sync, [], 'when idle')
    },
    snapshot(sync) {
      this.fold(sync)
      db.run('ROLLBACK')
      const bytes = db.serialize()
      begin()
      extend([...sync.accepted, ...sync.pending], sync.accepted.length)
      return bytes
    },
    close: () => rollback(db),
  }
}

/** Of what lies between two calls, the second says what it was. */
function createLaps(clock: () => number) {
  const laps = { rollBack: 0, upstream: 0, replay: 0 }
  let since = clock()
  return (name: keyof Laps): Laps => {
    const now = clock()
    laps[name] += now - since
    since = now
    return laps
  }
}
