import { type BrokerToTab, lockNames, type TabToBroker, type TabToHost } from '../leader/broker-protocol.ts'
import { freed, listen, type Port } from '../leader/ports.ts'
import type { TabWorld } from './tab-world.ts'

/** This tab's line to the broker. When the broker dies, silently, another takes its place and is told all that it must know. */
export type BrokerLink = {
  /** Calls back with who leads the store, now and after every change. */
  watch(storeId: string, onLeader: (leaderId: string | null) => void): () => void
  /** A port to that leader. */
  connect(storeId: string, leaderId: string, sessionId: string): Port
  /** Introduces a leader worker of this tab, to this broker and to its successors. */
  host(worker: Port): () => void
}

/** A broker that has not said who it is for this long, milliseconds, may have died before it could: another is asked for. */
const answerWithin = 1_000

export function createBrokerLink({ env, locks, openBroker, channel, onHide, onReturn }: TabWorld): BrokerLink {
  const watchers = new Map<string, Set<(leaderId: string | null) => void>>()
  const workers = new Set<Port>()
  let cancelRetry: (() => void) | undefined
  let broker = start()

  const tell = (message: TabToBroker, port?: Port) => broker.postMessage(message, port ? [port as MessagePort] : [])

  function start(): Port {
    const port = openBroker()
    listen<BrokerToTab>(port, (message) => {
      if (port === broker) received(message, port)
    })
    for (const worker of workers) introduce(worker, port)
    for (const storeId of watchers.keys()) port.postMessage({ type: 'want', storeId } satisfies TabToBroker)
    cancelRetry = env.after(answerWithin, replace)
    return port
  }

  function replace() {
    broker.close()
    broker = start()
  }

  function received(message: BrokerToTab, port: Port) {
    if (message.type === 'leader') for (const hear of watchers.get(message.storeId) ?? []) hear(message.leaderId)
    else void replaceWhenDead(message.brokerId, port)
  }

  /** The lock is granted only when the broker's process is gone. */
  async function replaceWhenDead(brokerId: string, port: Port) {
    cancelRetry?.()
    await freed(locks, lockNames.broker(brokerId))
    if (port === broker) replace()
  }

  function introduce(worker: Port, port: Port) {
    const [ours, theirs] = channel()
    port.postMessage({ type: 'host' } satisfies TabToBroker, [ours as MessagePort])
    worker.postMessage({ type: 'broker' } satisfies TabToHost, [theirs as MessagePort])
  }

  // A page that is put aside must hear nothing: browsers end it then.
  onHide(() => {
    tell({ type: 'bye' })
    cancelRetry?.()
  })
  onReturn(replace)

  return {
    watch(storeId, onLeader) {
      const set = watchers.get(storeId) ?? new Set()
      watchers.set(storeId, set.add(onLeader))
      tell({ type: 'want', storeId })
      return () => {
        set.delete(onLeader)
        if (set.size === 0) watchers.delete(storeId)
      }
    },
    connect(storeId, leaderId, sessionId) {
      const [ours, theirs] = channel()
      tell({ type: 'connect', storeId, leaderId, sessionId }, theirs)
      return ours
    },
    host(worker) {
      workers.add(worker)
      introduce(worker, broker)
      return () => workers.delete(worker)
    },
  }
}
