/**
 * The sync backend without sockets of its own: whoever has a transport connects a `Peer` for each client. It takes the
 * world from `env` alone, so the same code serves WebSockets (`sync-server.ts`) and a simulated network.
 */
import type { EventLog } from '../src/backend/event-log.ts'
import type { Env } from '../src/replica/env.ts'
import { closeCodes } from '../src/sync/wire.ts'
import type { Peer, Text } from './channel.ts'
import { type Connection, createConnection } from './connection.ts'
import type { Context } from './context.ts'
import type { Authorize, Validate } from './hooks.ts'
import { createHubs } from './hub.ts'
import { defaultServerLimits, type ServerLimits } from './limits.ts'
import { type Log, silent } from './log.ts'
import { createUsers } from './users.ts'
import { atMost } from './wait.ts'

export type BackendOptions = {
  /** Whoever opened it closes it, after the backend; it may serve another backend then. */
  readonly engine: EventLog
  readonly env: Env
  /** Without it everybody may read and write every store. */
  readonly authorize?: Authorize | undefined
  /** Without it every commit that is well formed is taken. */
  readonly validate?: Validate | undefined
  /** Whether a store that nobody wrote yet comes to be when somebody who may write opens it; it does by default. */
  readonly createStores?: boolean | undefined
  readonly limits?: Partial<ServerLimits> | undefined
  readonly heartbeatMs?: number | undefined
  readonly log?: Log | undefined
}

export type Backend = {
  /** A client whose socket is open. */
  connect(peer: Peer): Connected
  /** Whether `close` was called. */
  isClosing(): boolean
  /** Says bye to everybody, finishes what is in progress, and closes all peers. */
  close(): Promise<void>
}

/** What the transport tells the backend of one peer. */
export type Connected = {
  /** A message came whole. One that `isBinary` is not of the protocol. */
  received(message: Text, isBinary?: boolean): void
  /** The socket is gone, whoever closed it. */
  closed(): void
}

export const defaultHeartbeatMs = 20_000

export function createBackend(options: BackendOptions): Backend {
  const { engine, env } = options
  const limits = { ...defaultServerLimits, ...options.limits }
  const heartbeatMs = options.heartbeatMs ?? defaultHeartbeatMs
  const log = options.log ?? silent
  const hubs = createHubs({ engine, env, limits, log })
  const connections = new Set<Connection>()
  const inProgress = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  const context: Context = {
    engine,
    env,
    hubs,
    users: createUsers(limits),
    limits,
    heartbeatMs,
    authorize: options.authorize ?? (() => ({ read: true, write: true })),
    validate: options.validate,
    createStores: options.createStores ?? true,
    log,
    track(work) {
      inProgress.add(work)
      void work.finally(() => inProgress.delete(work))
    },
    isClosing: () => closing !== undefined,
  }

  const beat = () => {
    cancelBeat = env.after(heartbeatMs, beat)
    hubs.tick()
    for (const connection of connections) connection.beat()
  }
  let cancelBeat = env.after(heartbeatMs, beat)

  const restart = (connection: Connection) => connection.close(closeCodes.restart, 'the server restarts')

  const close = async () => {
    cancelBeat()
    for (const connection of connections) connection.bye(bySomeTime(env))
    const drained = Promise.all(inProgress).then(() => hubs.drained())
    await atMost(env, limits.drainMs, drained)
    for (const connection of connections) restart(connection)
    hubs.close()
  }

  return {
    connect(peer) {
      const connection = createConnection(peer, context)
      connections.add(connection)
      if (closing) restart(connection)
      return {
        received: connection.receive,
        closed() {
          connections.delete(connection)
          connection.closed()
        },
      }
    },
    isClosing: context.isClosing,
    close: () => (closing ??= close()),
  }
}

/** Not all at once: everybody comes back at a time of its own. */
function bySomeTime({ random }: Env): number {
  return 500 + Math.floor(random() * 1_500)
}
