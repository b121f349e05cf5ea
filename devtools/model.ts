/** What the panel knows: a pure function of what it was told. Everything in it is bounded. */

import { compare } from '../src/event/sequence-number.ts'
import type { SyncStatus } from '../src/index.ts'
import type { RowChange } from '../src/trace.ts'
import type { Bead, LeaderState, Order, QueryRuns, Stretch, Told, ToldRebase, ToldRows } from './protocol.ts'

export type Model = {
  readonly here: string
  /** What the tab of this session is called: another one's panel says which it is. */
  readonly name: string
  readonly tabs: readonly Tab[]
  readonly leader: { readonly leaderId: string; readonly order: Order } | undefined
  /** Why the leader tells nothing. */
  readonly refused: string | undefined
  /** The last confirmed commits, in their order. */
  readonly history: readonly Bead[]
  readonly backend: Backend
  readonly rebases: readonly Rebase[]
  readonly lives: ReadonlyMap<string, Life>
  readonly queries: ReadonlyMap<string, QueryStats>
  /** By commit, the rows that it wrote in this tab, the last time that it was applied. */
  readonly wrote: ReadonlyMap<string, ToldRows>
  /** Who has made a commit, in the order in which they were seen: this client's sessions, and other clients. */
  readonly origins: readonly string[]
  /** How much happened in the last moment that was told, for each tier, if that was too much to tell one by one. */
  readonly storm: Storm | undefined
  readonly status: SyncStatus | undefined
}

export type Tab = {
  readonly sessionId: string
  readonly label: string
  /** Unknown of a tab without devtools. */
  readonly order: Order | undefined
  /** When it said last that it is there, of another tab that does. */
  readonly heardAt?: number
}

export type Backend = {
  readonly head: number
  /** Milliseconds from a push to its answer, the last ones. */
  readonly roundTrips: readonly number[]
  readonly heardAt: number | undefined
}

export type Rebase = ToldRebase & {
  readonly id: number
  readonly at: number
  readonly where: string
  /** Some of the rows that ended different, and how many did. Only a tab looks, and only where its own panel is open. */
  readonly rows?: { readonly count: number; readonly changes: readonly RowChange[] }
}

/** When a commit came to each tier, milliseconds since 1970. */
export type Life = {
  readonly made: number
  readonly persisted?: number
  readonly confirmed?: number
  readonly rebases: number
  readonly ended?: string
}

export type QueryStats = QueryRuns & { readonly at: number }

export type Storm = { readonly at: number; readonly perSecond: number }

export type Message =
  | { readonly type: 'order'; readonly order: Order }
  | { readonly type: 'leader'; readonly state: LeaderState }
  | { readonly type: 'refused'; readonly reason: string }
  | {
      readonly type: 'tab'
      readonly sessionId: string
      readonly label: string
      readonly order: Order
      readonly heardAt: number
    }
  | { readonly type: 'gone'; readonly sessionId: string }
  | { readonly type: 'told'; readonly from: string; readonly told: readonly Told[] }
  | { readonly type: 'status'; readonly status: SyncStatus }

const most = {
  history: 300,
  rebases: 100,
  lives: 500,
  queries: 300,
  wrote: 500,
  samples: 200,
  causes: 40,
  roundTrips: 20,
  tabs: 64,
}

/** The name of the leader among those who tell. */
export const leaderName = 'leader'

/** Whose panel it is, and how that tab is called. */
export type Here = { readonly here: string; readonly name?: string; readonly title?: string }

export function emptyModel({ here, name = 'This tab', title = '' }: Here): Model {
  return {
    here,
    name,
    tabs: [{ sessionId: here, label: title, order: undefined }],
    leader: undefined,
    refused: undefined,
    history: [],
    backend: { head: 0, roundTrips: [], heardAt: undefined },
    rebases: [],
    lives: new Map(),
    queries: new Map(),
    wrote: new Map(),
    origins: [],
    storm: undefined,
    status: undefined,
  }
}

export function next(model: Model, message: Message): Model {
  switch (message.type) {
    case 'order':
      return seen(withTab(model, { sessionId: model.here, order: message.order }), beadsOf(message.order))
    case 'leader':
      return withLeader(model, message.state)
    case 'refused':
      return { ...model, leader: undefined, refused: message.reason }
    case 'tab':
      return seen(withTab(model, tabOf(message)), beadsOf(message.order))
    case 'gone':
      return { ...model, tabs: model.tabs.filter(({ sessionId }) => sessionId !== message.sessionId) }
    case 'told':
      return message.told.reduce<Model>((now, told) => withTold(now, message.from, told), model)
    case 'status':
      return withStatus(model, message.status)
    default:
      return message satisfies never
  }
}

const tabOf = ({ type: _, ...tab }: Extract<Message, { type: 'tab' }>): Tab => tab

/** Tabs stay in their order, this one first. */
function withTab(model: Model, tab: Pick<Tab, 'sessionId'> & Partial<Tab>): Model {
  const known = model.tabs.some(({ sessionId }) => sessionId === tab.sessionId)
  const tabs = known
    ? model.tabs.map((old) => (old.sessionId === tab.sessionId ? { ...old, ...tab } : old))
    : [...model.tabs, { label: '', order: undefined, ...tab }].slice(0, most.tabs)
  return { ...model, tabs }
}

function withLeader(model: Model, { leaderId, order, recent, sessions }: LeaderState): Model {
  const tabs = model.tabs.filter(({ sessionId }) => sessionId === model.here || sessions.includes(sessionId))
  const joined = sessions.reduce<Model>((now, sessionId) => withTab(now, { sessionId }), { ...model, tabs })
  return seen({ ...joined, leader: { leaderId, order }, refused: undefined, history: recent }, [
    ...recent,
    ...beadsOf(order),
  ])
}

function withStatus(model: Model, status: SyncStatus): Model {
  const { head } = status.backend
  return { ...model, status, backend: head > model.backend.head ? { ...model.backend, head } : model.backend }
}

function withTold(model: Model, from: string, told: Told): Model {
  switch (told.about) {
    case 'order':
      return lived(ordered(model, from, told.order, told.confirmed), from, told.at, told.order, told.confirmed)
    case 'rebase':
      return withRebase(model, from, told)
    case 'many': {
      const count = Object.values(told.counts).reduce((sum, more) => sum + more, 0)
      const perSecond = Math.round((count * 1_000) / Math.max(50, told.at - told.since))
      const stormy = { ...model, storm: { at: told.at, perSecond } }
      return told.order
        ? lived(ordered(stormy, from, told.order, told.confirmed), from, told.at, told.order, told.confirmed)
        : stormy
    }
    case 'queries':
      return { ...model, queries: withRuns(model.queries, told.runs, told.at) }
    case 'rows':
      return { ...model, wrote: withRows(model.wrote, told.commits) }
    case 'else':
      return withTrace(model, from, told.trace, told.at)
    default:
      return told satisfies never
  }
}

function withTrace(model: Model, from: string, trace: Extract<Told, { about: 'else' }>['trace'], at: number): Model {
  const { backend } = model
  switch (trace.type) {
    case 'joined':
      return withTab(model, { sessionId: trace.sessionId })
    case 'left':
      return {
        ...model,
        tabs: model.tabs.filter((tab) => tab.sessionId === model.here || tab.sessionId !== trace.sessionId),
      }
    case 'answered': {
      const roundTrips = [...backend.roundTrips, trace.ms].slice(-most.roundTrips)
      return { ...model, backend: { ...backend, roundTrips, heardAt: at } }
    }
    case 'heartbeat':
      return { ...model, backend: { ...backend, head: Math.max(backend.head, trace.head), heardAt: at } }
    case 'settled': {
      const life = model.lives.get(trace.commitId)
      return life ? { ...model, lives: put(model.lives, trace.commitId, { ...life, ended: trace.outcome }) } : model
    }
    case 'rows changed': {
      const { count, changes } = trace
      const last = model.rebases.find(({ where }) => where === from)
      const rebases = model.rebases.map((rebase) =>
        rebase === last ? { ...rebase, rows: { count, changes } } : rebase,
      )
      return { ...model, rebases }
    }
    default:
      return model
  }
}

/** The order of one tier, and what it says of the confirmed one. */
function ordered(model: Model, from: string, order: Order, confirmed: Stretch): Model {
  const beads = [...confirmed.first, ...confirmed.last]
  const moved =
    from === leaderName
      ? { ...model, leader: model.leader && { ...model.leader, order } }
      : withTab(model, { sessionId: from, order })
  const head = Math.max(model.backend.head, order.confirmed.global)
  const backend = head === model.backend.head ? model.backend : { ...model.backend, head }
  return seen({ ...moved, backend, history: withConfirmed(model.history, beads) }, [...beads, ...beadsOf(order)])
}

function withConfirmed(history: readonly Bead[], beads: readonly Bead[]): readonly Bead[] {
  if (beads.length === 0) return history
  const known = new Set(history.map(({ commitId }) => commitId))
  const fresh = beads.filter(({ commitId }) => !known.has(commitId))
  if (fresh.length === 0) return history
  return [...history, ...fresh].sort((a, b) => compare(a.to, b.to)).slice(-most.history)
}

function withRebase(model: Model, where: string, told: ToldRebase & { readonly at: number }): Model {
  const { at, after, confirmed } = told
  const rebase: Rebase = { ...told, id: Math.max(0, ...model.rebases.map(({ id }) => id)) + 1, where }
  const replayed = new Set([...beadsOf(told.before)].map(({ commitId }) => commitId))
  const now = lived(ordered(model, where, after, confirmed), where, at, after, confirmed)
  const lives = new Map(now.lives)
  for (const { commitId } of beadsOf(after)) {
    const life = lives.get(commitId)
    if (life && replayed.has(commitId) && where === model.here)
      lives.set(commitId, { ...life, rebases: life.rebases + 1 })
  }
  const newestFirst = [rebase, ...model.rebases].sort((a, b) => b.at - a.at) // tabs are heard of late
  return { ...now, lives, rebases: newestFirst.slice(0, most.rebases) }
}

/** Notes when each commit was first seen where. */
function lived(model: Model, from: string, at: number, { accepted, pending }: Order, confirmed: Stretch): Model {
  const lives = new Map(model.lives)
  const note = (bead: Bead, change: Partial<Life>) => {
    const life = lives.get(bead.commitId) ?? { made: bead.at, rebases: 0 }
    lives.set(bead.commitId, { ...change, ...life })
  }
  const held = from === leaderName ? [accepted, pending] : [accepted]
  for (const bead of held.flatMap(all)) note(bead, { persisted: at })
  if (from !== leaderName) for (const bead of all(pending)) note(bead, {})
  for (const bead of all(confirmed)) note(bead, { persisted: at, confirmed: at })
  for (const commitId of [...lives.keys()].slice(0, Math.max(0, lives.size - most.lives))) lives.delete(commitId)
  return { ...model, lives }
}

function put<Value>(map: ReadonlyMap<string, Value>, key: string, value: Value): ReadonlyMap<string, Value> {
  return new Map(map).set(key, value)
}

function withRuns(queries: Model['queries'], runs: readonly QueryRuns[], at: number): Model['queries'] {
  const after = new Map(queries)
  for (const run of runs) {
    const before = after.get(run.sql)
    after.set(run.sql, {
      ...run,
      runs: (before?.runs ?? 0) + run.runs,
      wasted: (before?.wasted ?? 0) + run.wasted,
      ms: [...(before?.ms ?? []), ...run.ms].slice(-most.samples),
      label: run.label ?? before?.label,
      causes: [...run.causes.toReversed(), ...(before?.causes ?? [])].slice(0, most.causes),
      at,
    })
  }
  const spare = after.size - most.queries
  if (spare <= 0) return after
  const oldest = [...after.values()].sort((a, b) => a.at - b.at).slice(0, spare)
  for (const { sql } of oldest) after.delete(sql)
  return after
}

function withRows(wrote: Model['wrote'], commits: readonly ToldRows[]): Model['wrote'] {
  const after = new Map(wrote)
  for (const rows of commits) {
    after.delete(rows.commitId) // the last ones stay
    after.set(rows.commitId, rows)
  }
  for (const commitId of [...after.keys()].slice(0, Math.max(0, after.size - most.wrote))) after.delete(commitId)
  return after
}

/** What a tab is called: that of the panel, or the nth. */
export function nameOf({ here, name, tabs }: Model, id: string): string {
  if (id === here) return name
  return `Tab ${tabs.findIndex(({ sessionId }) => sessionId === id) + 1 || '(closed)'}`
}

/** Within a sentence. */
export const inText = (name: string) => name.charAt(0).toLowerCase() + name.slice(1)

/** Who made a commit, as one name: a session of this client, or another client. */
export function originKey(model: Pick<Model, 'status'>, { clientId, sessionId }: Pick<Bead, 'clientId' | 'sessionId'>) {
  return clientId === model.status?.clientId ? `${clientId}/${sessionId}` : clientId
}

function seen(model: Model, beads: readonly Bead[]): Model {
  const origins = new Set(model.origins)
  for (const bead of beads) origins.add(originKey(model, bead))
  return origins.size === model.origins.length ? model : { ...model, origins: [...origins].slice(0, 200) }
}

export const all = ({ first, last }: Stretch): readonly Bead[] => [...first, ...last]

export function beadsOf({ accepted, pending }: Order): readonly Bead[] {
  return [...all(accepted), ...all(pending)]
}
