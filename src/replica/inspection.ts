/**
 * What devtools ask of a leader, and what they are told by any tier: traces, made small enough to be sent to another thread
 * and kept. A commit is told as a `Bead`, an order of 10,000 as its two ends and a number.
 */
import { type Commit, syncedCount } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { reservedPrefix } from '../schema/ddl.ts'
import type { Settled } from '../sync/merge.ts'
import type { SyncState } from '../sync/state.ts'
import type { QueryCause, RebasePhases, Tier, Trace, WroteRows } from '../trace.ts'

type Numbered = EventSequenceNumber.Client

/** A commit as a panel draws it. */
export type Bead = {
  readonly commitId: string
  readonly clientId: string
  readonly sessionId: string
  readonly at: number
  /** Of its first events. */
  readonly names: readonly string[]
  readonly events: number
  /** How many of them go to the backend; none of a client-only commit. */
  readonly synced: number
  /** The numbers of its first and its last event. */
  readonly from: Numbered
  readonly to: Numbered
}

/** Commits in a row. Of a long row both ends, and how many there are. */
export type Stretch = { readonly count: number; readonly first: readonly Bead[]; readonly last: readonly Bead[] }

/** A `SyncState`, in bounds. */
export type Order = {
  readonly confirmed: Numbered
  readonly accepted: Stretch
  readonly pending: Stretch
  readonly head: Numbered
}

/** What one thread tells, `at` milliseconds since 1970. */
export type Told = { readonly at: number } & (
  | {
      readonly about: 'order'
      readonly tier: Tier
      readonly why: 'committed' | 'advanced'
      readonly order: Order
      /** What became confirmed by it. */
      readonly confirmed: Stretch
    }
  | ToldRebase
  /** There was more than can be told one by one: how often each thing happened since `since`, and the order after it. */
  | {
      readonly about: 'many'
      readonly tier: Tier
      readonly since: number
      readonly counts: Readonly<Record<string, number>>
      readonly order: Order | undefined
      readonly confirmed: Stretch
    }
  | { readonly about: 'queries'; readonly runs: readonly QueryRuns[] }
  | { readonly about: 'rows'; readonly commits: readonly ToldRows[] }
  | { readonly about: 'else'; readonly trace: SmallTrace }
)

export type ToldRebase = {
  readonly about: 'rebase'
  readonly tier: Tier
  readonly before: Order
  readonly after: Order
  readonly confirmed: Stretch
  /** New from above. */
  readonly upstream: readonly string[]
  readonly rolledBack: number
  readonly replayed: number
  readonly settled: readonly Settled[]
  readonly ms: number
  readonly phases: RebasePhases
}

/** The runs of one live query in a moment. */
export type QueryRuns = {
  readonly sql: string
  readonly runs: number
  readonly wasted: number
  readonly rows: number
  /** Of some of the runs. */
  readonly ms: readonly number[]
  readonly label?: string | undefined
  /** Of the last run, as JSON knows them. */
  readonly params: readonly unknown[]
  /** Of some of the runs that had one. */
  readonly causes: readonly ToldCause[]
}

export type ToldCause = Omit<QueryCause, 'rows'> & {
  readonly rows: readonly string[]
  /** The rows of the query were the same after it. */
  readonly wasted: boolean
}

/** Some of the rows that a commit wrote, and how many there were. */
export type ToldRows = {
  readonly commitId: string
  readonly count: number
  readonly rows: readonly { readonly table: string; readonly rowid: string }[]
}

/** Traces that are small as they are. */
export type SmallTrace = Exclude<Trace, { readonly type: 'committed' | 'advanced' | 'rebased' | 'queried' | 'wrote' }>

/** What devtools ask a leader, as JSON. */
export type Question =
  /** The leader's traces come as `told` messages from now on. */
  | { readonly type: 'watch' }
  | { readonly type: 'unwatch' }
  | ({ readonly type: 'commits' } & RangeRequest)
  | ({ readonly type: 'search' } & FindRequest)
  /** What is broken on purpose; changed, or ended, where that is said. */
  | { readonly type: 'faults'; readonly set?: Partial<FaultSettings>; readonly end?: boolean }
  /** The leader's worker ends as by a crash. */
  | { readonly type: 'kill' }

/** Milliseconds, except for `loss`, which is in percent. */
export type FaultSettings = {
  /** Each message between leader and backend comes so much later. */
  readonly latency: number
  /** The answers to pushes come so much later than that. */
  readonly slowBackend: number
  /** So many messages are lost on the way and sent again, and what is behind them waits. */
  readonly loss: number
  /** Nothing comes through, and nobody is told. */
  readonly partition: boolean
  /** The connection is cut before the next push is answered, so that it is pushed twice. */
  readonly duplicate: boolean
  /** So many commits are rejected, as if by the backend. */
  readonly reject: number
  /** The log cannot be written. */
  readonly fullDisk: boolean
}

export type FaultState = FaultSettings & {
  /** When all of it ends by itself, milliseconds since 1970; absent while nothing is broken. */
  readonly until?: number
  /** Whether the leader is in a worker, which can be ended. */
  readonly isKillable: boolean
}

/** The commits of the log from the `from`th on, in their order; the oldest is 0. */
export type RangeRequest = { readonly from: number; readonly count: number }

/** The newest commits that fit, of those before `before`, if that is given. */
export type FindRequest = { readonly before?: LogPlace; readonly limit: number; readonly filter: LogFilter }

export type LogFilter = {
  /** Parts of the name and of the encoded args of one event; letters may be of either case. */
  readonly name?: string
  readonly args?: string
  /** What the ids begin with. */
  readonly client?: string
  readonly session?: string
  readonly state?: 'persisted' | 'confirmed' | 'client-only'
}

/** A place in the log: a number, or a commit that has none yet. */
export type LogPlace = { readonly head: Numbered } | { readonly commitId: string }

export type Answers = {
  readonly watch: { readonly order: Order; readonly recent: readonly Bead[]; readonly sessions: readonly string[] }
  readonly unwatch: null
  readonly commits: CommitPage
  readonly search: CommitPage
  readonly faults: FaultState
  readonly kill: boolean
}

export type CommitPage = {
  readonly commits: readonly LoggedCommit[]
  /** Where a search goes on, which may have found nothing so far; absent at its end. */
  readonly next?: LogPlace
  readonly total: number
}

/** A commit of the log. */
export type LoggedCommit = {
  readonly commit: Commit
  /** The number of its last event; absent while it is unconfirmed, for it may still be given another. */
  readonly head?: Numbered
}

/** The app's build does not let its leader be inspected. */
export class NotInspectable extends Error {
  override name = 'NotInspectable'

  constructor() {
    super('this app does not let its leader be inspected: give startLeader `devtools: inspectable`')
  }
}

const mostNames = 3
/** So much of a long row is told at each end. */
const edge = 24

export function beadOf(commit: Commit, from: Numbered, to: Numbered): Bead {
  const { commitId, clientId, sessionId, at, events } = commit
  const names = events.slice(0, mostNames).map(({ name }) => name)
  return { commitId, clientId, sessionId, at, names, events: events.length, synced: syncedCount(commit), from, to }
}

/** Commits that stand right after `head`, and the head after them. */
export function stretchAfter(head: Numbered, commits: readonly Commit[]): { stretch: Stretch; head: Numbered } {
  const first: Bead[] = []
  const last: Bead[] = []
  let { global, client, rebaseGeneration } = head
  commits.forEach((commit, at) => {
    const isFirst = at < edge
    const isLast = !isFirst && at >= commits.length - edge
    const [event] = commit.events
    rebaseGeneration = commit.generation
    const from = isFirst || isLast ? nextOf(global, client, event?.synced ?? false, rebaseGeneration) : undefined
    for (const { synced } of commit.events) {
      if (synced) {
        global += 1
        client = 0
      } else client += 1
    }
    if (from) (isFirst ? first : last).push(beadOf(commit, from, { global, client, rebaseGeneration }))
  })
  return { stretch: { count: commits.length, first, last }, head: { global, client, rebaseGeneration } }
}

const nextOf = (global: number, client: number, synced: boolean, generation: number) =>
  EventSequenceNumber.next({ global, client, rebaseGeneration: 0 }, synced, generation)

export function orderOf({ confirmed, accepted, pending }: SyncState): Order {
  const held = stretchAfter(confirmed, accepted)
  const own = stretchAfter(held.head, pending)
  return { confirmed, accepted: held.stretch, pending: own.stretch, head: own.head }
}

/** Those that are told of it. */
export const beadsOf = ({ first, last }: Stretch): readonly Bead[] => [...first, ...last]

type Stepped = Extract<Trace, { readonly type: 'committed' | 'advanced' | 'rebased' }>

const none: Stretch = { count: 0, first: [], last: [] }

/** The order after a step, and what became confirmed by it. */
export function after(trace: Stepped): { readonly order: Order; readonly confirmed: Stretch } {
  if (trace.type === 'committed') return { order: orderOf(trace.sync), confirmed: none }
  const { before, merged } = trace
  return { order: orderOf(merged.sync), confirmed: stretchAfter(before.confirmed, merged.confirmed).stretch }
}

export function toldOf(trace: Exclude<Trace, { readonly type: 'queried' | 'wrote' }>, at: number): Told {
  switch (trace.type) {
    case 'committed':
    case 'advanced':
      return { about: 'order', at, tier: trace.tier, why: trace.type, ...after(trace) }
    case 'rebased': {
      const { tier, before, merged, rolledBack, replayed, ms, phases } = trace
      const { order, confirmed } = after(trace)
      const upstream = merged.upstream.slice(0, 2 * edge).map(({ commitId }) => commitId)
      const settled = merged.settled.slice(0, 2 * edge)
      const what = { before: orderOf(before), after: order, confirmed, upstream, settled }
      return { about: 'rebase', at, tier, ...what, rolledBack, replayed, ms, phases }
    }
    default:
      return { about: 'else', at, trace }
  }
}

const mostRows = 20

export function rowsOf({ commitId, rows }: WroteRows): ToldRows {
  const own = rows.filter(({ table }) => !table.startsWith(reservedPrefix))
  const some = own.slice(0, mostRows).map(({ table, rowid }) => ({ table, rowid: String(rowid) }))
  return { commitId, count: own.length, rows: some }
}

export function causeTold({ rows, ...cause }: QueryCause, changed: boolean): ToldCause {
  return { ...cause, rows: rows.map(String), wasted: !changed }
}

/** Whether a leader tells it, where both tiers tell in one thread. */
export function isOfLeader(trace: Trace): boolean {
  if ('tier' in trace) return trace.tier === 'leader'
  return trace.type === 'connection changed' || trace.type === 'answered' || trace.type === 'heartbeat'
}
