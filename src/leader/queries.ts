import type { Env } from '../replica/env.ts'
import type { FromLeader, ReadAnswer, ReadRefusal, ReadRequest } from '../replica/leader-api.ts'
import { isStorageFailure, type Touched } from '../replica/materialize.ts'
import { createReaders, type Reader } from '../replica/readers.ts'
import { createRowAccess } from '../sqlite/one-row.ts'
import { type Sqlite, SqliteError } from '../sqlite/port.ts'

/** One answer holds no more than this; what has more is asked for in pages. */
const most = { rows: 10_000, bytes: 16 * 1024 * 1024 }
/** For so long, milliseconds, one read may keep all else waiting. */
const longest = 2_000
/** Between an answer and the news that it is out of date is at least this long: one a frame. */
const frame = 16
/** And so many times what it took: reads that are watched leave the leader time for others. */
const rest = 4

/** The state, to be read. */
export type Tables = Pick<Sqlite, 'read' | 'all' | 'access' | 'columns'>

type Options = {
  readonly tables: Tables
  readonly env: Env
  /** Runs what reads from the disk, and hears of its failure. */
  readonly guard: (act: () => void) => void
  /** Sessions are about to take all anew: they are told nothing. */
  readonly isQuiet?: () => boolean
}

/** One session's reads. */
export type SessionReads = {
  read(request: ReadRequest): Promise<ReadAnswer>
  end(ids: readonly string[]): void
  /** Ends all. */
  leave(): void
}

type Watch = Reader & {
  readonly id: string
  readonly of: SessionReads
  readonly tell: (ids: readonly string[]) => void
  /** When it may be told to be out of date. */
  readonly dueAt: number
}

type Waiting = {
  readonly request: ReadRequest
  readonly of: SessionReads
  readonly tell: (ids: readonly string[]) => void
  resolve(answer: ReadAnswer): void
  reject(error: Error): void
}

/**
 * Queries of sessions on the leader's state. They run one at a time, each in a turn of its own, so that what is pushed in
 * between, or ended, need not wait for those that wait. What a query read is watched until a commit meets it: then its session
 * is told, once, and reads again if it still wants to.
 */
export function createQueries({ tables, env, guard, isQuiet = () => false }: Options) {
  const rowAccess = createRowAccess(tables)
  const readers = createReaders<Watch>((sql, params) => tables.all(sql, params)[0]?.[0] as number | bigint | undefined)
  const watches = new Map<SessionReads, Map<string, Watch>>()
  /** Met by a commit, and yet to be told. */
  const stale = new Set<Watch>()
  let waiting: Waiting[] = []
  let cancelTelling: (() => void) | undefined
  let isOver = false

  const drop = (of: SessionReads, id: string) => {
    const watch = watches.get(of)?.get(id)
    if (!watch) return
    watches.get(of)!.delete(id)
    readers.remove(watch)
    stale.delete(watch)
  }

  const tellStale = () => {
    cancelTelling = undefined
    const now = env.elapsed()
    const due = [...stale].filter(({ dueAt }) => dueAt <= now)
    for (const watch of due) drop(watch.of, watch.id)
    for (const [tell, told] of Map.groupBy(due, ({ tell }) => tell)) tell(told.map(({ id }) => id))
    tellLater(now)
  }

  const tellLater = (now: number) => {
    if (stale.size === 0) return
    const next = Math.min(...[...stale].map(({ dueAt }) => dueAt))
    cancelTelling = env.after(Math.max(0, next - now), tellStale)
  }

  const answer = ({ request, of, tell }: Waiting): ReadAnswer => {
    const { id, sql, params } = request
    const began = env.elapsed()
    const rows = tables.read(sql, params, { ...most, isOver: () => env.elapsed() - began > longest })
    const columns = tables.columns(sql)
    drop(of, id)
    if (request.watch) {
      const now = env.elapsed()
      const oneRow = rowAccess.oneRow(sql, params.length)
      const dueAt = now + frame + rest * (now - began)
      const watch: Watch = { id, of, tell, reads: tables.access(sql).reads, oneRow, params, dueAt }
      readers.place(watch)
      watches.set(of, (watches.get(of) ?? new Map()).set(id, watch))
    }
    return { type: 'rows', columns, rows }
  }

  const answerNext = () => {
    const next = waiting.shift()
    if (!next) return
    let answered: ReadAnswer | undefined
    guard(() => {
      try {
        answered = answer(next)
      } catch (error) {
        const refusal = refusalOf(error)
        if (!refusal) throw error
        answered = { type: 'refused', ...refusal }
      }
    })
    if (answered) next.resolve(answered)
    else next.reject(new Error('the storage failed'))
  }

  return {
    connect(tell: (ids: readonly string[]) => void): SessionReads {
      const own: SessionReads = {
        read(request) {
          if (isOver) return Promise.reject(new Error('this leader is over'))
          const { promise, resolve, reject } = Promise.withResolvers<ReadAnswer>()
          waiting.push({ request, of: own, tell, resolve, reject })
          env.defer(answerNext)
          return promise
        },
        end(ids) {
          const isEnded = ({ of, request }: Waiting) => of === own && ids.includes(request.id)
          for (const { resolve } of waiting.filter(isEnded)) resolve(ended)
          waiting = waiting.filter((read) => !isEnded(read))
          for (const id of ids) drop(own, id)
        },
        leave() {
          own.end(waiting.flatMap(({ of, request }) => (of === own ? request.id : [])))
          for (const id of [...(watches.get(own)?.keys() ?? [])]) drop(own, id)
          watches.delete(own)
        },
      }
      return own
    },

    /** The state was written. */
    touched(touched: Touched) {
      if (watches.size === 0 || touched.length === 0 || isOver) return
      for (const watch of readers.affected(touched)) {
        readers.remove(watch)
        stale.add(watch)
      }
      if (isQuiet()) return
      if (stale.size > 0) cancelTelling ??= deferred(env, tellStale)
    },

    close() {
      isOver = true
      cancelTelling?.()
      for (const { reject } of waiting) reject(new Error('this leader is over'))
      waiting = []
      watches.clear()
      stale.clear()
    },
  }
}

export type Queries = ReturnType<typeof createQueries>

export const invalidated = (ids: readonly string[]) => JSON.stringify({ type: 'invalidated', ids } satisfies FromLeader)

/** The tables of another build are others. */
export const ofAnotherBuild: ReadAnswer = {
  type: 'refused',
  reason: 'build',
  message: 'another version of the app keeps the data of this browser now; reload the page',
}

const ended: ReadAnswer = { type: 'refused', reason: 'ended', message: 'the read was ended before it began' }

/** All commits of one turn are told of at once. */
function deferred(env: Env, call: () => void): () => void {
  let isCancelled = false
  env.defer(() => {
    if (!isCancelled) call()
  })
  return () => {
    isCancelled = true
  }
}

/** What the query itself is to blame for; undefined for a failure of the storage. */
function refusalOf(error: unknown): ReadRefusal | undefined {
  if (!(error instanceof SqliteError)) return undefined
  const { primary, message } = error
  switch (primary) {
    case 8:
      return {
        reason: 'write',
        message: `${message}; a query only reads: what writes is an event and its materializer`,
      }
    case 9:
      return {
        reason: 'slow',
        message: `a query in the leader may take ${longest} ms, and an index would help: ${message}`,
      }
    case 18:
      return { reason: 'large', message: `${message}; ask for it in pages, with a limit` }
    case 7: // of a sort in memory, say
      return { reason: 'large', message }
    default:
      return isStorageFailure(error) ? undefined : { reason: 'sql', message }
  }
}
