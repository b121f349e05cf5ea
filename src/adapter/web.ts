import { type HostToTab, lockNames, type TabToHost } from '../leader/broker-protocol.ts'
import { connectLeader } from '../replica/leader-port.ts'
import type { Adapter, AdapterOptions, Attachment } from '../session/adapter.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { type BrokerLink, brokerLink } from './broker-link.ts'

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

/** After this long, milliseconds, a worker that was told to let go is ended. */
const resignWithin = 1_000

/**
 * The three tiers of a browser: this tab's state in memory, one leader worker for all tabs with its databases on OPFS, and
 * the broker that introduces them. One worker of this tab serves all stores of this adapter.
 */
export function makeWebAdapter({ worker: makeWorker }: WebAdapterOptions): Adapter {
  let shared: { readonly host: Host; users: number } | undefined

  const acquire = (broker: BrokerLink) => {
    shared ??= { host: createHost(makeWorker(), broker), users: 0 }
    shared.users += 1
    return shared.host
  }

  const release = () => {
    if (!shared || --shared.users > 0) return
    shared.host.terminate()
    shared = undefined
  }

  return async (options) => {
    if (typeof SharedWorker === 'undefined')
      throw new BootFailed('this browser has no SharedWorker; use makeInMemoryAdapter')
    const broker = brokerLink()
    const host = acquire(broker)
    try {
      return await attach(options, broker, host, release)
    } catch (error) {
      release()
      throw error
    }
  }
}

async function attach(
  { storeId, sessionId }: AdapterOptions,
  broker: BrokerLink,
  host: Host,
  release: () => void,
): Promise<Attachment> {
  const unlock = await holdLock(lockNames.session(sessionId))
  const resign = host.stand(storeId)
  const sqlite = await loadSqlite()
  let closing = false

  return {
    openMemory: () => sqlite.open(),
    onLeader(take, onFailed) {
      let current: { readonly leaderId: string; readonly close: () => void } | undefined
      const stopWatching = broker.watch(storeId, (leaderId) => {
        if (closing || leaderId === null || leaderId === current?.leaderId) return
        current?.close()
        const port = broker.connect(storeId, leaderId, sessionId)
        current = { leaderId, close: () => port.close() }
        take(connectLeader(port))
      })
      const stopHearing = host.onFailed(storeId, (message) => onFailed(new BootFailed(message)))
      return () => {
        stopWatching()
        stopHearing()
        current?.close()
      }
    },
    async close() {
      closing = true
      await resign()
      unlock()
      release()
    },
  }
}

/** This tab's leader worker, seen from the tab. */
type Host = ReturnType<typeof createHost>

function createHost(worker: Worker, broker: BrokerLink) {
  const failed = new EventTarget()
  const resigned = new EventTarget()
  const standing = new Set<string>()
  let broken: string | undefined
  const forget = broker.host(worker)
  const tell = (message: TabToHost) => worker.postMessage(message)

  worker.onmessage = ({ data }: MessageEvent<HostToTab>) => {
    if (data.type === 'failed') failed.dispatchEvent(new CustomEvent(data.storeId, { detail: data.message }))
    else if (data.type === 'resigned') resigned.dispatchEvent(new Event(data.storeId))
  }
  worker.onerror = ({ message }) => {
    broken = `the leader worker did not load: ${message || 'see the network and console panels'}`
    for (const storeId of standing) failed.dispatchEvent(new CustomEvent(storeId, { detail: broken }))
  }

  const hide = () => {
    for (const storeId of standing) tell({ type: 'resign', storeId })
  }
  const show = ({ persisted }: PageTransitionEvent) => {
    if (persisted) for (const storeId of standing) tell({ type: 'stand', storeId })
  }
  window.addEventListener('pagehide', hide)
  window.addEventListener('pageshow', show)

  return {
    /** Waits for the lead of a store. Gives the way to let go of it. */
    stand(storeId: string): () => Promise<void> {
      standing.add(storeId)
      tell({ type: 'stand', storeId })
      return async () => {
        standing.delete(storeId)
        const done = new Promise<void>((resolve) => {
          resigned.addEventListener(storeId, () => resolve(), { once: true })
          setTimeout(resolve, resignWithin)
        })
        tell({ type: 'resign', storeId })
        await done
      }
    },
    onFailed(storeId: string, hear: (message: string) => void): () => void {
      const listener = (event: Event) => hear((event as CustomEvent<string>).detail)
      failed.addEventListener(storeId, listener)
      if (broken) hear(broken) // it was, before anybody listened
      return () => failed.removeEventListener(storeId, listener)
    },
    terminate() {
      window.removeEventListener('pagehide', hide)
      window.removeEventListener('pageshow', show)
      forget()
      worker.terminate()
    },
  }
}

/** Resolves once the lock is held; gives the way to let go. */
function holdLock(name: string): Promise<() => void> {
  return new Promise((held, refused) => {
    navigator.locks.request(name, () => new Promise<void>((release) => held(release))).catch(refused)
  })
}
