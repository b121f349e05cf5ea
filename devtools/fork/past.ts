import { createStore, type StoreApi } from 'zustand/vanilla'
import { type Client, print } from '../../src/event/sequence-number.ts'
import type { PageInspection, Schema } from '../../src/index.ts'
import { withHeads } from '../../src/replica/replica.ts'
import type { Sqlite } from '../../src/sqlite/port.ts'
import type { SyncState } from '../../src/sync/state.ts'
import { type Checkpoint, nearest, withCheckpoint } from './checkpoints.ts'
import { type Commits, createCommits, type Placed } from './commits.ts'
import { createJournal, type Journal } from './journal.ts'
import { createEmpty, createNotedReplay, createReplay, type Replay } from './replay.ts'
import type { ForkSqlite } from './sqlite.ts'
import { type Table, tablesOf } from './tables.ts'

/** How far the log was replayed. */
export type PastState = {
  readonly phase: 'unread' | 'reading' | 'stopped' | 'bounded' | 'read' | 'failed'
  readonly error: string | undefined
  /** Commits that can be gone to: the confirmed ones that were read, and, once all are, those that wait for the backend. */
  readonly commits: number
  readonly waiting: number
  /** As it is written, of the last confirmed event that was read, and of the log's. */
  readonly readTo: string
  readonly logEnds: string
  /** From 0 to 1. */
  readonly share: number
  readonly tables: readonly Table[]
  /** Another one whenever the journal is. */
  readonly revision: number
}

/**
 * The past of a store: its log, replayed in databases of the panel. The first pass notes what each event wrote, and leaves
 * checkpoints, from which any earlier state is made again.
 */
export type Past = {
  readonly state: StoreApi<PastState>
  readonly journal: Journal | undefined
  /** Tables of which some writes are left out: SQLite does not tell which rows these wrote, and there are too many to compare. */
  readonly untold: ReadonlySet<string>
  /** Reads on, from where it stopped to the end of the log, or so many events further. */
  read(): Promise<void>
  stop(): void
  /** The tables after the first `commits`. Undefined where it is wanted no more, because another place was asked for. */
  at(commits: number): Promise<Sqlite | undefined>
  /** The commit at this place, from 0. Undefined where it was superseded since. */
  commit(at: number): Promise<Placed | undefined>
  /** The place of a commit that was read. `head` is its number, where it is confirmed. */
  find(commit: { readonly commitId: string; readonly head?: Client | undefined }): number | undefined
  close(): void
}

type World = { defer(call: () => void): void; elapsed(): number }

export type PastOptions = {
  readonly schema: Schema
  readonly log: PageInspection['log']
  readonly order: () => SyncState
  readonly start: () => Promise<ForkSqlite>
  readonly env: World
  /** How many events are read at a time, until somebody wants more. */
  readonly mostEvents?: number
  readonly checkpointEvery?: number
}

const pageSize = 500
/** Milliseconds of work in a row. */
const slice = 8
const mostCheckpointBytes = 64 * 1024 * 1024
/** Events between checkpoints that are left on the way, how many of these are kept, and of how large a state. */
const nearEvery = 250
const mostNear = 24
const mostNearBytes = 1024 * 1024

type Opened = {
  readonly sqlite: ForkSqlite
  /** All that is confirmed. */
  readonly base: Sqlite
  readonly noted: ReturnType<typeof createNotedReplay>
  readonly journal: Journal
  readonly tables: readonly Table[]
  readonly view: View
}

/** The tables after the first `at` commits; `tail` is the revision of what waits that some of these are of. */
type View = { readonly db: Sqlite; readonly replay: Replay; at: number; tail: number | undefined }

const none: ReadonlySet<string> = new Set()

const unread: PastState = {
  phase: 'unread',
  error: undefined,
  commits: 0,
  waiting: 0,
  readTo: 'e0',
  logEnds: '',
  share: 0,
  tables: [],
  revision: 0,
}

export function createPast(options: PastOptions): Past {
  const { schema, log, order, start, env, mostEvents = 200_000, checkpointEvery = 2_000 } = options
  const state = createStore<PastState>(() => unread)
  let opened: Opened | undefined
  let commits: Commits = createCommits(log)
  let checkpoints: readonly Checkpoint[] = []
  let epoch: string | undefined
  /** Left on the way to the places that were gone to last, so that a step back is short. */
  let near: readonly Checkpoint[] = []
  let eventsSince = 0
  /** What waits for the backend, replayed on top; how long the journal was before it. */
  let tail: readonly Placed[] = []
  let tailRevision = 0
  let beforeTail: number | undefined
  let reading: Promise<void> | undefined
  let isStopped = false
  let isClosed = false
  let seeks = 0

  const set = (change: Partial<PastState>) => {
    if (!isClosed) state.setState(change)
  }

  const open = async (): Promise<Opened> => {
    const sqlite = await start()
    const base = sqlite.open()
    createEmpty(base, schema)
    const tables = tablesOf(base).filter(({ name }) => schema.tables.has(name))
    const journal = createJournal(tables)
    const db = sqlite.open()
    const view = { db, replay: createReplay(db, schema), at: 0, tail: undefined }
    const bytes = base.serialize()
    db.deserialize(bytes)
    checkpoints = [{ commits: 0, bytes }]
    return { sqlite, base, noted: createNotedReplay(base, schema, tables, journal), journal, tables, view }
  }

  /** Work in slices, so that the page goes on. False where it was given up. */
  const inSlices = async (count: number, db: Sqlite, act: (nth: number) => void, isWanted: () => boolean) => {
    for (let nth = 0; nth < count; ) {
      if (!isWanted()) return false
      const until = env.elapsed() + slice
      db.run('BEGIN')
      try {
        do act(nth++)
        while (nth < count && env.elapsed() < until)
      } finally {
        db.run('COMMIT')
      }
      if (nth < count) await new Promise<void>(env.defer)
    }
    return isWanted()
  }

  const forget = () => {
    opened?.base.close()
    opened?.view.db.close()
    opened = undefined
    commits = createCommits(log)
    checkpoints = []
    near = []
    epoch = undefined
    eventsSince = 0
    tail = []
    beforeTail = undefined
  }

  const leaveCheckpoint = ({ base }: Opened) => {
    if (eventsSince < checkpointEvery) return
    eventsSince = 0
    const [empty, ...others] = checkpoints
    const added = { commits: commits.length, bytes: base.serialize() }
    checkpoints = [empty!, ...withCheckpoint(others, added, mostCheckpointBytes)]
  }

  const isGoing = () => !isStopped && !isClosed

  const readConfirmed = async (now: Opened): Promise<PastState['phase']> => {
    const bound = commits.head.global + mostEvents
    for (;;) {
      const answer = await log(commits.head, pageSize)
      epoch ??= answer.epoch
      if (answer.epoch !== epoch) return 'unread'
      const apply = (nth: number) => {
        const placed = answer.commits[nth]!
        now.noted.apply(placed.commit, commits.length)
        commits.add([placed])
        eventsSince += placed.commit.events.length
      }
      const isDone = await inSlices(answer.commits.length, now.base, apply, isGoing)
      now.journal.trim()
      leaveCheckpoint(now)
      const { global } = answer.confirmed
      set({
        readTo: print(commits.head),
        logEnds: print(answer.confirmed),
        share: global === 0 ? 1 : Math.min(1, commits.head.global / global),
      })
      if (!isDone && answer.commits.length > 0) return 'stopped'
      if (answer.commits.length < pageSize) return 'read'
      if (commits.head.global >= bound) return 'bounded'
    }
  }

  /** What is not confirmed may be in another order tomorrow: it is noted, and taken back before the log is read on. */
  const addTail = ({ base, noted, journal }: Opened) => {
    const { confirmed, accepted, pending } = order()
    const waiting = [...accepted, ...pending].filter(({ commitId }) => !commits.isRecent(commitId))
    tail = withHeads(confirmed, waiting)
    beforeTail = journal.length
    base.run('SAVEPOINT fork_tail')
    try {
      for (const [nth, { commit }] of tail.entries()) noted.apply(commit, commits.length + nth)
    } finally {
      base.run('ROLLBACK TO fork_tail')
      base.run('RELEASE fork_tail')
    }
  }

  const removeTail = ({ journal }: Opened) => {
    if (beforeTail !== undefined) journal.rewind(beforeTail)
    beforeTail = undefined
    tail = []
  }

  const readOn = async () => {
    isStopped = false
    set({ phase: 'reading', error: undefined })
    opened ??= await open()
    if (isClosed) return forget()
    const before = { commits: commits.length, tail }
    removeTail(opened)
    const phase = await readConfirmed(opened)
    if (isClosed) return forget()
    if (phase === 'unread') {
      forget()
      set({ ...unread, revision: state.getState().revision + 1 })
      return readOn() // the log is another one since the store was reset
    }
    if (phase === 'read') addTail(opened)
    const isNew = commits.length !== before.commits || !isSameTail(tail, before.tail) || state.getState().revision === 0
    if (isNew) tailRevision++
    const { tables } = opened
    const revision = state.getState().revision + (isNew ? 1 : 0)
    set({ phase, commits: commits.length + tail.length, waiting: tail.length, tables, revision })
  }

  const read = () => {
    reading ??= readOn()
      .catch((error: Error) => {
        forget()
        set({ ...unread, phase: 'failed', error: error.message })
      })
      .finally(() => {
        reading = undefined
      })
    return reading
  }

  /** From the nearest place before it: a checkpoint, or where the view is. */
  const rewindView = ({ view }: Opened, to: number) => {
    const checkpoint = nearest(
      [...checkpoints, ...near].sort((a, b) => a.commits - b.commits),
      to,
    )!
    const isStale = view.tail !== undefined && (view.tail !== tailRevision || view.at > to)
    if (!isStale && view.at <= to && view.at >= checkpoint.commits) return
    view.db.deserialize(checkpoint.bytes)
    view.at = checkpoint.commits
    view.tail = undefined
  }

  const leaveNear = ({ db, at, tail: waits }: View) => {
    const isSmall = (checkpoints.at(-1)?.bytes.length ?? 0) <= mostNearBytes
    if (waits !== undefined || !isSmall || near.some(({ commits }) => commits === at)) return
    near = [...near, { commits: at, bytes: db.serialize() }].slice(-mostNear)
  }

  const placedFrom = async (at: number): Promise<readonly (Placed | undefined)[]> =>
    at < commits.length ? commits.from(at) : tail.slice(at - commits.length)

  return {
    state,
    get journal() {
      return opened?.journal
    },
    get untold() {
      return opened?.noted.untold ?? none
    },
    read,
    stop() {
      isStopped = true
    },
    async at(count) {
      const mine = ++seeks
      const isWanted = () => mine === seeks && !isClosed && opened !== undefined
      if (!opened) return undefined
      const { view } = opened
      const to = Math.min(count, commits.length + tail.length)
      rewindView(opened, to)
      while (view.at < to) {
        const placed = upTo((await placedFrom(view.at)).slice(0, to - view.at), nearEvery)
        if (!isWanted() || placed.length === 0) return undefined
        const apply = (nth: number) => {
          const commit = placed[nth]?.commit
          if (commit) view.replay.apply(commit)
          if (view.at >= commits.length) view.tail = tailRevision
          view.at++
        }
        if (!(await inSlices(placed.length, view.db, apply, isWanted))) return undefined
        if (view.at < to) leaveNear(view)
      }
      return view.db
    },
    async commit(at) {
      return at < 0 ? undefined : (await placedFrom(at))[0]
    },
    find({ commitId, head }) {
      const waiting = tail.findIndex(({ commit }) => commit.commitId === commitId)
      return waiting < 0 ? head && commits.find(head) : commits.length + waiting
    },
    close() {
      isClosed = true
      seeks++
      if (!reading) forget()
    },
  }
}

const isSameTail = (a: readonly Placed[], b: readonly Placed[]) =>
  a.length === b.length && a.every(({ commit }, nth) => commit === b[nth]!.commit)

/** The first of them, until these are so many events. */
function upTo(placed: readonly (Placed | undefined)[], events: number) {
  let sum = 0
  const end = placed.findIndex((one) => {
    sum += one?.commit.events.length ?? 0
    return sum >= events
  })
  return end < 0 ? placed : placed.slice(0, end + 1)
}
