import type { EventLog } from '../replica/event-log.ts'
import type { LeaderStatus, OnlineSwitch } from '../replica/leader-api.ts'
import type { Storage } from './storage-port.ts'

type Options = {
  readonly leaderId: string
  readonly log: EventLog
  readonly storage: Pick<Storage, 'status'>
  /** As it stood with the leader before. */
  readonly onlineSwitch?: OnlineSwitch | undefined
}

/** What a leader says of itself before it has heard of the backend. */
export function firstStatus({ leaderId, log, storage, onlineSwitch }: Options): LeaderStatus {
  return {
    leaderId,
    clientId: log.identity.clientId,
    backendHead: log.cursor.seq,
    connection: { name: 'offline' },
    onlineSwitch: onlineSwitch ?? { online: true, at: 0 },
    storage: storage.status,
    parked: log.parkedStatus,
  }
}
