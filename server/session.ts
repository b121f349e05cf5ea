/** A client that was let in: what it may say from `welcome` on, and what it gets. */
import { type Cursor, closeCodes, protocolVersion } from '../src/sync/wire.ts'
import { requestGrant, unauthorized } from './admission.ts'
import type { Channel } from './channel.ts'
import type { Context } from './context.ts'
import { createExpiry } from './expiry.ts'
import type { Grant } from './hooks.ts'
import type { Hub } from './hub.ts'
import type { PushMessage } from './push.ts'
import { createPushDesk } from './push-desk.ts'
import type { Membership } from './users.ts'

export type Session = {
  push(message: PushMessage, bytes: number): void
  credit(seq: number): void
  auth(token: string): void
  /** Tells the client how far it was sent the log, and sends more if there is. */
  beat(): void
  close(): void
}

export type SessionOptions = {
  readonly storeId: string
  readonly cursor: Cursor
  readonly grant: Grant
  readonly membership: Membership
  readonly hub: Hub
  readonly channel: Channel
  readonly context: Context
}

/** Sends `welcome`, then what comes after the cursor. */
export function openSession(options: SessionOptions): Session {
  const { storeId, hub, channel, context, membership } = options
  const { env, limits, log } = context
  let grant = options.grant
  let nextToken: string | undefined
  let refreshing = false

  const expiry = createExpiry({
    env,
    warnMs: limits.expiringMs,
    onExpiring: (inMs) => channel.send({ type: 'expiring', inMs }),
    onExpired: () => channel.refuse(unauthorized('the token has expired')),
  })

  const subscriber = hub.subscribe({
    cursor: options.cursor,
    send: channel.sendFrame,
    onStall: () => channel.close(closeCodes.slow, 'nothing was credited for too long'),
    onError: (error) => log({ level: 'error', message: 'cannot read the event log', storeId, error }),
  })

  const desk = createPushDesk({
    storeId,
    userId: grant.userId,
    budget: membership.budget,
    hub,
    subscriber,
    channel,
    context,
    mayWrite: () => grant.write,
  })

  const adopt = (next: Grant) => {
    if (next.userId !== grant.userId) return channel.refuse(unauthorized('the token is of another user'))
    grant = next
    expiry.set(grant.expiresAt)
  }

  /** Of several tokens that come while one is checked, only the last counts. */
  const refresh = async () => {
    refreshing = true
    while (nextToken !== undefined && channel.isOpen()) {
      const token = nextToken
      nextToken = undefined
      const answer = await requestGrant(token, storeId, context)
      if (!channel.isOpen()) break
      if ('grant' in answer) adopt(answer.grant)
      else channel.refuse(answer)
    }
    refreshing = false
  }

  channel.send(welcome(hub, options, context))
  expiry.set(grant.expiresAt)
  subscriber.pump()

  return {
    push: desk.push,
    credit(seq) {
      if (subscriber.credit(seq)) return
      const message = `event ${seq} was not sent on this connection`
      channel.refuse({ code: 'bad_message', message, retry: false, close: closeCodes.badMessage })
    },
    auth(token) {
      nextToken = token
      if (!refreshing) void refresh()
    },
    beat() {
      subscriber.pump()
      channel.send({ type: 'heartbeat', head: subscriber.cursor() })
    },
    close() {
      expiry.stop()
      hub.unsubscribe(subscriber)
      membership.leave()
    },
  }
}

function welcome(hub: Hub, { grant, cursor }: SessionOptions, { limits, heartbeatMs }: Context) {
  const { maxEventsPerPush, maxBytesPerPush, maxEventsPerCommit, maxBytesPerCommit } = limits
  return {
    type: 'welcome',
    v: protocolVersion,
    backendId: hub.backendId,
    head: hub.head().seq < cursor.seq ? cursor : hub.head(), // what another process stored may not be known here yet
    limits: { maxEventsPerPush, maxBytesPerPush, maxEventsPerCommit, maxBytesPerCommit },
    heartbeatMs,
    expiresAt: wholeTime(grant.expiresAt),
  } as const
}

/** An app's token may end at a fraction of a millisecond, or never; a frame cannot say that. */
function wholeTime(time: number | undefined): number | undefined {
  return time === undefined || !Number.isFinite(time) ? undefined : Math.floor(time)
}
