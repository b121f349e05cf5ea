/**
 * Wire protocol v1 between a client's leader and the sync backend: JSON text over a WebSocket, subprotocol
 * `headwater.sync.v1`. One union per direction; what comes in is parsed once, here, and past this file types are true.
 *
 * ```
 * client                                   backend
 *   hello {storeId, token, cursor}  ─────▶
 *                                   ◀─────  welcome {backendId, head, limits}
 *                                   ◀─────  events {parent, commits}         whole commits, in pages
 *   credit {seq}                    ─────▶                                   applied up to seq
 *   push {id, parent, commits}      ─────▶                                   one in flight
 *                                   ◀─────  pushed {id, head, count}         everything up to head was sent before
 *                                   ◀─────  ahead {id, head}                 likewise; rebase and push again
 *                                   ◀─────  rejected {id, commitId, reason}  the first refused; the rest was not looked at.
 *                                                                            Alone if it was the first of the push
 *                                   ◀─────  heartbeat {head} · error · expiring · bye
 *   auth {token}                    ─────▶
 * ```
 */
import type { ArgsKinds, Json } from '../event/encode.ts'

export const subprotocol = 'headwater.sync.v1'
export const protocolVersion = 1

/** A place in the backend's log and, as proof of which history is meant, the commit that ends there. */
export type Cursor = {
  /** Number of the last event; 0 is the empty log. */
  readonly seq: number
  /** The commit whose last event is `seq`; null at 0. */
  readonly commitId: string | null
}

/** `[name, args]` or, where JSON does not say it all, `[name, args, kinds]`. */
export type WireEvent = readonly [name: string, args: Json] | readonly [name: string, args: Json, kinds: ArgsKinds]

/** The synced events of one commit. Their numbers follow from the place in the order. */
export type WireCommit = readonly [
  commitId: string,
  clientId: string,
  sessionId: string,
  at: number,
  events: readonly WireEvent[],
]

/** What one message may hold. A commit is never split, so one larger commit may stand alone in a message. */
export type Limits = {
  readonly maxEventsPerPush: number
  readonly maxBytesPerPush: number
  readonly maxEventsPerCommit: number
  readonly maxBytesPerCommit: number
}

export const defaultLimits: Limits = {
  maxEventsPerPush: 1_000,
  maxBytesPerPush: 768 * 1024,
  maxEventsPerCommit: 10_000,
  maxBytesPerCommit: 4 * 1024 * 1024,
}

export type FromClient =
  | {
      readonly type: 'hello'
      readonly v: number
      readonly storeId: string
      readonly token?: string | undefined
      readonly clientId: string
      /** The history that the cursor belongs to; absent on the first connection. */
      readonly backendId?: string | undefined
      readonly cursor: Cursor
    }
  | { readonly type: 'credit'; readonly seq: number }
  | { readonly type: 'push'; readonly id: number; readonly parent: number; readonly commits: readonly WireCommit[] }
  | { readonly type: 'auth'; readonly token: string }
  | { readonly type: 'heartbeat' }
  | { readonly type: 'bye' }

export const errorCodes = [
  'bad_message',
  'version',
  'unauthorized',
  'forbidden',
  'bad_store',
  'too_large',
  'parent_unknown',
  'backend_mismatch',
  'cursor_mismatch',
  'commit_conflict',
  'rate',
  'unavailable',
] as const
export type ErrorCode = (typeof errorCodes)[number]

/** Why the backend closed the socket; an `error` frame with the sentence goes before all but `slow`. 1012 (restart) follows `bye`. */
export const closeCodes = {
  badMessage: 4400,
  /** No hello in time; no, a bad or an expired token: come back with another one. */
  unauthorized: 4401,
  forbidden: 4403,
  /** The storeId is malformed, or there is no such store. */
  badStore: 4404,
  /** Nothing was credited for too long while there was something to send. */
  slow: 4008,
  /** Other backendId, or a cursor that is not of this history: reset. */
  mismatch: 4409,
  version: 4426,
  rate: 4429,
  restart: 1012,
} as const

export type FromBackend =
  | {
      readonly type: 'welcome'
      readonly v: number
      readonly backendId: string
      readonly head: Cursor
      readonly limits: Limits
      readonly heartbeatMs: number
      /** When the authorization ends, milliseconds since 1970; absent if it does not. */
      readonly expiresAt?: number | undefined
    }
  | { readonly type: 'events'; readonly parent: number; readonly commits: readonly WireCommit[] }
  /** `count` is the number of commits that were stored: all of the push, or the prefix before the one in `rejected`. */
  | { readonly type: 'pushed'; readonly id: number; readonly head: Cursor; readonly count: number }
  | { readonly type: 'ahead'; readonly id: number; readonly head: Cursor }
  | { readonly type: 'rejected'; readonly id: number; readonly commitId: string; readonly reason: string }
  | {
      readonly type: 'error'
      readonly id?: number | undefined
      readonly code: ErrorCode
      readonly message: string
      /** Whether the same message may succeed later. */
      readonly retry: boolean
      readonly retryAfterMs?: number | undefined
    }
  | { readonly type: 'expiring'; readonly inMs: number }
  /** Everything up to `head` was sent before on this socket, so a difference to what was received is a loss. */
  | { readonly type: 'heartbeat'; readonly head: Cursor }
  | { readonly type: 'bye'; readonly retryAfterMs: number }

/** A frame that is not of the protocol. `path` names the first member that is wrong. */
export class BadFrame extends Error {
  override name = 'BadFrame'
  readonly path: string

  constructor(path: string, expected: string) {
    super(`bad frame: ${path} must be ${expected}`)
    this.path = path
  }
}

export function parseFromClient(text: string): FromClient {
  const frame = parseFrame(text)
  switch (frame.type) {
    case 'hello':
      return {
        type: 'hello',
        v: integer(frame, 'v'),
        storeId: string(frame, 'storeId'),
        token: optional(frame, 'token', string),
        clientId: clientId(frame.clientId, 'clientId'),
        backendId: optional(frame, 'backendId', string),
        cursor: cursor(frame.cursor, 'cursor'),
      }
    case 'credit':
      return { type: 'credit', seq: integer(frame, 'seq') }
    case 'push':
      return {
        type: 'push',
        id: integer(frame, 'id'),
        parent: integer(frame, 'parent'),
        commits: commits(frame.commits, 'commits'),
      }
    case 'auth':
      return { type: 'auth', token: string(frame, 'token') }
    case 'heartbeat':
    case 'bye':
      return { type: frame.type }
    default:
      throw new BadFrame('type', 'hello, credit, push, auth, heartbeat or bye')
  }
}

export function parseFromBackend(text: string): FromBackend {
  const frame = parseFrame(text)
  switch (frame.type) {
    case 'welcome':
      return {
        type: 'welcome',
        v: integer(frame, 'v'),
        backendId: string(frame, 'backendId'),
        head: cursor(frame.head, 'head'),
        limits: limits(frame.limits),
        heartbeatMs: duration(frame, 'heartbeatMs'),
        expiresAt: optional(frame, 'expiresAt', integer),
      }
    case 'events':
      return { type: 'events', parent: integer(frame, 'parent'), commits: commits(frame.commits, 'commits') }
    case 'pushed':
      return {
        type: 'pushed',
        id: integer(frame, 'id'),
        head: cursor(frame.head, 'head'),
        count: integer(frame, 'count'),
      }
    case 'ahead':
      return { type: 'ahead', id: integer(frame, 'id'), head: cursor(frame.head, 'head') }
    case 'rejected':
      return {
        type: 'rejected',
        id: integer(frame, 'id'),
        commitId: token(frame.commitId, 'commitId'),
        reason: string(frame, 'reason'),
      }
    case 'error': {
      const code = errorCodes.find((known) => known === frame.code)
      if (!code) throw new BadFrame('code', `one of ${errorCodes.join(', ')}`)
      if (typeof frame.retry !== 'boolean') throw new BadFrame('retry', 'a boolean')
      return {
        type: 'error',
        id: optional(frame, 'id', integer),
        code,
        message: string(frame, 'message'),
        retry: frame.retry,
        retryAfterMs: optional(frame, 'retryAfterMs', duration),
      }
    }
    case 'expiring':
      return { type: 'expiring', inMs: integer(frame, 'inMs') }
    case 'heartbeat':
      return { type: 'heartbeat', head: cursor(frame.head, 'head') }
    case 'bye':
      return { type: 'bye', retryAfterMs: duration(frame, 'retryAfterMs') }
    default:
      throw new BadFrame('type', 'a message of the backend')
  }
}

type Frame = { readonly [key: string]: unknown }

function parseFrame(text: string): Frame {
  let frame: unknown
  try {
    frame = JSON.parse(text)
  } catch {
    throw new BadFrame('the frame', 'JSON text')
  }
  return object(frame, 'the frame')
}

function object(value: unknown, path: string): Frame {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new BadFrame(path, 'an object')
  return value as Frame
}

function string(frame: Frame, key: string): string {
  const value = frame[key]
  if (typeof value !== 'string' || value.length > 64 * 1024) throw new BadFrame(key, 'a string')
  return value
}

function integer(frame: Frame, key: string): number {
  const value = frame[key]
  if (!Number.isSafeInteger(value) || (value as number) < 0) throw new BadFrame(key, 'an integer from 0')
  return value as number
}

/** Nobody waits longer than a day for anything; a timer for longer than 24 days would be over at once. */
const longestMs = 24 * 60 * 60 * 1_000

function duration(frame: Frame, key: string): number {
  const value = integer(frame, key)
  if (value > longestMs) throw new BadFrame(key, `at most ${longestMs} ms`)
  return value
}

function optional<T>(frame: Frame, key: string, read: (frame: Frame, key: string) => T): T | undefined {
  return frame[key] === undefined ? undefined : read(frame, key)
}

/** commitId and sessionId: 8 to 64 characters of nanoid's alphabet. */
function token(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{8,64}$/.test(value)) {
    throw new BadFrame(path, '8 to 64 of A-Z a-z 0-9 _ -')
  }
  return value
}

function clientId(value: unknown, path: string): string {
  if (typeof value !== 'string' || !/^[A-Za-z0-9_-]{6}$/.test(value)) throw new BadFrame(path, '6 of A-Z a-z 0-9 _ -')
  return value
}

function cursor(value: unknown, path: string): Cursor {
  const frame = object(value, path)
  const seq = integer(frame, 'seq')
  if ((seq === 0) !== (frame.commitId === null)) throw new BadFrame(`${path}.commitId`, 'null at 0 and only there')
  return { seq, commitId: frame.commitId === null ? null : token(frame.commitId, `${path}.commitId`) }
}

function limits(value: unknown): Limits {
  const frame = object(value, 'limits')
  return {
    maxEventsPerPush: integer(frame, 'maxEventsPerPush'),
    maxBytesPerPush: integer(frame, 'maxBytesPerPush'),
    maxEventsPerCommit: integer(frame, 'maxEventsPerCommit'),
    maxBytesPerCommit: integer(frame, 'maxBytesPerCommit'),
  }
}

function commits(value: unknown, path: string): WireCommit[] {
  if (!Array.isArray(value) || value.length === 0) throw new BadFrame(path, 'a list of at least one commit')
  return value.map((item, index) => commit(item, `${path}[${index}]`))
}

function commit(value: unknown, path: string): WireCommit {
  if (!Array.isArray(value) || value.length !== 5) {
    throw new BadFrame(path, '[commitId, clientId, sessionId, at, events]')
  }
  const [id, client, session, at, events] = value
  if (typeof at !== 'number' || !Number.isFinite(at)) throw new BadFrame(`${path}[3]`, 'a time in milliseconds')
  if (!Array.isArray(events) || events.length === 0) throw new BadFrame(`${path}[4]`, 'a list of at least one event')
  return [
    token(id, `${path}[0]`),
    clientId(client, `${path}[1]`),
    token(session, `${path}[2]`),
    at,
    events.map((item, index) => event(item, `${path}[4][${index}]`)),
  ]
}

function event(value: unknown, path: string): WireEvent {
  if (!Array.isArray(value) || value.length < 2 || value.length > 3) throw new BadFrame(path, '[name, args, kinds?]')
  const [name, args, kinds] = value
  if (typeof name !== 'string' || name.length < 1 || name.length > 128) {
    throw new BadFrame(`${path}[0]`, 'a name of 1 to 128 characters')
  }
  if (isDeeper(args, maxArgsDepth)) throw new BadFrame(`${path}[1]`, `nested at most ${maxArgsDepth} levels`)
  if (value.length === 2) return [name, args as Json]
  for (const [key, kind] of Object.entries(object(kinds, `${path}[2]`))) {
    if (kind !== 'date' && kind !== 'bytes' && kind !== 'bigint' && kind !== 'number') {
      throw new BadFrame(`${path}[2]["${key}"]`, 'date, bytes, bigint or number')
    }
  }
  return [name, args as Json, kinds as ArgsKinds]
}

/** What `encodeArgs` lets through; deeper args would overflow the stack of whoever walks them. */
const maxArgsDepth = 64

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  return levels < 0 || Object.values(value).some((item) => isDeeper(item, levels - 1))
}
