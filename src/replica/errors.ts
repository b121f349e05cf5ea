import type { Settled } from '../sync/merge.ts'
import type { ImportRefusal } from './leader-api.ts'

/** A materializer threw, or SQLite refused one of its statements. The commit had no effect. */
export class MaterializeError extends Error {
  override name = 'MaterializeError'
  readonly event: string
  readonly commitId: string

  constructor(event: string, commitId: string, cause: unknown) {
    super(`the materializer of ${event} failed: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
    this.event = event
    this.commitId = commitId
  }
}

/** A commit has too many events or bytes; nothing of it was applied. Split it where that is safe for the app. */
export class CommitTooLarge extends Error {
  override name = 'CommitTooLarge'

  constructor(what: string, limit: string) {
    super(`a commit with ${what} is over the limit of ${limit}`)
  }
}

/** Too much is waiting to be persisted. Nothing was applied; commit again once `store.status` shows less pending. */
export class BacklogFull extends Error {
  override name = 'BacklogFull'

  constructor(events: number) {
    super(`${events} events wait to be persisted; commit again when some of them are`)
  }
}

/** How a commit ended that is not confirmed: the backend refused it, or it did not apply and was kept aside or given up. */
export type Outcome = Exclude<Settled['outcome'], 'replaced'>

/** The commit ended otherwise than confirmed. `reason` is for people; `outcome` says what the app may do about it. */
export class CommitSettled extends Error {
  override name = 'CommitSettled'
  readonly commitId: string
  readonly outcome: Outcome
  readonly reason: string

  constructor({ commitId, outcome, reason }: { commitId: string; outcome: Outcome; reason: string }) {
    super(`commit ${commitId} was ${outcome}: ${reason}`)
    this.commitId = commitId
    this.outcome = outcome
    this.reason = reason
  }
}

/** The client's log was reset, or wiped, while the commit was not confirmed. After a reset it is among `store.parked`. */
export class StoreReset extends Error {
  override name = 'StoreReset'
}

/** The backend has another history than this client, and `onBackendIdMismatch: 'shutdown'` ended the store. Its data is kept. */
export class BackendMismatch extends Error {
  override name = 'BackendMismatch'
}

/** What was to be imported is not a log of this store that this build can read. Nothing was changed. */
export class ImportRefused extends Error {
  override name = 'ImportRefused'
  readonly reason: ImportRefusal['reason']

  constructor({ reason, message }: ImportRefusal) {
    super(`${refusals[reason]}: ${message}`)
    this.reason = reason
  }
}

const refusals: Record<ImportRefusal['reason'], string> = {
  foreign: 'this is not a log of Headwater',
  newer: 'a newer version of the app wrote this log',
  damaged: 'this log is damaged',
  'other store': 'this log is of another store',
}

/** Another version of the app keeps the data of this browser now, and this page cannot go on with it: it is to be loaded again. */
export class OutdatedBuild extends Error {
  override name = 'OutdatedBuild'
}

/** Whether a leader threw it: another thread's errors are no instances. */
export function isOutdatedBuild(error: unknown): boolean {
  return error instanceof Error && error.name === 'OutdatedBuild'
}

/** The store was shut down. */
export class StoreClosed extends Error {
  override name = 'StoreClosed'

  constructor() {
    super('the store was shut down')
  }
}
