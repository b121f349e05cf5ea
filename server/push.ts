/** What is decided about a push before it meets the log. */
import type { StoredCommit } from '../src/backend/event-log.ts'
import { countEvents, findRepeated } from '../src/backend/order.ts'
import type { Env } from '../src/replica/env.ts'
import type { FromClient, Limits, WireCommit } from '../src/sync/wire.ts'
import type { Refusal } from './channel.ts'
import type { Validate } from './hooks.ts'
import { within } from './wait.ts'

export type PushMessage = Extract<FromClient, { type: 'push' }>

/** Nothing that the client says of itself is believed: not its sizes, not what it has seen. */
export function checkPush(
  { parent }: PushMessage,
  commits: readonly StoredCommit[],
  { limits, sent }: { readonly limits: Limits; readonly sent: number },
): Refusal | null {
  const tooLarge = findTooLarge(commits, limits)
  if (tooLarge) return { code: 'too_large', message: tooLarge, retry: false }
  const repeated = findRepeated(commits)
  if (repeated !== undefined) return commitConflict(repeated)
  return parent > sent ? parentUnknown(sent) : null
}

function findTooLarge(commits: readonly StoredCommit[], limits: Limits): string | null {
  const large = commits.find(
    ({ count, bytes }) => count > limits.maxEventsPerCommit || bytes > limits.maxBytesPerCommit,
  )
  if (large) {
    return `commit ${large.commitId} has ${large.count} events and ${large.bytes} bytes; a commit may have ${limits.maxEventsPerCommit} and ${limits.maxBytesPerCommit}`
  }
  if (commits.length === 1) return null // one larger commit may stand alone
  const events = countEvents(commits)
  const bytes = commits.reduce((sum, commit) => sum + commit.bytes, 0)
  if (events <= limits.maxEventsPerPush && bytes <= limits.maxBytesPerPush) return null
  return `the push has ${events} events and ${bytes} bytes; one of several commits may have ${limits.maxEventsPerPush} and ${limits.maxBytesPerPush}`
}

export function commitConflict(commitId: string): Refusal {
  return { code: 'commit_conflict', message: `commit ${commitId} is stored already`, retry: false }
}

export function parentUnknown(head: number): Refusal {
  return { code: 'parent_unknown', message: `the parent is not known here, the log ends at ${head}`, retry: false }
}

export const forbiddenWrite: Refusal = {
  code: 'forbidden',
  message: 'this store may not be written with this token',
  retry: false,
}

export function unavailable(message: string, retryAfterMs = 1_000): Refusal {
  return { code: 'unavailable', message, retry: true, retryAfterMs }
}

export type Prefix = {
  /** How many commits from the front are acceptable. */
  readonly count: number
  /** The one that ends the prefix; what is behind it was not looked at. */
  readonly refused?: { readonly commitId: string; readonly reason: string }
}

/** Rejects if the app's `validate` fails. */
export async function findPrefix(
  commits: readonly WireCommit[],
  validate: Validate | undefined,
  context: {
    readonly storeId: string
    readonly userId: string | undefined
    readonly env: Env
    readonly hookMs: number
  },
): Promise<Prefix> {
  if (!validate) return { count: commits.length }
  const check = async (): Promise<Prefix> => {
    for (const [count, commit] of commits.entries()) {
      const reason = await validate(commit, { storeId: context.storeId, userId: context.userId })
      if (reason !== undefined)
        return { count, refused: { commitId: commit[0], reason: String(reason).slice(0, 1_000) } }
    }
    return { count: commits.length }
  }
  return within(context.env, context.hookMs, 'validate', check())
}
