/**
 * The port that a leader talks up through. Who implements it decides the order; a leader knows nothing of its transport.
 */
import type { Commit } from '../event/commit.ts'
import type { Connection } from '../sync/connection.ts'
import type { Settled } from '../sync/merge.ts'
import type { Cursor } from '../sync/wire.ts'
import type { Trace } from '../trace.ts'
import type { OpenSocket } from './socket.ts'

/** What the backend told, in the order in which it is to be taken. */
export type Pulled = {
  readonly backendId: string
  /** The next commits of the global order, own ones among them. */
  readonly confirmed: readonly Commit[]
  readonly settled: readonly Settled[]
  /** Where the backend's log stands after `confirmed`. */
  readonly cursor: Cursor
}

/** What a leader offers to its upstream. */
export type Downstream = {
  readonly storeId: string
  readonly clientId: string
  /** The history that `cursor` belongs to; undefined before the first connection. */
  backendId(): string | undefined
  cursor(): Cursor
  /** Whether the commit has its place in the backend's order already. */
  isConfirmed(commitId: string): boolean
  /** Unconfirmed commits that have synced events, oldest first. */
  unpushed(): Iterable<Commit>
  /** Takes what the backend told. Durable when it returns. */
  pull(pulled: Pulled): void
  /** The backend's head, as far as it is known. */
  backendHead(seq: number): void
  connection(connection: Connection): void
  /** What the link tells of itself. */
  traced?(trace: Trace): void
  /** Devtools stand between the link and its socket. */
  readonly wrapSocket?: ((open: OpenSocket) => OpenSocket) | undefined
}

export type UpstreamLink = {
  /** There is something to push. */
  wake(): void
  /** Switches the connection off and on. */
  setOnline(online: boolean): void
  close(): void
}

/**
 * What to do where the backend has another history than this client: it was wiped, or restored from a backup.
 *
 * - `reset`: put the local log aside and begin anew from what the backend has; what it had not confirmed is parked
 * - `shutdown`: end the store in every tab, and keep the local data
 * - `ignore`: go on offline on the local data; `setOnline(true)`, or a leader that starts later, looks again
 */
export type OnBackendIdMismatch = 'reset' | 'shutdown' | 'ignore'

export type Upstream = (downstream: Downstream) => UpstreamLink

/** How an app says what it syncs with. */
export type SyncOptions = {
  readonly backend: Upstream
  /** `reset` unless it says otherwise. */
  readonly onBackendIdMismatch?: OnBackendIdMismatch | undefined
}
