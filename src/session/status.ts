import { type Commit, headAfter, isSynced } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { LeaderStatus, Progress } from '../replica/leader-api.ts'
import type { Connection, ConnectionFailure } from '../sync/connection.ts'
import type { SyncState } from '../sync/state.ts'
import type { StorageStatus } from '../trace.ts'

/** How far each tier is. A commit is pending until the leader has it, then unconfirmed until the backend has it. */
export type SyncStatus = {
  readonly clientId: string
  readonly sessionId: string
  readonly session: {
    /** The last event that this tab shows, e.g. `e7` or `e5r1`. */
    readonly head: EventSequenceNumber.Client
    /** Commits of this tab that the leader has not persisted. */
    readonly pending: number
  }
  readonly leader: {
    /** Undefined while there is none. */
    readonly leaderId: string | undefined
    /** Whether it runs in this tab's worker. */
    readonly isHere: boolean
    readonly head: EventSequenceNumber.Client
    /** Persisted commits that the backend is to confirm: client-only ones never go there. */
    readonly unconfirmed: number
  }
  readonly backend: {
    /** The last event that the backend is known to have. */
    readonly head: EventSequenceNumber.Global
    /** The last event that is confirmed here: what comes after it may still be given another number. Without a backend, the leader confirms. */
    readonly confirmed: EventSequenceNumber.Client
  }
  /** Commits of this client that are out of the order and kept: `store.parked` lists them. */
  readonly parked: number
  readonly connection: Connection
  /** What went wrong with the connection the last time, also when it is back. */
  readonly connectionFailure: ConnectionFailure | undefined
  readonly storage: StorageStatus | undefined
  /** What the leader is busy with for long, in events; this tab shows the outcome all at once. Undefined most of the time. */
  readonly progress: Progress | undefined
}

type Tab = {
  readonly clientId: string
  readonly sessionId: string
  readonly sync: SyncState
  readonly leader: LeaderStatus | undefined
  /** Whether a leader runs in this tab's worker. */
  readonly hosts: (leaderId: string) => boolean
}

export function createSyncStatus(): (tab: Tab) => SyncStatus {
  const held = createCount()
  return (tab) => syncStatus(tab, held(tab.sync))
}

function syncStatus({ clientId, sessionId, sync, leader, hosts }: Tab, { head, unconfirmed }: Held): SyncStatus {
  const leaderId = leader?.leaderId
  return {
    clientId,
    sessionId,
    session: { head: sync.head, pending: sync.pending.length },
    leader: {
      leaderId,
      isHere: leaderId !== undefined && hosts(leaderId),
      head,
      unconfirmed,
    },
    backend: { head: backendHead(sync, leader), confirmed: sync.confirmed },
    parked: leader?.parked.count ?? 0,
    connection: leader?.connection ?? { name: 'offline' },
    connectionFailure: leader?.connectionFailure,
    storage: leader?.storage,
    progress: leader?.progress,
  }
}

/** What is confirmed is at the backend, if there is one. */
function backendHead({ confirmed }: SyncState, leader: LeaderStatus | undefined): number {
  const head = leader?.backendHead ?? 0
  return leader?.connection.name === 'none' ? head : Math.max(head, confirmed.global)
}

/** Whether something would be lost if this tab ended now: it is not persisted, or only in memory and not at the backend. */
export function isUnsaved({ session, leader, backend, storage }: SyncStatus): boolean {
  const isOnlyHere = leader.unconfirmed > 0 || backend.confirmed.global > backend.head
  return session.pending > 0 || (storage?.kind === 'memory' && isOnlyHere)
}

type Held = {
  readonly after: EventSequenceNumber.Client
  readonly commits: readonly Commit[]
  readonly head: EventSequenceNumber.Client
  readonly unconfirmed: number
}

/** Counts what the leader holds, and not again where that is what it was: a commit of this tab is pending first. */
function createCount() {
  let last: Held | undefined
  return ({ confirmed: after, accepted: commits }: SyncState): Held => {
    if (last?.after !== after || last.commits !== commits)
      last = { after, commits, head: headAfter(after, commits), unconfirmed: commits.filter(isSynced).length }
    return last
  }
}

/** As the design writes it: `session e7 · leader e7 · backend e6`. */
export function printHeads({ session, leader, backend }: SyncStatus): string {
  const { print } = EventSequenceNumber
  return `session ${print(session.head)} · leader ${print(leader.head)} · backend e${backend.head}`
}
