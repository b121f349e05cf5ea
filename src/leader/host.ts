import { serveLeader } from '../replica/leader-port.ts'
import { type BrokerToHost, type HostToBroker, type HostToTab, lockNames, type TabToHost } from './broker-protocol.ts'
import { type Candidate, createCandidate } from './candidate.ts'
import type { Leader } from './leader.ts'
import { freed, hold, type Locks, listen, type Port } from './ports.ts'
import { openTerm, type TermOptions } from './term.ts'

export type HostOptions = TermOptions & {
  readonly locks: Locks
  /** The tab whose worker this is. */
  readonly tab: Port
}

/** A leader worker: one candidate for each store of its tab, and the way in for the sessions of those that lead. */
export function createHost(options: HostOptions) {
  const { env, locks, tab } = options
  const candidates = new Map<string, Candidate>()
  let broker: Port | undefined

  const tellTab = (message: HostToTab) => tab.postMessage(message)
  const tellBroker = (message: HostToBroker) => broker?.postMessage(message)

  const announce = (storeId: string, { leaderId }: Leader) => tellBroker({ type: 'lead', storeId, leaderId })

  const candidateFor = (storeId: string): Candidate => {
    const candidate =
      candidates.get(storeId) ??
      createCandidate({
        storeId,
        env,
        locks,
        open: () => openTerm(storeId, options),
        onLead(leader) {
          announce(storeId, leader)
          tellTab({ type: 'leading', storeId, leaderId: leader.leaderId })
        },
        onEnd: ({ leaderId }) => tellBroker({ type: 'resign', storeId, leaderId }),
        onFailed: (message) => tellTab({ type: 'failed', storeId, message }),
        onAway: () => tellTab({ type: 'resigned', storeId }),
      })
    candidates.set(storeId, candidate)
    return candidate
  }

  const serve = ({ storeId, sessionId }: BrokerToHost, port: Port) => {
    const leader = candidates.get(storeId)?.leader
    if (!leader) return port.close() // it has just resigned; the tab hears of the next leader
    const api = leader.connect()
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
    for (const [storeId, { leader }] of candidates) if (leader) announce(storeId, leader)
  }

  listen<TabToHost>(tab, (message, port) => {
    switch (message.type) {
      case 'stand':
        return candidateFor(message.storeId).stand()
      case 'resign':
        return candidateFor(message.storeId).resign()
      case 'broker':
        return port && adopt(port)
      case 'ping':
        return tellTab({ type: 'pong' })
      default:
        return message satisfies never
    }
  })
  const workerId = env.randomId(12)
  void hold(locks, lockNames.worker(workerId)).then(() => tellTab({ type: 'ready', workerId }))
}
