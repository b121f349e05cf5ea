import { CommitSettled } from '../../replica/errors.ts'
import type { Receipt } from '../../session/receipts.ts'
import type { Thread } from './scheduler.ts'

type Told = 'open' | 'yes' | 'no'

/** What a receipt promised about a commit, as far as its tab lived to hear it. */
export type Promised = {
  readonly commitId: string
  readonly client: string
  /** The tab that made it. */
  readonly session: string
  /** Only this client has it. */
  readonly isLocal: boolean
  readonly madeAt: number
  readonly persisted: Told
  readonly persistedAt: number | undefined
  readonly confirmed: Told
  /** When it was told of the end, which is the confirmation or another one. */
  readonly endedAt: number | undefined
  /** Why not. */
  readonly error: unknown
  /** Its promises are settled, or its tab is gone. */
  isDone(): boolean
  /** Its tab is there. */
  isHeard(): boolean
}

/** Writes down what a receipt says, as long as its tab is there to hear it. */
export function watchReceipt(
  receipt: Receipt,
  { client, thread, isLocal }: { readonly client: string; readonly thread: Thread; readonly isLocal: boolean },
): Promised {
  let persisted: Told = 'open'
  let persistedAt: number | undefined
  let confirmed: Told = 'open'
  let endedAt: number | undefined
  let error: unknown
  receipt.persisted.then(
    () => {
      persisted = 'yes'
      persistedAt = thread.env.now()
    },
    (reason) => {
      persisted = 'no'
      error = reason
    },
  )
  receipt.confirmed.then(
    () => {
      confirmed = 'yes'
      endedAt = thread.env.now()
    },
    (reason) => {
      confirmed = 'no'
      endedAt = thread.env.now()
      error = reason
    },
  )
  return {
    commitId: receipt.commitId,
    client,
    session: thread.name,
    isLocal,
    madeAt: thread.env.now(),
    get persisted() {
      return persisted
    },
    get persistedAt() {
      return persistedAt
    },
    get confirmed() {
      return confirmed
    },
    get endedAt() {
      return endedAt
    },
    get error() {
      return error
    },
    isHeard: () => thread.isAlive,
    isDone: () => !thread.isAlive || confirmed !== 'open',
  }
}

/** How the commit ended, as its receipt told it; undefined where it did not, or was confirmed. */
export function settledAs({ error }: Promised): CommitSettled | undefined {
  return error instanceof CommitSettled ? error : undefined
}
