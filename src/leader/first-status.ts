import type { EventLog } from '../replica/event-log.ts'
import type { LeaderStatus, OnlineSwitch } from '../replica/leader-api.ts'
import type { Upstream } from '../replica/upstream.ts'
import type { Storage } from './storage-port.ts'

type Options = {
  readonly leaderId: string
  readonly log: EventLog
  readonly storage: Pick<Storage, 'status'>
  /** As it stood with the leader before. */
  readonly onlineSwitch?: OnlineSwitch | undefined
  readonly upstream?: Upstream | undefined
}

/** What a leader says of itself before it has heard of the backend. */
export function firstStatus({ leaderId, log, storage, onlineSwitch, upstream }: Options): LeaderStatus {
  return {
    leaderId,
    clientId: log.identity.clientId,
    backendHead: log.cursor.seq,
    connection: { name: upstream ? 'offline' : 'none' },
    onlineSwitch: onlineSwitch ?? { online: true, at: 0 },
    storage: storage.status,
    parked: log.parkedStatus,
  }
}
