/**
 * What the explorer knows of a cluster: clients, each with its sessions, its leader and its connection, and one log.
 *
 * ```
 * session ──up──▶ leader ──push──▶ backend: the log, of which a client sees `feed`
 *         ◀─down─        ◀─answers, feed─
 * ```
 *
 * A client names commits as it sees them, `0.1sc` for the second commit of its session 0, with one synced and one
 * client-only event, and `@3` for another client's commit at index 3 of the log. So what a client is does not depend on who
 * the others are, and clients, like sessions, can be exchanged for one another.
 */
import type { Commit } from '../../event/commit.ts'
import type { Joined } from '../../replica/leader-api.ts'
import type { Settled } from '../../sync/merge.ts'
import { emptySyncState, type SyncState } from '../../sync/state.ts'
import type { Core } from './core.ts'

/** What may happen in the histories that are explored. */
export type Scope = {
  readonly clients: number
  /**
   * Whether there are other clients besides, any number of them, of which only what the backend stores is seen. Clients meet in
   * its log and nowhere else, so this is all that they can do to each other.
   */
  readonly otherClients: boolean
  readonly sessions: number
  /** Whether clients have other sessions besides, of which only what they push is seen: sessions meet in their leader. */
  readonly otherSessions: boolean
  /** In the whole history, as are the faults. */
  readonly commits: number
  readonly disconnects: number
  readonly rejections: number
  /** A leader's end, or that of a session's way to it. */
  readonly handovers: number
  /** What a commit may consist of: `s` a synced event, `c` a client-only one. */
  readonly kinds: readonly string[]
}

/** What a leader says to its sessions about the order. */
export type OrderMessage = ReturnType<Core['acceptedMessage']>

/** A leader's answer to `join`, as far as it is about the order. */
export type JoinAnswer = Pick<Joined, 'confirmed' | 'head' | 'accepted' | 'confirmedIds' | 'settled'> & {
  readonly type: 'joined'
  /** What the bytes were made from; absent where `confirmed` brings the session's own state up to date. */
  readonly bytes: readonly Commit[] | undefined
}

export type SessionState = {
  readonly sync: SyncState
  /** How many commits were made here. */
  readonly made: number
  /** What it has as confirmed. */
  readonly log: readonly Commit[]
  /** Own commits of which it was told that they were settled. */
  readonly gone: readonly string[]
  /** `lost`: its leader, or the way to it, is gone; `joining`: it has asked another one. */
  readonly leader: 'joined' | 'lost' | 'joining'
  readonly up: readonly (readonly Commit[])[]
  readonly down: readonly Told[]
}

export type LeaderState = {
  readonly sync: SyncState
  /** The event log, which outlives the leader: what is confirmed and what was settled, and `sync.pending`. */
  readonly log: readonly Commit[]
  readonly settled: readonly Settled[]
}

export type Push = { readonly parent: number; readonly commits: readonly Commit[]; readonly answered: boolean }

/** `after`: the events that the backend sends before it. */
export type Answer =
  | { readonly type: 'pushed'; readonly count: number; readonly head: number; readonly after: number }
  | { readonly type: 'ahead'; readonly after: number }
  | { readonly type: 'rejected'; readonly commitId: string; readonly after: number }

export type LinkState = {
  readonly online: boolean
  readonly push: Push | undefined
  readonly answers: readonly Answer[]
  /** Pushes on connections that are lost: the backend may still take them. */
  readonly stray: readonly Push[]
}

/** All of a client but its sessions. A step is one of this part, or of one session by itself, but for what they say to each other. */
export type Shared = {
  readonly leader: LeaderState
  readonly link: LinkState
  /** Own commits that the backend has, in its order. */
  readonly stored: readonly Commit[]
  /** How many commits other sessions made. */
  readonly madeElsewhere: number
  readonly disconnects: number
  readonly handovers: number
  readonly rejected: readonly string[]
}

export type Client = { readonly shared: Shared; readonly sessions: readonly SessionState[] }

export const budgets = ['commits', 'disconnects', 'rejections', 'handovers'] as const
export type Budget = (typeof budgets)[number]

/** One thing that may happen. Where it throws a `Broken`, a rule does not hold. */
type StepTo<After> = {
  /** For people. */
  readonly what: string
  readonly take: () => After
  /** What it uses up; steps that use up nothing must lead to an end. */
  readonly uses?: Budget
}

/** A session does something by itself. */
export type SessionStep = StepTo<SessionState>

/** On its way to a session; `held` is what the leader held when it said so. */
export type Told = { readonly message: OrderMessage | JoinAnswer; readonly held: readonly Commit[] }

/** What a leader did, and what it then says to each session `to`. */
export type Done = { readonly shared: Shared; readonly says: readonly ((to: number) => Told)[] }

/** A leader and its connection do something. */
export type SharedStep = StepTo<Done> & {
  /** How many commits the backend's log grew by, each by this many events. */
  readonly stores?: readonly number[]
}

export const firstSession: SessionState = {
  sync: emptySyncState,
  made: 0,
  log: [],
  gone: [],
  leader: 'joined',
  up: [],
  down: [],
}

export const firstShared: Shared = {
  leader: { sync: emptySyncState, log: [], settled: [] },
  link: { online: true, push: undefined, answers: [], stray: [] },
  stored: [],
  madeElsewhere: 0,
  disconnects: 0,
  handovers: 0,
  rejected: [],
}

export function ownCommit(session: number, nth: number, kind: string): Commit {
  return commitOf(`${session}.${nth}${kind}`, String(session), kind)
}

/** What the log has at `index`, if it is another client's. */
export function foreignCommit(index: number, events: number): Commit {
  return commitOf(`@${index}`, 'elsewhere', 's'.repeat(events))
}

function commitOf(commitId: string, sessionId: string, kind: string): Commit {
  const events = [...kind].map((letter) => ({ name: letter, args: null, synced: letter === 's' }))
  return { commitId, clientId: 'client', sessionId, at: 0, generation: 0, events }
}

export const isOwnOf = (session: number) => (commit: Commit) => commit.sessionId === String(session)
