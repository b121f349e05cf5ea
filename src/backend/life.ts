import { follow, type LifeTable, type OfType } from '../replica/life-table.ts'
import type { LinkState } from '../sync/connection.ts'
import type { ErrorCode } from '../sync/wire.ts'
import { backoff } from './backoff.ts'

/** What can happen to a connection. */
export type ConnectionEvent =
  | { readonly type: 'switched on' }
  | { readonly type: 'switched off' }
  /** The backend said welcome. */
  | { readonly type: 'welcomed' }
  /** It lasted: the next loss begins with a short wait again. */
  | { readonly type: 'proved good' }
  /** It ended, and another attempt may do better. `random` is from 0 to 1, `afterMs` what the backend asked for. */
  | {
      readonly type: 'lost'
      readonly reason: string
      readonly at: number
      readonly random: number
      readonly afterMs?: number | undefined
    }
  /** It ended, and only a change of the app or its rights helps. */
  | { readonly type: 'refused'; readonly reason: string; readonly code?: ErrorCode | undefined }
  /** The wait is over. */
  | { readonly type: 'due' }
  /** The device has a network again. */
  | { readonly type: 'network back' }

const offline: LinkState = { name: 'offline' }
const connecting = (attempt: number): LinkState => ({ name: 'connecting', attempt })

const stay = (connection: LinkState) => connection
const goOffline = () => offline
const begin = () => connecting(1)
const stop = (_: LinkState, { reason, code }: OfType<ConnectionEvent, 'refused'>): LinkState => ({
  name: 'stopped',
  reason,
  ...(code ? { code } : {}),
})

const wait = (
  { attempt }: { readonly attempt: number },
  { reason, at, random, afterMs = 0 }: OfType<ConnectionEvent, 'lost'>,
): LinkState => {
  const ms = Math.max(afterMs, backoff(Math.max(attempt, 1), random))
  return { name: 'waiting', attempt, retryAt: at + ms, reason }
}

const table: LifeTable<LinkState, ConnectionEvent> = {
  offline: {
    'switched on': begin,
    'switched off': stay,
    welcomed: stay,
    'proved good': stay,
    lost: stay,
    refused: stay,
    due: stay,
    'network back': stay,
  },
  connecting: {
    'switched on': stay,
    'switched off': goOffline,
    welcomed: ({ attempt }) => ({ name: 'online', attempt }),
    'proved good': stay,
    lost: wait,
    refused: stop,
    due: stay,
    'network back': stay,
  },
  waiting: {
    'switched on': stay,
    'switched off': goOffline,
    welcomed: stay,
    'proved good': stay,
    lost: stay,
    refused: stay,
    due: ({ attempt }) => connecting(attempt + 1),
    'network back': begin,
  },
  online: {
    'switched on': stay,
    'switched off': goOffline,
    welcomed: stay,
    'proved good': () => ({ name: 'online', attempt: 0 }),
    lost: wait,
    refused: stop,
    due: stay,
    'network back': stay,
  },
  stopped: {
    'switched on': begin,
    'switched off': goOffline,
    welcomed: stay,
    'proved good': stay,
    lost: stay,
    refused: stay,
    due: stay,
    'network back': stay,
  },
}

/** The connection after `event`; the same object where nothing changes. */
export function next(connection: LinkState, event: ConnectionEvent): LinkState {
  return follow(table, connection, event)
}
