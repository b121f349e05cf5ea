import type { BrokerToTab, TabToBroker } from '../leader/broker-protocol.ts'
import { brokerName, lockNames } from '../leader/broker-protocol.ts'

/** This tab's line to the broker. When the broker dies, silently, another takes its place and is told all that it must know. */
export type BrokerLink = {
  /** Calls back with who leads the store, now and after every change. */
  watch(storeId: string, onLeader: (leaderId: string | null) => void): () => void
  /** A port to that leader. */
  connect(storeId: string, leaderId: string, sessionId: string): MessagePort
  /** Introduces a leader worker of this tab, to this broker and to its successors. */
  host(worker: Worker): () => void
}

let link: BrokerLink | undefined

/** One for all stores of this tab. */
export function brokerLink(): BrokerLink {
  link ??= createBrokerLink()
  return link
}

function createBrokerLink(): BrokerLink {
  const watchers = new Map<string, Set<(leaderId: string | null) => void>>()
  const workers = new Set<Worker>()
  let port = start()

  function start(): MessagePort {
    const { port } = new SharedWorker(new URL('../leader/broker.ts', import.meta.url), {
      type: 'module',
      name: brokerName,
    })
    port.onmessage = ({ data }: MessageEvent<BrokerToTab>) => received(data)
    for (const worker of workers) introduce(worker, port)
    for (const storeId of watchers.keys()) port.postMessage({ type: 'want', storeId } satisfies TabToBroker)
    return port
  }

  function received(message: BrokerToTab) {
    if (message.type === 'leader') for (const tell of watchers.get(message.storeId) ?? []) tell(message.leaderId)
    else void replaceWhenDead(message.brokerId)
  }

  /** The lock is granted only when the broker's process is gone. */
  async function replaceWhenDead(brokerId: string) {
    await navigator.locks.request(lockNames.broker(brokerId), { mode: 'shared' }, () => undefined)
    port = start()
  }

  function introduce(worker: Worker, port: MessagePort) {
    const { port1, port2 } = new MessageChannel()
    port.postMessage({ type: 'host' } satisfies TabToBroker, [port1])
    worker.postMessage({ type: 'broker' }, [port2])
  }

  window.addEventListener('pagehide', ({ persisted }) => {
    if (!persisted) port.postMessage({ type: 'bye' } satisfies TabToBroker)
  })

  return {
    watch(storeId, onLeader) {
      const set = watchers.get(storeId) ?? new Set()
      watchers.set(storeId, set.add(onLeader))
      port.postMessage({ type: 'want', storeId } satisfies TabToBroker)
      return () => {
        set.delete(onLeader)
        if (set.size === 0) watchers.delete(storeId)
      }
    },
    connect(storeId, leaderId, sessionId) {
      const { port1, port2 } = new MessageChannel()
      port.postMessage({ type: 'connect', storeId, leaderId, sessionId } satisfies TabToBroker, [port2])
      return port1
    },
    host(worker) {
      workers.add(worker)
      introduce(worker, port)
      return () => workers.delete(worker)
    },
  }
}
