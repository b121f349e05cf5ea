/// <reference lib="webworker" />
import {
  type BrokerToHost,
  type BrokerToTab,
  type HostToBroker,
  lockNames,
  type TabToBroker,
} from './broker-protocol.ts'

// A SharedWorker, and nothing but an address book: it cannot own storage, and its text (so its address) must stay the same
// from build to build, or two builds would have two brokers.

type Leader = { readonly leaderId: string; readonly host: MessagePort }

const brokerId = crypto.randomUUID()
const leaders = new Map<string, Leader>()
/** The tabs that want to hear of a store. */
const wanted = new Map<MessagePort, Set<string>>()

const alive = new Promise<void>((granted) => {
  // Held for ever: a tab that is granted it knows that this broker is dead.
  void navigator.locks.request(lockNames.broker(brokerId), () => {
    granted()
    return new Promise<never>(() => {})
  })
})

const scope = self as unknown as SharedWorkerGlobalScope
scope.onconnect = ({ ports: [tab] }) => {
  if (!tab) return
  wanted.set(tab, new Set())
  tab.onmessage = ({ data, ports }: MessageEvent<TabToBroker>) => fromTab(tab, data, ports[0])
  void alive.then(() => tell(tab, { type: 'broker', brokerId }))
}

function fromTab(tab: MessagePort, message: TabToBroker, port: MessagePort | undefined) {
  switch (message.type) {
    case 'want':
      wanted.get(tab)?.add(message.storeId)
      tellLeader(tab, message.storeId)
      return
    case 'host':
      if (port) port.onmessage = ({ data }: MessageEvent<HostToBroker>) => fromHost(port, data)
      return
    case 'connect':
      if (port) connect(tab, message, port)
      return
    case 'bye':
      wanted.delete(tab)
      tab.close()
  }
}

function connect(
  tab: MessagePort,
  { storeId, leaderId, sessionId }: TabToBroker & { type: 'connect' },
  port: MessagePort,
) {
  const leader = leaders.get(storeId)
  if (leader?.leaderId !== leaderId) return tellLeader(tab, storeId)
  leader.host.postMessage({ type: 'session', storeId, sessionId } satisfies BrokerToHost, [port])
}

function fromHost(host: MessagePort, { type, storeId, leaderId }: HostToBroker) {
  if (type === 'lead') leaders.set(storeId, { leaderId, host })
  else if (leaders.get(storeId)?.leaderId === leaderId) leaders.delete(storeId)
  for (const [tab, stores] of wanted) if (stores.has(storeId)) tellLeader(tab, storeId)
}

function tellLeader(tab: MessagePort, storeId: string) {
  tell(tab, { type: 'leader', storeId, leaderId: leaders.get(storeId)?.leaderId ?? null })
}

function tell(tab: MessagePort, message: BrokerToTab) {
  tab.postMessage(message)
}
