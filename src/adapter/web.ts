import { lockNames } from '../leader/broker-protocol.ts'
import { hold, type Port } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import { connectLeader } from '../replica/leader-port.ts'
import type { Adapter, AdapterOptions, Attachment } from '../session/adapter.ts'
import { type BrokerLink, createBrokerLink } from './broker-link.ts'
import { createHostLink, type HostLink } from './host-link.ts'
import { browserTab, type TabWorld, type WorkerPort, workerPort } from './tab-world.ts'

export type WebAdapterOptions = {
  /**
   * Makes the worker whose module calls `startLeader`:
   * `() => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' })`.
   */
  readonly worker: () => Worker
}

/** The leader could not open the store: the storage refused, or the worker did not load. */
export class BootFailed extends Error {
  override name = 'BootFailed'
}

let browserBroker: BrokerLink | undefined

/**
 * The three tiers of a browser: this tab's state in memory, one leader worker for all tabs with its databases on OPFS, and
 * the broker that introduces them. One worker of this tab serves all stores of this adapter.
 */
export function makeWebAdapter({ worker }: WebAdapterOptions): Adapter {
  const start = () => workerPort(worker())
  const adapter = createWebAdapter(browserTab, start, () => {
    browserBroker ??= createBrokerLink(browserTab)
    return browserBroker
  })
  return async (options) => {
    if (typeof SharedWorker !== 'undefined') return adapter(options)
    throw new BootFailed('this browser has no SharedWorker; use makeInMemoryAdapter')
  }
}

/** The same in any world. `openBroker` gives the one line to the broker that all stores of the tab share. */
export function createWebAdapter(
  world: TabWorld,
  startWorker: () => WorkerPort,
  openBroker: () => BrokerLink,
): Adapter {
  let shared: { readonly host: HostLink; users: number } | undefined

  const acquire = (broker: BrokerLink, env: Env) => {
    shared ??= { host: createHostLink({ startWorker, broker, world, env }), users: 0 }
    shared.users += 1
    return shared.host
  }

  const release = () => {
    if (!shared || --shared.users > 0) return
    shared.host.terminate()
    shared = undefined
  }

  return async (options) => {
    const broker = openBroker()
    const host = acquire(broker, options.env)
    try {
      return await attach(options, world, broker, host, release)
    } catch (error) {
      release()
      throw error
    }
  }
}

async function attach(
  { storeId, sessionId }: AdapterOptions,
  world: TabWorld,
  broker: BrokerLink,
  host: HostLink,
  release: () => void,
): Promise<Attachment> {
  // The worker asks for the lead while SQLite loads here.
  const resign = host.stand(storeId)
  const unlock = await hold(world.locks, lockNames.session(sessionId))
  const letGo = async () => {
    await resign()
    unlock()
  }
  const sqlite = await world.loadSqlite().catch(async (error) => {
    await letGo()
    throw error
  })
  let closing = false

  return {
    openMemory: () => sqlite.open(),
    onLeader(take, onFailed) {
      let current: Connected | undefined
      const stopWatching = broker.watch(storeId, (leaderId) => {
        if (closing || leaderId === null) return
        // A broker that died may have taken the port along on its way: until the leader answers, it is sent again.
        if (leaderId === current?.leaderId && current.hasAnswered) return
        current?.port.close()
        current = connect(leaderId, broker.connect(storeId, leaderId, sessionId))
        take(current.api)
      })
      const stopHearing = host.onFailed(storeId, (message) => onFailed(new BootFailed(message)))
      return () => {
        stopWatching()
        stopHearing()
        current?.port.close()
      }
    },
    async close() {
      closing = true
      await letGo()
      release()
    },
  }
}

/** This tab's way to one leader. */
type Connected = { readonly leaderId: string; readonly port: Port; readonly api: LeaderApi; hasAnswered: boolean }

function connect(leaderId: string, port: Port): Connected {
  const api = connectLeader(port)
  const connected: Connected = {
    leaderId,
    port,
    hasAnswered: false,
    api: {
      ...api,
      async join(request, receive) {
        const joined = await api.join(request, receive)
        connected.hasAnswered = true
        return joined
      },
    },
  }
  return connected
}
