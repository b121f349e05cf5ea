import type { EventLog } from '../replica/event-log.ts'
import type { ConfirmedPage, LeaderApi } from '../replica/leader-api.ts'

/** No page of confirmed commits is larger. */
const maxPage = 1_000

export function eventsAfter(log: EventLog, after: Parameters<LeaderApi['eventsAfter']>[0], limit: number): string {
  const page: ConfirmedPage = {
    epoch: log.identity.epoch,
    confirmed: log.confirmed,
    commits: log.confirmedAfter(after, Math.min(limit, maxPage)),
  }
  return JSON.stringify(page)
}
