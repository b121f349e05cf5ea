import type { Port } from '../leader/ports.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import type { Silence } from '../session/adapter.ts'
import type { BrokerLink } from './broker-link.ts'
import { openChannelLink } from './channel-link.ts'
import { blocked, openConnection } from './connection.ts'
import type { HostLink } from './host-link.ts'
import { openLending } from './lending.ts'
import type { TabWorld } from './tab-world.ts'
import { next, noWay, type Way, type WayEvent, type Ways } from './ways.ts'

/** A leader that only the channel told of: the broker has this long, milliseconds, to say the same. */
const brokerLate = 100
/** Looks in vain, a second apart, after which a leader that the broker told of is tried by the channel. */
const looksByBroker = 3

/** After this long, milliseconds, without a word of a leader, it is said that none answers; and again. */
const silentAfter = 5_000

type Options = {
  readonly storeId: string
  readonly sessionId: string
  readonly fingerprint: string
  readonly world: TabWorld
  /** Absent where there is no SharedWorker. */
  readonly broker: BrokerLink | undefined
  readonly host: Pick<HostLink, 'onLeading' | 'connect' | 'doubt'>
  readonly take: (leader: LeaderApi) => void
  readonly silence: Silence
}

/** Does what `ways.ts` decides: keeps a session connected to whoever leads its store. */
export function createLeaderLink(options: Options) {
  const { storeId, sessionId, world, broker, host, take, silence } = options
  const { env, openChannel } = world
  let ways: Ways = noWay
  let connection: ReturnType<typeof openConnection> | undefined
  let cancelWait: (() => void) | undefined
  let cancelSilence: (() => void) | undefined
  /** The session follows another one, for no leader has answered. */
  let isBorrowing = false

  const happen = (event: WayEvent) => {
    const before = ways
    ways = next(before, event)
    const { current, waitingFor } = ways
    if (waitingFor !== before.waitingFor) {
      cancelWait?.()
      cancelWait =
        waitingFor === undefined ? undefined : env.after(broker ? brokerLate : 0, () => happen({ type: 'waited' }))
    }
    if (current !== before.current && !current?.hasAnswered) connect(current)
  }

  const connect = (way: Way | undefined) => {
    connection?.close()
    connection = undefined
    if (!way) return
    endBorrowing()
    awaitWord()
    const opened = openConnection({
      port: portTo(way),
      env,
      onHeard: breakSilence,
      onJoined() {
        if (connection !== opened) return
        happen({ type: 'answered' })
        if (isBorrowing) take(opened.api)
        endBorrowing()
      },
      onUnanswered(looks) {
        host.doubt(way.leaderId)
        channel.doubt(way.leaderId)
        if (looks < looksByBroker) return
        channel.want() // perhaps another one leads
        happen({ type: 'unanswered' })
      },
    })
    connection = opened
    take(opened.api)
  }

  /** Until the leader says a word. */
  const awaitWord = () => {
    cancelSilence ??= env.after(silentAfter, () => {
      cancelSilence = undefined
      awaitWord()
      if (silence.onSilence(blocked)) lending.borrow()
    })
  }

  const breakSilence = () => {
    cancelSilence?.()
    cancelSilence = undefined
  }

  const endBorrowing = () => {
    isBorrowing = false
    lending.drop()
  }

  const portTo = ({ leaderId, by }: Way): Port => {
    if (by === 'host') return host.connect(storeId, sessionId)
    return by === 'broker' && broker
      ? broker.connect(storeId, leaderId, sessionId)
      : channel.connect(leaderId, sessionId)
  }

  const lending = openLending({
    ...options,
    env,
    openChannel,
    lend: () => silence.lend(blocked),
    onLender(lender) {
      isBorrowing = true
      take(lender)
    },
  })
  awaitWord()
  const channel = openChannelLink({
    storeId,
    env,
    openChannel,
    onLeader: (leaderId) => happen({ type: 'channel told', leaderId }),
    onEnd: (leaderId) => happen({ type: 'channel told of the end', leaderId }),
    onDoubt: host.doubt, // a session of another tab waits for that leader in vain
  })
  const stopHearing = host.onLeading(storeId, (leaderId) => happen({ type: 'host told', leaderId }))
  const stopWatching = broker?.watch(storeId, (leaderId) => happen({ type: 'broker told', leaderId }))
  channel.want()

  return {
    close() {
      stopHearing()
      stopWatching?.()
      cancelWait?.()
      breakSilence()
      connection?.close()
      lending.close()
      channel.close()
    },
  }
}
