/**
 * One socket's way through a store's log. It remembers only how far it got, never what is to come, so that a slow
 * reader costs its window and nothing more.
 */
import type { Env } from '../src/replica/env.ts'
import type { Cursor } from '../src/sync/wire.ts'
import type { Frame } from './recent.ts'
import { type Luck, newLuck } from './turn.ts'
import { createWindow, type Window, type WindowLimits } from './window.ts'

/** What a subscriber reads from. */
export type Source = {
  /** Up to where commits are broadcast; the head, but for what is being collected. */
  visible(): number
  /** The next page; there is one, as `seq` is before the head. */
  frameAfter(seq: number): Frame | Promise<Frame>
}

export type SubscriberOptions = {
  readonly env: Env
  readonly cursor: Cursor
  readonly limits: WindowLimits & { readonly creditMs: number }
  send(data: Buffer): void
  /** No credit came in time. */
  onStall(): void
  /** A page could not be read; `pump` tries again. */
  onError(error: unknown): void
}

export type Subscriber = {
  readonly luck: Luck
  /** Everything up to here was sent. */
  cursor(): Cursor
  /** Sends what there is and what fits. Called when there is more, when there is room, and with each heartbeat. */
  pump(): void
  /** False if `seq` was never sent. */
  credit(seq: number): boolean
  /** Its own commits were stored: it has them. */
  skipTo(head: Cursor): void
  /** Calls `then` once everything up to `seq` was sent, before anything later is. */
  onceSent(seq: number, then: () => void): void
  close(): void
}

export function createSubscriber(source: Source, options: SubscriberOptions): Subscriber {
  const window: Window = createWindow(options.limits)
  let cursor = options.cursor
  let owed: { readonly seq: number; readonly then: () => void } | null = null
  let cancelStall: (() => void) | undefined
  let reading = false
  let closed = false

  /** Whether there is more to send after it. */
  const deliver = (frame: Frame): boolean => {
    const parcel = { seq: frame.last.seq, events: frame.events, bytes: frame.data.length }
    if (!window.fits(parcel)) {
      cancelStall ??= options.env.after(options.limits.creditMs, options.onStall)
      return false
    }
    window.sent(parcel)
    cursor = frame.last
    options.send(frame.data)
    return true
  }

  const settleOwed = () => {
    if (!owed || cursor.seq < owed.seq) return
    const { then } = owed
    owed = null
    then()
  }

  const readOn = async (page: Promise<Frame>) => {
    reading = true
    try {
      const frame = await page
      reading = false
      if (!closed && deliver(frame)) pump()
    } catch (error) {
      reading = false
      options.onError(error)
    }
  }

  const pump = () => {
    while (!closed && !reading && cursor.seq < Math.max(source.visible(), owed?.seq ?? 0)) {
      const frame = source.frameAfter(cursor.seq)
      if (frame instanceof Promise) return void readOn(frame)
      if (!deliver(frame)) return
    }
    if (!closed) settleOwed()
  }

  return {
    luck: newLuck(),
    cursor: () => cursor,
    pump,
    credit(seq) {
      if (seq > cursor.seq) return false
      if (window.credit(seq)) {
        cancelStall?.()
        cancelStall = undefined
        pump()
      }
      return true
    },
    skipTo(head) {
      cursor = head
    },
    onceSent(seq, then) {
      owed = { seq, then }
      pump()
    },
    close() {
      closed = true
      owed = null
      cancelStall?.()
    },
  }
}
