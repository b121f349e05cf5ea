import type { Env } from '../replica/env.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import type { OnBackendIdMismatch, Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import type { Sqlite } from '../sqlite/port.ts'
import type { StorageProblem, TraceSource } from '../trace.ts'

/** How a store reaches its leader, and where it keeps its state. */
export type Adapter = (options: AdapterOptions) => Promise<Attachment>

export type AdapterOptions = {
  readonly schema: Schema
  readonly storeId: string
  readonly sessionId: string
  readonly env: Env
  readonly traces: TraceSource
  /** For adapters whose leader runs in this thread; the web adapter's worker has its own. */
  readonly upstream?: Upstream | undefined
  readonly onBackendIdMismatch?: OnBackendIdMismatch | undefined
}

export type Attachment = {
  /** An empty database in memory. */
  openMemory(): Sqlite
  /**
   * Calls back with each leader that there is, one after the other, and where this tab tried to lead and could not: `problem` is
   * that of the storage, if it was that. Tabs that no leader lets in may borrow the state of one that was let in.
   */
  onLeader(
    take: (leader: LeaderApi) => void,
    onFailed: (error: Error, problem?: StorageProblem) => void,
    silence: Silence,
  ): () => void
  /** Whether this leader runs in this tab. */
  hosts(leaderId: string): boolean
  /** Calls back when the local data of the store is to be removed. */
  onWiped?(hear: () => void): () => void
  /** Warns who leaves the page while something would be lost. */
  guardUnload?(unsaved: Unsaved): () => void
  close(): Promise<void>
}

/** What a session does while no leader answers. */
export type Silence = {
  /** Nobody lets this session in. Says whether it has no state yet, and takes that of another tab. */
  onSilence(problem: StorageProblem): boolean
  /** Stands in for the leader, with the state of this session, for another one of the same build; undefined where it has none. */
  lend(problem: StorageProblem): LeaderApi | undefined
}

/** Whether something would be lost if this tab ended now; `subscribe` tells when that may have changed. */
export type Unsaved = {
  isUnsaved(): boolean
  subscribe(listener: () => void): () => void
}
