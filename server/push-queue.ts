/**
 * The writing side of one store in one process: pushes go to the log one after another, in the order of `takeNext`.
 * Holds at most one push a socket, for a socket has one in flight.
 */
import type { EventLog, StoredCommit } from '../src/backend/event-log.ts'
import { decide } from '../src/backend/order.ts'
import type { Env } from '../src/replica/env.ts'
import type { Cursor } from '../src/sync/wire.ts'
import type { Feed } from './feed.ts'
import type { Log } from './log.ts'
import type { Subscriber } from './subscriber.ts'
import { earnsTurn, lose, takeNext, waste, win } from './turn.ts'

export type PushOutcome =
  | { readonly type: 'pushed'; readonly head: Cursor }
  /** Everything up to `seq` must be sent before it is told. */
  | { readonly type: 'ahead'; readonly seq: number }
  | { readonly type: 'parent_unknown'; readonly head: Cursor }
  | { readonly type: 'commit_conflict'; readonly commitId: string }
  | { readonly type: 'backend_mismatch' }
  /** The log did not answer; the push may or may not be stored. */
  | { readonly type: 'unavailable' }

export type Push = {
  readonly owner: Subscriber
  readonly parent: number
  readonly commits: readonly StoredCommit[]
  /** Called in the moment in which the head moves, so that nothing later is sent before the answer. */
  answer(outcome: PushOutcome): void
}

export type PushQueueOptions = {
  readonly storeId: string
  readonly engine: EventLog
  readonly env: Env
  readonly feed: Feed
  readonly turnMs: number
  readonly log: Log
  /** It has nothing to do, for now. */
  onRest(): void
}

export type PushQueue = {
  add(push: Push): void
  /** The socket is gone: so are its push, if that has not begun, and its turn. */
  drop(owner: Subscriber): void
  /** It will not push now: its turn, if it has it, is over. */
  pass(owner: Subscriber): void
  /** Reads what the feed was told of, and goes on. */
  wake(): void
  isBusy(): boolean
  /** Resolves when no append is in progress and none may begin. */
  drained(): Promise<void>
  close(): void
}

export function createPushQueue({ storeId, engine, env, feed, turnMs, log, onRest }: PushQueueOptions): PushQueue {
  let waiting: Push[] = []
  let turn: Subscriber | null = null
  let cancelTurnEnd: (() => void) | undefined
  let running: Promise<void> | null = null
  let again = false // somebody called `wake` meanwhile

  const endTurn = () => {
    cancelTurnEnd?.()
    turn = null
  }

  const giveTurn = (owner: Subscriber) => {
    turn = owner
    cancelTurnEnd = env.after(turnMs, () => {
      waste(owner.luck)
      endTurn()
      wake()
    })
  }

  const answerAhead = ({ owner, answer }: Push) => {
    if (turn === null && earnsTurn(owner.luck)) giveTurn(owner)
    lose(owner.luck)
    answer({ type: 'ahead', seq: feed.head().seq })
  }

  const append = async (push: Push) => {
    const { owner, parent, commits, answer } = push
    const appended = await engine.append(storeId, { backendId: feed.backendId, parent, commits })
    switch (appended.type) {
      case 'appended':
        win(owner.luck)
        owner.skipTo(appended.head)
        answer({ type: 'pushed', head: appended.head })
        return feed.advance(appended.head, commits)
      case 'ahead':
        await feed.catchUp()
        return answerAhead(push)
      case 'parent_unknown':
        await feed.catchUp()
        return answer(appended)
      case 'commit_conflict':
        return answer(appended)
      case 'backend_mismatch':
      case 'no_store':
        return answer({ type: 'backend_mismatch' })
    }
  }

  const serve = async (push: Push) => {
    if (turn === push.owner) endTurn()
    try {
      if (feed.isBehind() || push.parent > feed.head().seq) await feed.catchUp()
      const decision = decide(feed.head(), push)
      if (decision.type === 'append') await append(push)
      else if (decision.type === 'ahead') answerAhead(push)
      else push.answer(decision)
    } catch (error) {
      log({ level: 'error', message: 'the event log did not answer', storeId, error })
      feed.doubt()
      push.answer({ type: 'unavailable' })
    }
  }

  const next = () => takeNext(waiting, turn, feed.head().seq)

  const serveAll = async () => {
    again = false
    for (let push = next(); push; push = next()) {
      const taken = push
      waiting = waiting.filter((other) => other !== taken)
      await serve(taken)
    }
    if (feed.isBehind()) await feed.catchUp()
  }

  /** Called when a push comes, when a turn ends, when the feed had a hint and with each heartbeat. */
  const wake = () => {
    again = true
    running ??= serveAll()
      .catch((error: unknown) => log({ level: 'error', message: 'cannot read the event log', storeId, error }))
      .finally(() => {
        running = null
        if (again) wake()
        else onRest()
      })
  }

  const pass = (owner: Subscriber) => {
    if (turn !== owner) return
    endTurn()
    wake()
  }

  return {
    add(push) {
      waiting.push(push)
      wake()
    },
    drop(owner) {
      waiting = waiting.filter((push) => push.owner !== owner)
      pass(owner)
    },
    pass,
    wake,
    isBusy: () => running !== null,
    async drained() {
      while (running) await running
    },
    close: endTurn,
  }
}
