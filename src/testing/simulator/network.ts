import type { OpenSocket, SocketEvents } from '../../backend/socket.ts'
import type { Random } from './random.ts'
import type { Thread } from './scheduler.ts'

/** What a server does with a client that connects: the backend's `Peer`, seen from the network. */
export type Accept = (peer: {
  send(message: { toString(): string }): void
  buffered(): number
  close(code: number, reason: string): void
}) => { received(message: string): void; closed(): void }

type Line = {
  readonly client: string
  /** The client has not given it up. */
  readonly isHeld: boolean
  /** Both ends learn that it is over; what was on its way is lost. */
  cut(reason: string): void
  /** The client learns that it is over; the backend goes on with it, and all that was on its way arrives `ms` from now. */
  linger(ms: number): void
  /** Nothing arrives for `ms`; then all of it does. */
  stall(ms: number): void
}

/**
 * Sockets between clients and one server, with all that a WebSocket over TCP may do and nothing else:
 *
 * - A message takes its time, and on one connection they arrive once and in order. It can be held up for long.
 * - A connection that breaks loses what was on its way, in both directions, and nobody knows how much. So a client that tries
 *   again sends twice what had arrived: this is how duplicates come about.
 * - Its ends need not learn of that together: the backend goes on with one that the client has given up, and what was sent on
 *   it arrives after what is sent on the next. This is how messages overtake each other.
 * - What a client or a server sent before it died or hung up still arrives.
 */
export function createNetwork(random: Random) {
  const lines = new Set<Line>()
  const latency = new Map<string, number>()
  const partitioned = new Set<string>()
  let server: { readonly thread: Thread; readonly accept: Accept } | undefined

  const connections = new Map<string, number>()

  const connect = (client: string, thread: Thread, events: SocketEvents) => {
    let connected: ReturnType<Accept> | undefined
    const to = server
    const serial = (connections.get(client) ?? 0) + 1
    connections.set(client, serial)
    // What one connection does changes nothing for the others, so that a history can be shortened.
    const own = random.named(`${client} ${serial}`)
    const delay = () => (latency.get(client) ?? 2) * (0.5 + own.number())
    const isOver = { client: false, server: false }
    const lastAt = { up: 0, down: 0 }
    let heldUntil = 0

    const later = (way: 'up' | 'down', target: Thread, call: () => void) => {
      const now = thread.env.elapsed()
      lastAt[way] = Math.max(lastAt[way], now + delay())
      const arrive = () => {
        const wait = heldUntil - thread.env.elapsed()
        if (wait > 0) target.schedule(wait, arrive)
        else if (!isOver[way === 'up' ? 'server' : 'client']) call()
      }
      target.schedule(lastAt[way] - now, arrive)
    }

    const endClient = (reason: string) => {
      if (isOver.client) return
      isOver.client = true
      thread.schedule(0, () => events.closed(reason))
    }
    const endServer = () => {
      if (isOver.server) return
      isOver.server = true
      lines.delete(line)
      to?.thread.schedule(0, () => connected?.closed())
    }
    /** The client's end is gone; the server hears of it after all that was sent. */
    const hangUp = () => {
      isOver.client = true
      if (to) later('up', to.thread, endServer)
    }

    const line: Line = {
      client,
      get isHeld() {
        return !isOver.client
      },
      cut(reason) {
        endServer()
        endClient(reason)
      },
      linger(ms) {
        if (isOver.client) return
        line.stall(ms)
        endClient('the connection was lost')
        hangUp()
      },
      stall(ms) {
        heldUntil = Math.max(heldUntil, thread.env.elapsed() + ms)
      },
    }

    const refuse = () => line.cut('the network does not reach the backend')
    if (!to?.thread.isAlive || partitioned.has(client)) thread.schedule(delay(), refuse)
    else {
      lines.add(line)
      thread.onDeath(hangUp)
      to.thread.onDeath(() => {
        endServer()
        later('down', thread, () => endClient('the backend is gone'))
      })
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
        if (to && !isOver.client) later('up', to.thread, () => connected?.received(text))
      },
      close() {
        if (!isOver.client) hangUp()
      },
    }
  }

  const linesOf = (client: string) => [...lines].filter((line) => line.client === client)

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
      for (const line of linesOf(client)) line.cut('the connection was lost')
    },
    /** The client gives up what it has open and may connect anew, while the backend goes on with the old connection for `ms`. */
    linger(client: string, ms: number) {
      for (const line of linesOf(client)) line.linger(ms)
    },
    /** Nothing arrives for `ms` on what a client has open. */
    stall(client: string, ms: number) {
      for (const line of linesOf(client)) line.stall(ms)
    },
    setPartitioned(client: string, isCut: boolean) {
      if (!isCut) return void partitioned.delete(client)
      partitioned.add(client)
      this.drop(client)
    },
    /** What a client has open and nobody has given up; another object for another connection. */
    connection: (client: string): object | undefined => linesOf(client).find(({ isHeld }) => isHeld),
    heal() {
      partitioned.clear()
    },
    open: () => lines.size,
  }
}

export type Network = ReturnType<typeof createNetwork>
