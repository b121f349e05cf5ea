import type { Port } from '../../leader/ports.ts'
import { clone } from './clone.ts'
import type { Random } from './random.ts'
import type { Thread } from './scheduler.ts'

type Channel = { readonly name: string; readonly thread: Thread; hear(data: unknown): void }

/** The BroadcastChannels of one origin: all others of the name hear a message, each a little later, and keep nothing for latecomers. */
export function createBroadcast(random: Random) {
  const channels = new Set<Channel>()

  const open = (thread: Thread, name: string): Port => {
    const listeners = new Set<(event: MessageEvent) => void>()
    let lastAt = 0
    const channel: Channel = {
      name,
      thread,
      hear(data) {
        for (const listener of [...listeners]) listener({ data, ports: [] as readonly MessagePort[] } as MessageEvent)
      },
    }
    const close = () => {
      channels.delete(channel)
      listeners.clear()
    }
    channels.add(channel)
    thread.onDeath(close)
    return {
      postMessage(message) {
        if (!channels.has(channel)) return
        const now = thread.env.elapsed()
        lastAt = Math.max(lastAt, now + 0.3 + random.number() * 0.5)
        for (const other of channels) {
          if (other === channel || other.name !== name) continue
          const data = clone(message)
          other.thread.schedule(lastAt - now, () => other.hear(data))
        }
      },
      addEventListener: (_type, listener) => void listeners.add(listener),
      close,
    }
  }

  return {
    open,
    /** Who holds a channel, by name. */
    held: () => [...channels].map(({ name, thread }) => `${name} of ${thread.name}`),
  }
}

export type Broadcast = ReturnType<typeof createBroadcast>
