/**
 * The reading side of one store in one process: the head as far as it is known here, the newest commits, and the
 * sockets that follow. A hint, a heartbeat and a reconnect all mean "read after the cursor", so a hint that is lost or
 * doubled can make neither a gap nor a double.
 */
import type { EventLog, OpenedStore, StoredCommit } from '../src/backend/event-log.ts'
import { headAfter } from '../src/backend/order.ts'
import type { Env } from '../src/replica/env.ts'
import type { Cursor } from '../src/sync/wire.ts'
import type { ServerLimits } from './limits.ts'
import { createPace } from './pace.ts'
import { createRecent, encodeFrame, type Frame } from './recent.ts'
import { createSubscriber, type Subscriber, type SubscriberOptions } from './subscriber.ts'

export type FeedOptions = {
  readonly storeId: string
  readonly engine: EventLog
  readonly env: Env
  readonly limits: ServerLimits
}

export type Feed = {
  readonly backendId: string
  head(): Cursor
  /** This process appended. */
  advance(to: Cursor, commits: readonly StoredCommit[]): void
  /** Somebody else may have appended. */
  hint(head: Cursor): void
  /** An append failed, and nobody knows whether it was stored. */
  doubt(): void
  /** Whether the log may hold more than is known here. */
  isBehind(): boolean
  /** Reads what others appended. */
  catchUp(): Promise<void>
  subscribe(options: Omit<SubscriberOptions, 'env' | 'limits'>): Subscriber
  /** How many are left. */
  unsubscribe(subscriber: Subscriber): number
  size(): number
  close(): void
}

export function createFeed(opened: OpenedStore, { storeId, engine, env, limits }: FeedOptions): Feed {
  const page = { maxEvents: limits.pageEvents, maxBytes: limits.pageBytes }
  const recent = createRecent(page, limits.recentBytes)
  const subscribers = new Set<Subscriber>()
  const reads = new Map<number, Promise<Frame>>()
  let head = opened.head
  let visible = head.seq
  let hinted = head.seq
  let doubtful = false

  const pace = createPace(env, limits.coalesceMs, () => {
    visible = head.seq
    for (const subscriber of subscribers) subscriber.pump()
  })

  const readFrame = async (seq: number): Promise<Frame> => {
    try {
      const { commits } = await engine.read(storeId, { after: seq, ...page })
      if (commits.length === 0) throw new Error(`nothing after event ${seq} of store "${storeId}"`)
      const frame = encodeFrame(seq, commits)
      recent.keep(frame)
      return frame
    } finally {
      reads.delete(seq)
    }
  }

  /** Those who ask for the same page at the same time share one reading. */
  const frameAfter = (seq: number): Frame | Promise<Frame> => {
    const known = recent.frameAfter(seq) ?? reads.get(seq)
    if (known) return known
    const read = readFrame(seq)
    reads.set(seq, read)
    return read
  }

  const advance = (to: Cursor, commits: readonly StoredCommit[]) => {
    recent.add(head.seq, commits)
    head = to
    pace.request()
  }

  return {
    backendId: opened.backendId,
    head: () => head,
    advance,
    hint(to) {
      hinted = to.seq
    },
    doubt() {
      doubtful = true
    },
    isBehind: () => doubtful || hinted > head.seq,
    async catchUp() {
      const read = await engine.read(storeId, { after: head.seq, ...page })
      doubtful = false
      hinted = read.head.seq
      if (read.head.seq === head.seq) return
      if (headAfter(head, read.commits).seq !== read.head.seq) recent.clear()
      else return advance(read.head, read.commits)
      head = read.head
      pace.request()
    },
    subscribe(options) {
      const subscriber = createSubscriber({ visible: () => visible, frameAfter }, { ...options, env, limits })
      subscribers.add(subscriber)
      return subscriber
    },
    unsubscribe(subscriber) {
      subscriber.close()
      subscribers.delete(subscriber)
      return subscribers.size
    },
    size: () => subscribers.size,
    close() {
      pace.stop()
      for (const subscriber of subscribers) subscriber.close()
    },
  }
}
