import { closeAll } from '../replica/closing.ts'
import type { Env } from '../replica/env.ts'
import { serveLeader } from '../replica/leader-port.ts'
import type { Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { createTracer, type Tracer } from '../trace.ts'
import { type BrokerToHost, type HostToBroker, type HostToTab, lockNames, type TabToHost } from './broker-protocol.ts'
import { startLeader } from './leader.ts'
import { openStores, type Storage } from './open.ts'
import { freed, type Locks, listen, type Port } from './ports.ts'

export type HostOptions = {
  readonly schema: Schema
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
  readonly onTrace?: Tracer | undefined
  readonly env: Env
  readonly locks: Locks
  /** The tab whose worker this is. */
  readonly tab: Port
  readonly openStorage: (storeId: string) => Promise<Storage>
}

/** After a failure of the storage, milliseconds until the leader opens it again: doubled each time, up to the second. */
const reopenAfter = [500, 30_000] as const

type Term = Awaited<ReturnType<typeof openTerm>>

/**
 * A leader worker: it leads a store of its tab only while it holds the store's Web Lock; until then it stands by.
 *
 * It is woken by the lock, by messages of its tab and of the broker, and by the storage's failure.
 */
export function createHost(options: HostOptions) {
  const { env, locks, tab } = options
  const standing = new Map<string, AbortController>()
  const terms = new Map<string, Term>()
  let broker: Port | undefined

  const tellTab = (message: HostToTab) => tab.postMessage(message)
  const tellBroker = (message: HostToBroker) => broker?.postMessage(message)

  const announce = (storeId: string, { leader: { leaderId } }: Term) => tellBroker({ type: 'lead', storeId, leaderId })

  const lead = async (storeId: string, signal: AbortSignal) => {
    const term = await openTerm(storeId, options)
    try {
      terms.set(storeId, term)
      announce(storeId, term)
      tellTab({ type: 'leading', storeId, leaderId: term.leader.leaderId })
      await Promise.race([term.failed, aborted(signal)])
    } finally {
      terms.delete(storeId)
      tellBroker({ type: 'resign', storeId, leaderId: term.leader.leaderId })
      term.end()
    }
  }

  const stand = async (storeId: string) => {
    if (standing.has(storeId)) return
    const abort = new AbortController()
    standing.set(storeId, abort)
    const { signal } = abort
    for (let failures = 0; !signal.aborted; ) {
      try {
        await locks.request(lockNames.leader(storeId), { signal }, () => lead(storeId, signal))
        failures = 0
      } catch (error) {
        if (signal.aborted) break
        failures += 1
        tellTab({ type: 'failed', storeId, message: error instanceof Error ? error.message : String(error) })
        await pause(env, Math.min(reopenAfter[0] * 2 ** (failures - 1), reopenAfter[1]))
      }
    }
    tellTab({ type: 'resigned', storeId })
  }

  const resign = (storeId: string) => {
    standing.get(storeId)?.abort(new DOMException('the store was closed', 'AbortError'))
    standing.delete(storeId)
  }

  const serve = ({ storeId, sessionId }: BrokerToHost, port: Port) => {
    const term = terms.get(storeId)
    if (!term) return port.close() // it has just resigned; the tab hears of the next leader
    const api = term.leader.connect()
    serveLeader(api, port)
    // A tab that crashed says no good-bye; its lock is free then.
    void freed(locks, lockNames.session(sessionId)).then(() => {
      void api.leave()
      port.close()
    })
  }

  const adopt = (port: Port) => {
    broker = port
    listen<BrokerToHost>(port, (message, session) => {
      if (session) serve(message, session)
    })
    for (const [storeId, term] of terms) announce(storeId, term)
  }

  listen<TabToHost>(tab, (message, port) => {
    if (message.type === 'stand') void stand(message.storeId)
    else if (message.type === 'resign') resign(message.storeId)
    else if (port) adopt(port)
  })
  tellTab({ type: 'ready' })
}

/** Opens a store's databases and leads it, until `end`. `failed` rejects when the storage does. */
async function openTerm(storeId: string, { schema, upstream, onTrace, env, openStorage }: HostOptions) {
  const storage = await openStorage(storeId)
  const traces = createTracer()
  if (onTrace) traces.subscribe(onTrace)
  const stores = openStores({ storage, schema, env, traces })
  const failure = Promise.withResolvers<never>()
  const leader = startLeader({
    storeId,
    schema,
    log: stores.log,
    state: stores.state,
    storage: storage.status,
    env,
    traces,
    upstream,
    onFailed: failure.reject,
  })
  return {
    leader,
    failed: failure.promise,
    end: () => closeAll(leader.close, stores.close),
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

function pause(env: Env, ms: number): Promise<void> {
  return new Promise((resolve) => {
    env.after(ms, resolve)
  })
}
