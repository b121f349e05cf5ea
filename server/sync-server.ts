/** The sync backend on WebSockets, without a port of its own: mount it on any `node:http` server. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { realEnv } from '../src/replica/real-env.ts'
import { subprotocol } from '../src/sync/wire.ts'
import { type BackendOptions, createBackend, defaultHeartbeatMs } from './backend.ts'
import type { Peer } from './channel.ts'
import { answerHealth, refuseUpgrade } from './http.ts'
import { defaultServerLimits } from './limits.ts'
import { silent } from './log.ts'
import { atMost } from './wait.ts'

export type SyncServerOptions = Omit<BackendOptions, 'env'> & {
  /** Pages that may connect, such as `https://app.example`; without it all may. Who sends no Origin is no page. */
  readonly origins?: readonly string[] | undefined
}

export type SyncServer = {
  /** For the `upgrade` event of an HTTP server. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** Answers `/healthz` and `/readyz`; false if the request is for somebody else. */
  handleRequest(request: IncomingMessage, response: ServerResponse): boolean
  /** Says bye to everybody, finishes what is in progress, and closes all sockets. */
  close(): Promise<void>
}

export function createSyncServer({ origins, ...options }: SyncServerOptions): SyncServer {
  const { engine, heartbeatMs = defaultHeartbeatMs, log = silent } = options
  const env = realEnv()
  const limits = { ...defaultServerLimits, ...options.limits }
  const backend = createBackend({ ...options, env })
  const sockets = new Set<WebSocket>()
  const alive = new WeakSet<WebSocket>()
  let closing: Promise<void> | undefined

  const webSockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false, // costs eight times the work a message
    maxPayload: limits.maxPayload,
    handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
  })

  const accept = (socket: WebSocket) => {
    const connected = backend.connect(peerOf(socket))
    sockets.add(socket)
    alive.add(socket)
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      alive.add(socket)
      connected.received(data, isBinary)
    })
    socket.on('pong', () => alive.add(socket))
    socket.on('error', (error) => log({ level: 'debug', message: 'a socket failed', error })) // close follows
    socket.on('close', () => {
      sockets.delete(socket)
      connected.closed()
    })
  }

  /** A socket from which nothing came since the last ping is dead. */
  const ping = () => {
    cancelPing = env.after(heartbeatMs, ping)
    for (const socket of sockets) {
      if (!alive.delete(socket)) socket.terminate()
      else if (socket.readyState === socket.OPEN) socket.ping()
    }
  }
  let cancelPing = env.after(heartbeatMs, ping)

  const close = async () => {
    cancelPing()
    await backend.close()
    await atMost(env, 1_000, Promise.all([...sockets].map(closed)))
    for (const socket of sockets) socket.terminate()
  }

  return {
    handleUpgrade(request, socket, head) {
      socket.on('error', (error) => log({ level: 'debug', message: 'a socket failed', error }))
      if (closing) return refuseUpgrade(socket, '503 Service Unavailable')
      if (!isAllowed(request.headers.origin, origins)) return refuseUpgrade(socket, '403 Forbidden')
      if (sockets.size >= limits.connections) return refuseUpgrade(socket, '503 Service Unavailable')
      webSockets.handleUpgrade(request, socket, head, accept)
    },
    handleRequest: (request, response) => answerHealth(request, response, { engine, isClosing: backend.isClosing }),
    close: () => (closing ??= close()),
  }
}

function peerOf(socket: WebSocket): Peer {
  return {
    send(message) {
      if (socket.readyState === socket.OPEN) socket.send(message, { binary: false })
    },
    buffered: () => socket.bufferedAmount,
    close: (code, reason) => socket.close(code, reason),
  }
}

function isAllowed(origin: string | undefined, origins: readonly string[] | undefined): boolean {
  return origins === undefined || origin === undefined || origins.includes(origin)
}

function closed(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()))
}
