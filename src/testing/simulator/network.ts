import type { OpenSocket, SocketEvents } from '../../backend/socket.ts'
import type { Random } from './random.ts'
import type { Thread } from './scheduler.ts'

/** What a server does with a client that connects: the backend's `Peer`, seen from the network. */
export type Accept = (peer: {
  send(message: { toString(): string }): void
  buffered(): number
  close(code: number, reason: string): void
}) => { received(message: string): void; closed(): void }

type Line = { readonly client: string; cut(reason: string): void }

/**
 * Sockets between clients and one server. A message takes its time and stays in order, as on a TCP connection; what a
 * connection loses when it breaks is all that was on its way.
 */
export function createNetwork(random: Random) {
  const lines = new Set<Line>()
  const latency = new Map<string, number>()
  const partitioned = new Set<string>()
  let server: { readonly thread: Thread; readonly accept: Accept } | undefined

  const delay = (client: string) => (latency.get(client) ?? 2) * (0.5 + random.number())

  const connect = (client: string, thread: Thread, events: SocketEvents) => {
    let over = false
    let connected: ReturnType<Accept> | undefined
    const to = server
    const lastAt = { up: 0, down: 0 }

    const later = (way: 'up' | 'down', target: Thread, call: () => void) => {
      const now = thread.env.now()
      lastAt[way] = Math.max(lastAt[way], now + delay(client))
      target.schedule(lastAt[way] - now, () => {
        if (!over) call()
      })
    }

    const line: Line = {
      client,
      cut(reason) {
        if (over) return
        over = true
        lines.delete(line)
        to?.thread.schedule(0, () => connected?.closed())
        thread.schedule(0, () => events.closed(reason))
      },
    }

    const refuse = () => line.cut('the network does not reach the backend')
    if (!to?.thread.isAlive || partitioned.has(client)) thread.schedule(delay(client), refuse)
    else {
      lines.add(line)
      thread.onDeath(() => line.cut('the client is gone'))
      to.thread.onDeath(() => line.cut('the backend is gone'))
      later('up', to.thread, () => {
        connected = to.accept({
          send: (message) => {
            const text = message.toString()
            later('down', thread, () => events.received(text))
          },
          buffered: () => 0,
          close: (code, reason) => later('down', thread, () => line.cut(`${code} ${reason}`)),
        })
        later('down', thread, () => events.opened())
      })
    }

    return {
      send(text: string) {
        if (to && !over) later('up', to.thread, () => connected?.received(text))
      },
      close() {
        if (over) return
        // What was sent before still arrives; what the client would hear, it does not any more.
        over = true
        lines.delete(line)
        to?.thread.schedule(delay(client), () => connected?.closed())
      },
    }
  }

  return {
    /** The way out of one thread of a client. */
    socketsOf(client: string, thread: Thread): OpenSocket {
      return (_url, events) => connect(client, thread, events)
    },
    serve(thread: Thread, accept: Accept) {
      server = { thread, accept }
    },
    setLatency(client: string, ms: number) {
      latency.set(client, ms)
    },
    /** Breaks what a client has open. */
    drop(client: string) {
      for (const line of [...lines]) if (line.client === client) line.cut('the connection was lost')
    },
    setPartitioned(client: string, isCut: boolean) {
      if (!isCut) return void partitioned.delete(client)
      partitioned.add(client)
      this.drop(client)
    },
    heal() {
      partitioned.clear()
    },
    open: () => lines.size,
  }
}

export type Network = ReturnType<typeof createNetwork>
