import type { Env } from '../replica/env.ts'
import { realEnv } from '../replica/real-env.ts'
import type { Upstream } from '../replica/upstream.ts'
import { subprotocol } from '../sync/wire.ts'
import { createLink } from './link.ts'
import type { OpenSocket, Socket, SocketEvents } from './socket.ts'

export type WebSocketBackendOptions = {
  /** `ws://` or `wss://`; a relative one is taken from the page. Never put a token here: addresses end in logs. */
  readonly url: string | (() => string)
  /** Sent in the first message, and asked for again when it is about to expire. */
  readonly token?: string | (() => string | Promise<string>) | undefined
  readonly env?: Env | undefined
  /** For simulations. */
  readonly openSocket?: OpenSocket | undefined
}

/** A sync backend that speaks Headwater's wire protocol over a WebSocket. */
export function makeWebSocketBackend(options: WebSocketBackendOptions): Upstream {
  const { url, token, env = realEnv(), openSocket = openWebSocket } = options
  const address = () => (typeof url === 'function' ? url() : url)
  return (downstream) => {
    const open = downstream.wrapSocket?.(openSocket) ?? openSocket
    const link = createLink({
      downstream,
      env,
      open: (events) => open(address(), events),
      token: async () => (typeof token === 'function' ? token() : token),
    })
    return onNetworkBack(link)
  }
}

function openWebSocket(url: string, events: SocketEvents): Socket {
  const socket = new WebSocket(url, subprotocol)
  socket.onopen = () => events.opened()
  socket.onmessage = ({ data }) => events.received(data)
  socket.onclose = ({ code, reason }) => events.closed(reason || `the connection closed with code ${code}`)
  return socket
}

/** The browser tells when the network is back: no use in waiting for the next attempt then. */
function onNetworkBack(link: ReturnType<typeof createLink>): ReturnType<Upstream> {
  if (typeof globalThis.addEventListener !== 'function') return link
  globalThis.addEventListener('online', link.retryNow)
  return {
    ...link,
    close() {
      globalThis.removeEventListener('online', link.retryNow)
      link.close()
    },
  }
}
