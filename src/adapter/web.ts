import type { Env } from '../replica/env.ts'
import type { Adapter, AdapterOptions, Attachment } from '../session/adapter.ts'
import type { StorageProblem } from '../trace.ts'
import { type BrokerLink, createBrokerLink } from './broker-link.ts'
import { takeWorker } from './early-worker.ts'
import { createHostLink, type HostLink } from './host-link.ts'
import { createLeaderLink } from './leader-link.ts'
import { enter } from './presence.ts'
import { browserTab, type TabWorld, type WorkerPort, workerPort } from './tab-world.ts'
import { guardUnload } from './unload.ts'
import { onWipe } from './wipe.ts'

export type WebAdapterOptions = {
  /**
   * Makes the worker whose module calls `startLeader`:
   * `() => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' })`.
   */
  readonly worker: () => Worker
  /** Whether the browser asks who leaves the page while something is not persisted. It does, unless this is false. */
  readonly warnBeforeUnload?: boolean
}

/** The leader could not open the store: the storage refused, or the worker did not load. */
export class BootFailed extends Error {
  override name = 'BootFailed'
  /** What the storage said, if it was that. */
  readonly problem: StorageProblem | undefined

  constructor(message: string, problem?: StorageProblem) {
    super(message)
    this.problem = problem
  }
}

let browserBroker: BrokerLink | undefined

/**
 * The three tiers of a browser: this tab's state in memory, one leader worker for all tabs with its databases on OPFS, and
 * the broker that introduces them. One worker of this tab serves all stores of this adapter.
 */
export function makeWebAdapter({ worker, warnBeforeUnload = true }: WebAdapterOptions): Adapter {
  const start = () => workerPort(takeWorker(worker))
  const world = warnBeforeUnload ? { ...browserTab, guardUnload } : browserTab
  return createWebAdapter(world, start, () => {
    if (typeof SharedWorker === 'undefined') return undefined
    browserBroker ??= createBrokerLink(browserTab)
    return browserBroker
  })
}

/** The same in any world. `openBroker` gives the one line to the broker that all stores of the tab share, if there is a broker. */
export function createWebAdapter(
  world: TabWorld,
  startWorker: () => WorkerPort,
  openBroker: () => BrokerLink | undefined,
): Adapter {
  let shared: { readonly host: HostLink; users: number } | undefined

  const acquire = (broker: BrokerLink | undefined, env: Env) => {
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
    return attach(options, world, broker, acquire(broker, options.env), release)
  }
}

async function attach(
  { storeId, sessionId, schema: { fingerprint } }: AdapterOptions,
  world: TabWorld,
  broker: BrokerLink | undefined,
  host: HostLink,
  release: () => void,
): Promise<Attachment> {
  // The worker asks for the lead while SQLite loads here.
  const resign = host.stand(storeId)
  const entering = enter(world, sessionId)
  const close = async () => {
    await resign()
    const { end } = await entering
    end()
    release()
  }
  const sqlite = await world.loadSqlite().catch(async (error) => {
    await close()
    throw error
  })
  const presence = await entering

  return {
    openMemory: () => sqlite.open(),
    onLeader(take, onFailed, silence) {
      const link = { storeId, sessionId, fingerprint, world, broker, host, take, silence }
      const disconnect = presence.whileHere(() => createLeaderLink(link))
      const stopHearing = host.onFailed(storeId, (message, problem) =>
        onFailed(new BootFailed(message, problem), problem),
      )
      return () => {
        stopHearing()
        disconnect()
      }
    },
    hosts: host.hosts,
    onWiped: (hear) => onWipe(world.openChannel, storeId, hear),
    ...(world.guardUnload ? { guardUnload: world.guardUnload } : {}),
    close,
  }
}
