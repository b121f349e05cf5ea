import type { Port } from '../../leader/ports.ts'
import { clone } from './clone.ts'
import type { Random } from './random.ts'
import type { Thread } from './scheduler.ts'

/** A port of the simulated world: in order, a little late, and dead with its thread. */
export type SimPort = Port & {
  /** Whoever has the port now: messages run in its thread. */
  owner: Thread
  readonly isClosed: boolean
}

type Inner = SimPort & { deliver(data: unknown, ports: SimPort[]): void }

/** Two ends of a channel, both of `owner` until one is sent away. */
export function channel(owner: Thread, random: Random): [SimPort, SimPort] {
  const ends: Inner[] = []
  const make = (other: 0 | 1): Inner => {
    const listeners: ((event: MessageEvent) => void)[] = []
    /** What came before anybody listened. */
    let early: (() => void)[] | undefined = []
    let closed = false
    let lastAt = 0
    // Comlink holds on to ports for the life of the process, and listeners to all that they serve.
    const fallSilent = () => {
      listeners.length = 0
      early = undefined
    }
    const port: Inner = {
      owner,
      get isClosed() {
        return closed
      },
      postMessage(message, transfer = []) {
        if (closed || !port.owner.isAlive) return
        const to = ends[other]!
        const ports = transfer.filter((item): item is SimPort & Transferable => 'owner' in item)
        const data = clone(message)
        // Whoever receives owns what came along; until then nobody hears it.
        for (const sent of ports) sent.owner = to.owner
        const now = port.owner.env.elapsed()
        lastAt = Math.max(lastAt, now + 0.05 + random.number() * 0.2)
        to.owner.schedule(lastAt - now, () => to.deliver(data, ports))
      },
      deliver(data, ports) {
        if (closed) return
        for (const sent of ports) sent.owner = port.owner
        const event = { data, ports } as unknown as MessageEvent
        const call = () => {
          for (const listener of listeners) listener(event)
        }
        if (early) early.push(call)
        else call()
      },
      addEventListener(_type, listener) {
        if (listeners.push(listener) === 1) port.owner.onDeath(fallSilent)
        const waiting = early ?? []
        early = undefined
        for (const call of waiting) port.owner.schedule(0, call)
      },
      start: () => undefined,
      close() {
        closed = true
        fallSilent()
      },
    }
    return port
  }
  ends.push(make(1), make(0))
  return [ends[0]!, ends[1]!]
}
