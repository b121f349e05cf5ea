/**
 * Which way a session takes to its leader, decided from what the broker and the store's channel say. Pure.
 *
 * A tab needs nobody to reach its own worker. To another one the broker's port is the fast way, the channel the one that is
 * always there. A leader tells both when it begins; so whoever hears of one on the channel waits a moment for the broker to say
 * the same. Of what they say, the last counts: a leader that was frozen may say that it leads after another took its place, but
 * not after that one said so.
 */
export type Way = {
  readonly leaderId: string
  readonly by: 'host' | 'broker' | 'channel'
  /** The leader has let the session join. */
  readonly hasAnswered: boolean
}

export type Ways = {
  /** Another object is another connection, unless it only answered. */
  readonly current: Way | undefined
  /** The leader that the channel told of last. */
  readonly onChannel: string | undefined
  /** A leader that only the channel told of so far. */
  readonly waitingFor: string | undefined
}

export type WayEvent =
  /** The tab's own worker leads. */
  | { readonly type: 'host told'; readonly leaderId: string }
  | { readonly type: 'broker told'; readonly leaderId: string | null }
  | { readonly type: 'channel told'; readonly leaderId: string }
  | { readonly type: 'channel told of the end'; readonly leaderId: string }
  /** The moment is over. */
  | { readonly type: 'waited' }
  | { readonly type: 'answered' }
  /** The leader did not let the session join, for a while. */
  | { readonly type: 'unanswered' }

export const noWay: Ways = { current: undefined, onChannel: undefined, waitingFor: undefined }

const way = (leaderId: string, by: Way['by']): Way => ({ leaderId, by, hasAnswered: false })

/** The ways after `event`; the same object where nothing changes. */
export function next(ways: Ways, event: WayEvent): Ways {
  switch (event.type) {
    case 'host told':
      return byHost(ways, event.leaderId)
    case 'broker told':
      return event.leaderId === null ? lookAround(ways) : byBroker(ways, event.leaderId)
    case 'channel told':
      return lookAround(ways.onChannel === event.leaderId ? ways : { ...ways, onChannel: event.leaderId })
    case 'channel told of the end':
      return ways.onChannel === event.leaderId ? { ...ways, onChannel: undefined, waitingFor: undefined } : ways
    case 'waited':
      return ways.waitingFor === undefined ? ways : byChannel(ways, ways.waitingFor)
    case 'answered':
      return ways.current && !ways.current.hasAnswered
        ? { ...ways, current: { ...ways.current, hasAnswered: true } }
        : ways
    case 'unanswered':
      return ways.current && ways.current.by !== 'channel' && !ways.current.hasAnswered
        ? byChannel(ways, ways.current.leaderId)
        : ways
    default:
      return event satisfies never
  }
}

function byHost(ways: Ways, leaderId: string): Ways {
  if (ways.current?.leaderId === leaderId) return ways
  return { ...ways, current: way(leaderId, 'host'), waitingFor: undefined }
}

/** A broker that died may have taken the port along on its way: until the leader answers, it is sent again. */
function byBroker(ways: Ways, leaderId: string): Ways {
  const { current } = ways
  const isUsed =
    current?.leaderId === leaderId && (current.by === 'host' || (current.by === 'broker' && current.hasAnswered))
  if (isUsed && ways.waitingFor === undefined) return ways
  return { ...ways, current: isUsed ? current : way(leaderId, 'broker'), waitingFor: undefined }
}

function byChannel(ways: Ways, leaderId: string): Ways {
  return { ...ways, current: way(leaderId, 'channel'), waitingFor: undefined }
}

/** Where the channel's leader is another one than that which is used, the broker should know soon. */
function lookAround(ways: Ways): Ways {
  const { onChannel, current } = ways
  const waitingFor = onChannel === current?.leaderId ? undefined : onChannel
  return waitingFor === ways.waitingFor ? ways : { ...ways, waitingFor }
}
