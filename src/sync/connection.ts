import type { ErrorCode } from './wire.ts'

/** The state of a leader's connection to the backend. */
export type Connection =
  /** The app has no backend: its leader gives the events their order. */
  { readonly name: 'none' } | LinkState

/** The state of a connection to a backend that there is. */
export type LinkState =
  /** Switched off by the app, or not looked for yet. */
  | { readonly name: 'offline' }
  | { readonly name: 'connecting'; readonly attempt: number }
  /** Waiting for the next attempt at `retryAt`, milliseconds since 1970. */
  | { readonly name: 'waiting'; readonly attempt: number; readonly retryAt: number; readonly reason: string }
  /** `attempt` is the number of the one that succeeded, 0 once the connection has lasted. */
  | { readonly name: 'online'; readonly attempt: number }
  /** No further attempt: something must change first, as `reason` says. `code` is the backend's own, where it said so. */
  | { readonly name: 'stopped'; readonly reason: string; readonly code?: ErrorCode }
  /** With `unknownEventHandling: 'fail'`: a newer build has committed `event`, and goes on where this one stopped. */
  | { readonly name: 'stopped'; readonly reason: string; readonly code: 'unknown_event'; readonly event: string }

/** Why the connection was lost or not made the last time. It stays when the connection is back. */
export type ConnectionFailure = {
  readonly reason: string
  /** Milliseconds since 1970. */
  readonly at: number
}
