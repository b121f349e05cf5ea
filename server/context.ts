import type { EventLog } from '../src/backend/event-log.ts'
import type { Env } from '../src/replica/env.ts'
import type { Authorize, Validate } from './hooks.ts'
import type { Hubs } from './hub.ts'
import type { ServerLimits } from './limits.ts'
import type { Log } from './log.ts'
import type { Users } from './users.ts'

/** What all connections of a server share. */
export type Context = {
  readonly engine: EventLog
  readonly env: Env
  readonly hubs: Hubs
  readonly users: Users
  readonly limits: ServerLimits
  readonly heartbeatMs: number
  readonly authorize: Authorize
  readonly validate: Validate | undefined
  readonly createStores: boolean
  readonly log: Log
  /** The server waits for it before it ends. */
  track(work: Promise<unknown>): void
  /** The server is about to end: what is in progress is finished, nothing new begins. */
  isClosing(): boolean
}
