/** The sync backend without a port of its own: mount it on any `node:http` server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import type { EventLog } from '../src/backend/event-log.ts'
import { closeCodes, subprotocol } from '../src/sync/wire.ts'
import type { Peer } from './channel.ts'
import { type Connection, createConnection } from './connection.ts'
import type { Context } from './context.ts'
import type { Authorize, Validate } from './hooks.ts'
import { answerHealth, refuseUpgrade } from './http.ts'
import { createHubs } from './hub.ts'
import { defaultServerLimits, type ServerLimits } from './limits.ts'
import { type Log, silent } from './log.ts'
import { createUsers } from './users.ts'

export type SyncServerOptions = {
  /** Whoever opened it closes it, after the server. */
  readonly engine: EventLog
  /** Without it everybody may read and write every store. */
  readonly authorize?: Authorize | undefined
  /** Without it every commit that is well formed is taken. */
  readonly validate?: Validate | undefined
  /** Whether a store that nobody wrote yet comes to be when somebody who may write opens it; it does by default. */
  readonly createStores?: boolean | undefined
  /** Pages that may connect, such as `https://app.example`; without it all may. Who sends no Origin is no page. */
  readonly origins?: readonly string[] | undefined
  readonly limits?: Partial<ServerLimits> | undefined
  readonly heartbeatMs?: number | undefined
  readonly log?: Log | undefined
}

export type SyncServer = {
  /** For the `upgrade` event of an HTTP server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Answers `/healthz` and `/readyz`; false if the request is for somebody else. */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean
  /** Says bye to everybody, finishes what is in progress, and closes all sockets. */
  close(): Promise<void>
}

export function createSyncServer(options: SyncServerOptions): SyncServer {
  const { engine, origins } = options
  const limits = { ...defaultServerLimits, ...options.limits }
  const log = options.log ?? silent
  const heartbeatMs = options.heartbeatMs ?? 20_000
  const hubs = createHubs({ engine, limits, log })
  const sockets = new Map<WebSocket, Connection>()
  const alive = new WeakSet<WebSocket>()
  const inProgress = new Set<Promise<unknown>>()
  let closing: Promise<void> | undefined

  const context: Context = {
    engine,
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

  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false, // costs eight times the work a message
    maxPayload: limits.maxPayload,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })

  const accept = (socket: WebSocket) => {
    const connection = createConnection(peerOf(socket), context)
    sockets.set(socket, connection)
    alive.add(socket)
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      alive.add(socket)
      connection.receive(data, isBinary)
    })
    socket.on('pong', () => alive.add(socket))
    socket.on('error', (error) => log({ level: 'debug', message: 'a socket failed', error })) // close follows
    socket.on('close', () => {
      sockets.delete(socket)
      connection.closed()
    })
  }

  /** A socket from which nothing came since the last beat is dead. */
  const beat = () => {
    hubs.tick()
    for (const [socket, connection] of sockets) {
      if (!alive.delete(socket)) socket.terminate()
      else {
        connection.beat()
        if (socket.readyState === socket.OPEN) socket.ping()
      }
    }
  }
  const beats = setInterval(beat, heartbeatMs)

  const close = async () => {
    clearInterval(beats)
    for (const connection of sockets.values()) connection.bye(bySomeTime())
    const drained = Promise.all(inProgress).then(() => hubs.drained())
    await Promise.race([drained, pause(limits.drainMs)])
    for (const connection of sockets.values()) connection.close(closeCodes.restart, 'the server restarts')
    await Promise.race([Promise.all([...sockets.keys()].map(closed)), pause(1_000)])
    for (const socket of sockets.keys()) socket.terminate()
    hubs.close()
  }

  return {
    handleUpgrade(request, socket, head) {
      socket.on('error', (error) => log({ level: 'debug', message: 'a socket failed', error }))
      if (closing) return refuseUpgrade(socket, '503 Service Unavailable')
      if (!isAllowed(request.headers.origin, origins)) return refuseUpgrade(socket, '403 Forbidden')
      if (sockets.size >= limits.connections) return refuseUpgrade(socket, '503 Service Unavailable')
      webSockets.handleUpgrade(request, socket, head, accept)
    },
    handleRequest: (request, response) => answerHealth(request, response, { engine, isClosing: context.isClosing }),
    close: () => (closing ??= close()),
  }
}

function peerOf(socket: WebSocket): Peer {
  return {
    send(data) {
      if (socket.readyState === socket.OPEN) socket.send(data, { binary: false })
    },
    buffered: () => socket.bufferedAmount,
    close: (code, reason) => socket.close(code, reason),
  }
}

function isAllowed(origin: string | undefined, origins: readonly string[] | undefined): boolean {
  return origins === undefined || origin === undefined || origins.includes(origin)
}

/** Not all at once: everybody comes back at a time of its own. */
function bySomeTime(): number {
  return 500 + Math.floor(Math.random() * 1_500)
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref())
}
