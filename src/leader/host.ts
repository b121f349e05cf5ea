import { type BrokerToHost, type HostToBroker, type HostToTab, lockNames, type TabToHost } from './broker-protocol.ts'
import { createPoliteness } from './builds.ts'
import { type Candidate, createCandidate } from './candidate.ts'
import { answerOnChannel, channelNames } from './channel.ts'
import { type Door, openDoor } from './door.ts'
import { hold, type Locks, listen, type Port } from './ports.ts'
import { openTerm, type Term, type TermOptions } from './term.ts'

export type HostOptions = Omit<TermOptions, 'onBusy' | 'givesWay'> & {
  readonly locks: Locks
  /** The tab whose worker this is. */
  readonly tab: Port
  /** A channel to all tabs and workers of this origin that open the same name. */
  readonly openChannel: (name: string) => Port
}

/** A leader worker: one candidate for each store of its tab, and the way in for the sessions of those that lead. */
export function createHost(options: HostOptions) {
  const { env, locks, tab, openChannel } = options
  const candidates = new Map<string, Candidate>()
  /** By store: the way into its leader, if that is here. */
  const doors = new Map<string, Door>()
  const workerId = env.randomId(12)
  const givesWay = createPoliteness()
  let broker: Port | undefined

  const tellTab = (message: HostToTab) => tab.postMessage(message)
  /** Whoever is granted it knows that this worker is gone. */
  const alive = hold(locks, lockNames.worker(workerId))
  let isIntroduced = false
  const sayAlive = () => tellTab({ type: 'pong' })
  const tellBroker = (message: HostToBroker) => broker?.postMessage(message)

  const announce = (storeId: string, { leaderId }: Door) => tellBroker({ type: 'lead', storeId, leaderId, workerId })

  /** Tells everybody who leads, and lets sessions in; gives the way to tell that it is over. */
  const introduce = (storeId: string, leader: Term['leader']) => {
    const { leaderId } = leader
    const door = openDoor(leader, locks)
    doors.set(storeId, door)
    tellTab({ type: 'leading', storeId, leaderId })
    announce(storeId, door)
    const leaveChannel = answerOnChannel({
      leaderId,
      channel: openChannel(channelNames.store(storeId)),
      openPort: (portId) => openChannel(channelNames.port(portId)),
      serve: door.serve,
    })
    return () => {
      doors.delete(storeId)
      tellBroker({ type: 'resign', storeId, leaderId })
      leaveChannel()
      door.close()
    }
  }

  const candidateFor = (storeId: string): Candidate => {
    const candidate =
      candidates.get(storeId) ??
      createCandidate({
        storeId,
        env,
        locks,
        open: (damages) => openTerm(storeId, { ...options, givesWay, onBusy: sayAlive }, damages),
        onLead: (leader) => introduce(storeId, leader),
        onFailed: (problem) => tellTab({ type: 'failed', storeId, problem }),
        onAway: () => tellTab({ type: 'resigned', storeId }),
      })
    candidates.set(storeId, candidate)
    return candidate
  }

  const letIn = ({ storeId, sessionId }: BrokerToHost, session: Port | undefined) => {
    const door = doors.get(storeId)
    if (door && session) door.serve(sessionId, session)
    else session?.close() // it has just resigned; the tab hears of the next leader
  }

  const adopt = (port: Port) => {
    broker = port
    listen<BrokerToHost>(port, letIn)
    for (const [storeId, door] of doors) announce(storeId, door)
  }

  /** Not before the tab has said a word: it may have started this worker before it listens. */
  const introduceOnce = () => {
    if (isIntroduced) return
    isIntroduced = true
    void alive.then(() => tellTab({ type: 'ready', workerId }))
  }

  listen<TabToHost>(tab, (message, port) => {
    introduceOnce()
    switch (message.type) {
      case 'stand':
        return candidateFor(message.storeId).stand()
      case 'resign':
        return candidateFor(message.storeId).resign()
      case 'session':
        return letIn(message, port)
      case 'broker':
        return port && adopt(port)
      case 'ping':
        return sayAlive()
      case 'sqlite':
        return // heard by whoever loads it
      default:
        return message satisfies never
    }
  })
}
