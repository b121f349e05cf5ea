/**
 * What the framework tells of itself. Devtools, logs, tests and the simulator are its subscribers; with none it costs nothing.
 */
import type * as EventSequenceNumber from './event/sequence-number.ts'
import type { Connection } from './sync/connection.ts'
import type { Merged, Settled } from './sync/merge.ts'
import type { SyncState } from './sync/state.ts'

export type Tier = 'session' | 'leader'

export type Trace =
  | {
      readonly type: 'committed'
      readonly tier: Tier
      readonly commitId: string
      readonly head: EventSequenceNumber.Client
      readonly sync: SyncState
    }
  | { readonly type: 'pushed'; readonly tier: Tier; readonly commits: number; readonly events: number }
  /** The backend answered a push, this long after it. */
  | { readonly type: 'answered'; readonly ms: number }
  /** The backend said that it is there, and how far its log is. */
  | { readonly type: 'heartbeat'; readonly head: EventSequenceNumber.Global }
  | { readonly type: 'join failed' | 'push failed'; readonly error: string }
  | { readonly type: 'persisted'; readonly tier: Tier; readonly commitIds: readonly string[] }
  | { readonly type: 'pulled'; readonly tier: Tier; readonly confirmed: number; readonly accepted: number }
  | {
      readonly type: 'advanced'
      readonly tier: Tier
      readonly head: EventSequenceNumber.Client
      readonly confirmed: number
      readonly before: SyncState
      readonly merged: Merged
    }
  | {
      readonly type: 'rebased'
      readonly tier: Tier
      readonly from: EventSequenceNumber.Client
      readonly to: EventSequenceNumber.Client
      /** Commits undone, and commits applied again. */
      readonly rolledBack: number
      readonly replayed: number
      readonly ms: number
      readonly phases: RebasePhases
      readonly before: SyncState
      readonly merged: Extract<Merged, { readonly type: 'rebase' }>
    }
  | ({ readonly type: 'settled'; readonly tier: Tier } & Settled)
  | { readonly type: 'skipped'; readonly tier: Tier; readonly commitId: string; readonly error: string }
  | { readonly type: 'joined'; readonly tier: 'leader'; readonly sessionId: string; readonly resumed: boolean }
  | { readonly type: 'left'; readonly tier: 'leader'; readonly sessionId: string }
  | { readonly type: 'unknown event'; readonly tier: Tier; readonly name: string }
  | {
      readonly type: 'queried'
      readonly sql: string
      readonly rows: number
      readonly ms: number
      readonly changed: boolean
      readonly params: readonly unknown[]
      /** What those who watch it call it. */
      readonly label?: string | undefined
      /** Why it ran again; absent the first time, and after the whole database was exchanged. */
      readonly cause?: QueryCause | undefined
    }
  /** Rows that are another after a rebase: some of them, and how many there are. Told while devtools watch rows. */
  | ({ readonly type: 'rows changed'; readonly tier: 'session' } & RowsChanged)
  /** Commits wrote these rows of the tab's tables. Of some statements it is not known which. */
  | { readonly type: 'wrote'; readonly tier: 'session'; readonly commits: readonly WroteRows[] }
  /** The state was made from the log: of another schema's, or of a damaged one. */
  | { readonly type: 'rebuilt'; readonly tier: 'leader'; readonly events: number; readonly ms: number }
  /** A phase of a tab's boot is over. */
  | { readonly type: 'boot'; readonly phase: BootPhase; readonly ms: number }
  | { readonly type: 'leader changed'; readonly leaderId: string | null }
  | { readonly type: 'connection changed'; readonly connection: Connection }
  | { readonly type: 'storage changed'; readonly storage: StorageStatus }

/** What a commit wrote of that which a query reads. */
export type QueryCause = {
  readonly commitId: string
  readonly table: string
  /** `*` where rows came or went. */
  readonly columns: readonly string[] | '*'
  /** Some of the rows, by rowid; none where it is not known which. */
  readonly rows: readonly (number | bigint)[]
}

export type WroteRows = {
  readonly commitId: string
  readonly rows: readonly { readonly table: string; readonly rowid: number | bigint }[]
}

export type RowsChanged = { readonly count: number; readonly changes: readonly RowChange[] }

/** A row before and after a rebase, by column; null where it was not there. `key` is that of its table. */
export type RowChange = {
  readonly table: string
  readonly key: string
  readonly before: RowContent | null | 'unknown'
  readonly after: RowContent | null
}

export type RowContent = { readonly [column: string]: string | number | null }

/** How long each part of a rebase took, milliseconds: the decision, the log, and what was done to the tables. */
export type RebasePhases = {
  readonly decide: number
  readonly persist: number
  readonly rollBack: number
  readonly upstream: number
  readonly replay: number
}

/** In their order; see `BootStatus`. */
export type BootPhase = 'sqlite' | 'leader' | 'rebuild' | 'snapshot' | 'replay' | 'first query'

/** Where this client's log is kept, and what is wrong with that. */
export type StorageStatus = {
  /** Memory ends with the tab that leads. */
  readonly kind: 'opfs' | 'memory'
  /** Why commits are not being persisted; absent while they are. Unless it is `missing`, it is tried again until it is over. */
  readonly problem?: StorageProblem
  /** Logs that were put aside, newest first; absent where there are none. `store.storage.exportArchive` gives their bytes. */
  readonly archives?: readonly Archive[]
}

/** A log that this client no longer uses. It is kept, for it may hold commits that nobody else has. */
export type Archive = {
  readonly name: string
  /** When it was put aside, milliseconds since 1970. */
  readonly at: number
  /** It was damaged; or the backend, or the app, began anew. */
  readonly reason: 'damaged' | 'reset'
}

export type StorageProblem = {
  /**
   * - `missing`: this browser keeps no files (a private window, perhaps), so all is in memory
   * - `full`: no room is left
   * - `blocked`: another worker holds the files, and does not let go of them
   * - `evicted`: the browser, or its user, has cleared the files; another log begins
   * - `damaged`: the log can not be read
   * - `newer`: the log was written by a newer build; nothing of it is touched
   * - `io`: the files refuse for another reason
   */
  readonly reason: 'missing' | 'full' | 'blocked' | 'evicted' | 'damaged' | 'newer' | 'io'
  /** For people. */
  readonly message: string
}

export type Tracer = (trace: Trace) => void

/** A list of subscribers, called in order. */
export function createTracer() {
  const subscribers = new Set<Tracer>()
  return {
    /** Undefined while nobody listens, so that `tracer.emit?.({ … })` builds nothing. */
    get emit(): Tracer | undefined {
      if (subscribers.size === 0) return undefined
      return (trace) => {
        for (const subscriber of subscribers) subscriber(trace)
      }
    },
    subscribe(subscriber: Tracer): () => void {
      subscribers.add(subscriber)
      return () => subscribers.delete(subscriber)
    },
  }
}

export type TraceSource = ReturnType<typeof createTracer>
