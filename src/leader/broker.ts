import {
  type BrokerToHost,
  type BrokerToTab,
  type HostToBroker,
  lockNames,
  type TabToBroker,
} from './broker-protocol.ts'
import { freed, hold, type Locks, listen, type Port } from './ports.ts'

type Leader = { readonly leaderId: string; readonly host: Port }

/** An address book and nothing else: a SharedWorker cannot own storage. Gives what takes in a tab. */
export function createBroker({ brokerId, locks }: { brokerId: string; locks: Locks }): (tab: Port) => void {
  const leaders = new Map<string, Leader>()
  /** The tabs, and the stores that each wants to hear of. */
  const wanted = new Map<Port, Set<string>>()
  // Held for ever: a tab that is granted it knows that this broker is dead.
  const alive = hold(locks, lockNames.broker(brokerId))

  const tell = (tab: Port, message: BrokerToTab) => tab.postMessage(message)

  const tellLeader = (tab: Port, storeId: string) =>
    tell(tab, { type: 'leader', storeId, leaderId: leaders.get(storeId)?.leaderId ?? null })

  const tellAll = (storeId: string) => {
    for (const [tab, stores] of wanted) if (stores.has(storeId)) tellLeader(tab, storeId)
  }

  const forget = (storeId: string, leaderId: string) => {
    if (leaders.get(storeId)?.leaderId !== leaderId) return
    leaders.delete(storeId)
    tellAll(storeId)
  }

  const fromHost = (host: Port, message: HostToBroker) => {
    const { storeId, leaderId } = message
    if (message.type === 'resign') return forget(storeId, leaderId)
    leaders.set(storeId, { leaderId, host })
    tellAll(storeId)
    // A worker that is gone says no good-bye, and the next leader may be one that tells another broker.
    void freed(locks, lockNames.worker(message.workerId)).then(() => forget(storeId, leaderId))
  }

  const connect = (tab: Port, { storeId, leaderId, sessionId }: TabToBroker & { type: 'connect' }, port: Port) => {
    const leader = leaders.get(storeId)
    if (leader?.leaderId !== leaderId) return tellLeader(tab, storeId)
    leader.host.postMessage({ type: 'session', storeId, sessionId } satisfies BrokerToHost, [port as MessagePort])
  }

  const fromTab = (tab: Port, message: TabToBroker, port: Port | undefined) => {
    switch (message.type) {
      case 'want':
        wanted.get(tab)?.add(message.storeId)
        return tellLeader(tab, message.storeId)
      case 'host':
        return port && listen<HostToBroker>(port, (told) => fromHost(port, told))
      case 'connect':
        return port && connect(tab, message, port)
      case 'bye':
        wanted.delete(tab)
        return tab.close()
    }
  }

  return (tab) => {
    wanted.set(tab, new Set())
    listen<TabToBroker>(tab, (message, port) => fromTab(tab, message, port))
    void alive.then(() => tell(tab, { type: 'broker', brokerId }))
  }
}
