/** Takes the pushes of one client, one at a time, to the hub, and its answers back. */
import { storedCommit } from '../src/backend/event-log.ts'
import { closeCodes } from '../src/sync/wire.ts'
import type { Channel, Refusal } from './channel.ts'
import type { Context } from './context.ts'
import type { Hub } from './hub.ts'
import {
  checkPush,
  commitConflict,
  findPrefix,
  forbiddenWrite,
  type Prefix,
  type PushMessage,
  parentUnknown,
  unavailable,
} from './push.ts'
import type { PushOutcome } from './push-queue.ts'
import type { Subscriber } from './subscriber.ts'
import type { Budget } from './users.ts'

export type PushDesk = {
  /** `bytes` is the size of the message as it came. */
  push(message: PushMessage, bytes: number): void
}

export type PushDeskOptions = {
  readonly storeId: string
  readonly userId: string | undefined
  readonly budget: Budget
  readonly hub: Hub
  readonly subscriber: Subscriber
  readonly channel: Channel
  readonly context: Pick<Context, 'env' | 'limits' | 'validate' | 'log' | 'isClosing' | 'track'>
  mayWrite(): boolean
}

/** A client that goes on pushing too fast, whatever it is told, is disconnected. */
const maxRateErrors = 10

export function createPushDesk(options: PushDeskOptions): PushDesk {
  const { storeId, userId, budget, hub, subscriber, channel, context, mayWrite } = options
  let busy = false
  let rateErrors = 0

  const refuse = (id: number, refusal: Refusal) => {
    busy = false
    channel.refuse(refusal, id)
    hub.pass(subscriber)
  }

  const checkRate = (bytes: number): Refusal | null => {
    const retryAfterMs = budget.take(bytes, context.env.elapsed())
    rateErrors = retryAfterMs === 0 ? 0 : rateErrors + 1
    if (rateErrors === 0) return null
    const refusal: Refusal = { code: 'rate', message: 'too many pushes', retry: true, retryAfterMs }
    return rateErrors < maxRateErrors ? refusal : { ...refusal, close: closeCodes.rate }
  }

  const reject = (id: number, { refused }: Prefix) => {
    busy = false
    if (refused) channel.send({ type: 'rejected', id, ...refused })
  }

  const answer = (id: number, prefix: Prefix, outcome: PushOutcome) => {
    switch (outcome.type) {
      case 'pushed':
        channel.send({ type: 'pushed', id, head: outcome.head, count: prefix.count })
        return reject(id, prefix)
      case 'ahead':
        return subscriber.onceSent(outcome.seq, () => {
          busy = false
          channel.send({ type: 'ahead', id, head: subscriber.cursor() })
        })
      case 'parent_unknown':
        return refuse(id, parentUnknown(outcome.head.seq))
      case 'commit_conflict':
        return refuse(id, commitConflict(outcome.commitId))
      case 'backend_mismatch':
        return refuse(id, replaced)
      case 'unavailable':
        return refuse(id, unavailable('the event log did not answer; the push may or may not be stored'))
    }
  }

  /** What can be said before the push is looked into. */
  const checkLeave = (bytes: number): Refusal | null => {
    if (!mayWrite()) return forbiddenWrite
    return context.isClosing() ? unavailable('the server is about to restart') : checkRate(bytes)
  }

  const examine = ({ parent, commits }: PushMessage): Prefix | Promise<Prefix> => {
    if (parent < hub.head().seq) return { count: commits.length } // it is behind, and comes again when it is rebased
    const { env, limits, validate } = context
    return findPrefix(commits, validate, { storeId, userId, env, hookMs: limits.hookMs })
  }

  const push = async (message: PushMessage): Promise<void> => {
    const { id, parent } = message
    const commits = message.commits.map(storedCommit)
    const refusal = checkPush(message, commits, { limits: context.limits, sent: subscriber.cursor().seq })
    if (refusal) return refuse(id, refusal)
    const prefix = await examine(message)
    if (!channel.isOpen()) return
    if (prefix.count === 0) {
      reject(id, prefix)
      return hub.pass(subscriber)
    }
    hub.push({
      owner: subscriber,
      parent,
      commits: commits.slice(0, prefix.count),
      answer: (outcome) => answer(id, prefix, outcome),
    })
  }

  return {
    push(message, bytes) {
      if (busy) return channel.refuse(oneAtATime, message.id)
      const refusal = checkLeave(bytes)
      if (refusal) return channel.refuse(refusal, message.id)
      busy = true
      const taken = push(message).catch((error: unknown) => {
        context.log({ level: 'error', message: 'validate failed', storeId, userId, error })
        refuse(message.id, unavailable('the push could not be validated'))
      })
      context.track(taken)
    },
  }
}

const oneAtATime: Refusal = {
  code: 'bad_message',
  message: 'one push at a time: the one before is not answered yet',
  retry: false,
  close: closeCodes.badMessage,
}

const replaced: Refusal = {
  code: 'backend_mismatch',
  message: 'the log of this store was replaced',
  retry: false,
  close: closeCodes.mismatch,
}
