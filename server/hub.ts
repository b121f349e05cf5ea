/**
 * One store in one process, for as long as somebody is connected to it.
 *
 * ```
 *   push ──▶ push queue ──(one at a time)──▶ EventLog.append ──▶ answer, and the head moves
 *                                                                              │ paced
 *   socket ◀── subscriber (cursor, window) ◀── feed (recent frames) ◀──────────┘
 *                                                └── EventLog.read, for those further behind
 * ```
 */
import type { EventLog } from '../src/backend/event-log.ts'
import type { Env } from '../src/replica/env.ts'
import type { Cursor } from '../src/sync/wire.ts'
import { createFeed, type Feed } from './feed.ts'
import type { ServerLimits } from './limits.ts'
import type { Log } from './log.ts'
import { createPushQueue, type Push } from './push-queue.ts'
import type { Subscriber } from './subscriber.ts'

export type Hub = Pick<Feed, 'backendId' | 'head' | 'subscribe'> & {
  unsubscribe(subscriber: Subscriber): void
  push(push: Push): void
  /** Its push was refused before it came here, so others need not wait for it. */
  pass(subscriber: Subscriber): void
  hint(head: Cursor): void
  /** Looks whether the log holds more than is known here: a hint may have been lost, or a reading have failed. */
  tick(): void
  drained(): Promise<void>
}

export type Hubs = {
  /** Calls `enter` with the hub of a store that exists; it lives from then on while it has subscribers. */
  enter<T>(storeId: string, enter: (hub: Hub) => T): Promise<T>
  tick(): void
  drained(): Promise<void>
  close(): void
}

export type HubsOptions = {
  readonly engine: EventLog
  readonly env: Env
  readonly limits: ServerLimits
  readonly log: Log
}

export function createHubs(options: HubsOptions): Hubs {
  const { engine } = options
  const hubs = new Map<string, OwnedHub>()
  const unwatch = engine.watch((storeId, head) => hubs.get(storeId)?.hint(head))

  const open = async (storeId: string) => {
    const opened = await engine.open(storeId, { create: false })
    if (!opened) throw new Error(`there is no store "${storeId}"`)
    const known = hubs.get(storeId)
    if (known) return known
    const feed = createFeed(opened, { storeId, ...options })
    const hub = createHub(feed, { storeId, ...options, onIdle: () => close(storeId) })
    hubs.set(storeId, hub)
    return hub
  }

  const close = (storeId: string) => {
    hubs.get(storeId)?.close()
    hubs.delete(storeId)
  }

  return {
    async enter(storeId, enter) {
      const hub = hubs.get(storeId) ?? (await open(storeId))
      const entered = enter(hub)
      hub.rest()
      return entered
    },
    tick() {
      for (const hub of hubs.values()) hub.tick()
    },
    async drained() {
      await Promise.all([...hubs.values()].map((hub) => hub.drained()))
    },
    close() {
      unwatch()
      for (const storeId of [...hubs.keys()]) close(storeId)
    },
  }
}

type OwnedHub = Hub & {
  /** Ends it if nobody is there. */
  rest(): void
  close(): void
}

type HubOptions = HubsOptions & {
  readonly storeId: string
  /** Nobody is connected any more and nothing is in progress. */
  onIdle(): void
}

function createHub(feed: Feed, { storeId, engine, env, limits, log, onIdle }: HubOptions): OwnedHub {
  const rest = () => {
    if (feed.size() === 0 && !queue.isBusy()) onIdle()
  }
  const queue = createPushQueue({ storeId, engine, env, feed, turnMs: limits.turnMs, log, onRest: rest })
  return {
    backendId: feed.backendId,
    head: feed.head,
    subscribe: feed.subscribe,
    unsubscribe(subscriber) {
      feed.unsubscribe(subscriber)
      queue.drop(subscriber)
      rest()
    },
    push: queue.add,
    pass: queue.pass,
    hint(head) {
      feed.hint(head)
      if (feed.isBehind()) queue.wake()
    },
    tick() {
      feed.doubt()
      queue.wake()
    },
    rest,
    drained: queue.drained,
    close() {
      queue.close()
      feed.close()
    },
  }
}
