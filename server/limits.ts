import { defaultLimits, type Limits } from '../src/sync/wire.ts'

/** What one client may cost. The first four are told to it in `welcome`. Times are milliseconds. */
export type ServerLimits = Limits & {
  /** Of one WebSocket message; a larger one ends the connection. */
  readonly maxPayload: number
  /** Of the first message, which comes from anybody. */
  readonly maxHelloBytes: number
  readonly pageEvents: number
  readonly pageBytes: number
  /** What may be sent beyond what the client has credited. */
  readonly windowEvents: number
  readonly windowBytes: number
  /** Recent commits and frames that a store keeps at hand while somebody is connected to it. */
  readonly recentBytes: number
  /** Of answers that a client does not read. */
  readonly maxBufferedBytes: number
  readonly connections: number
  readonly connectionsPerUser: number
  /** Per user and store; without a userId per connection. */
  readonly pushesPerSecond: number
  readonly pushBurst: number
  readonly pushBytesPerSecond: number
  readonly pushBytesBurst: number
  readonly messagesPerSecond: number
  readonly messageBurst: number
  /** From the opening of the socket to `hello`. */
  readonly helloMs: number
  /** For an answer of `authorize` or `validate`. */
  readonly hookMs: number
  /** How long before the end of an authorization `expiring` is sent. */
  readonly expiringMs: number
  /** Without credit while there is something to send. */
  readonly creditMs: number
  /** How long the others wait while one that lost three times has its turn. */
  readonly turnMs: number
  /** Least time between two broadcasts of a store. */
  readonly coalesceMs: number
  /** For pushes in progress when the server closes. */
  readonly drainMs: number
}

const kiB = 1024
const miB = 1024 * kiB

export const defaultServerLimits: ServerLimits = {
  ...defaultLimits,
  maxPayload: 5 * miB,
  maxHelloBytes: 256 * kiB,
  pageEvents: 500, // half a window, so that the next page is on its way while one is applied
  pageBytes: 384 * kiB,
  windowEvents: 1_000,
  windowBytes: 1 * miB,
  recentBytes: 1 * miB,
  maxBufferedBytes: 16 * miB,
  connections: 10_000,
  connectionsPerUser: 50,
  pushesPerSecond: 50,
  pushBurst: 200,
  pushBytesPerSecond: 16 * miB,
  pushBytesBurst: 64 * miB,
  messagesPerSecond: 500,
  messageBurst: 1_000,
  helloMs: 5_000,
  hookMs: 10_000,
  expiringMs: 30_000,
  creditMs: 30_000,
  turnMs: 1_000,
  coalesceMs: 25,
  drainMs: 5_000,
}
