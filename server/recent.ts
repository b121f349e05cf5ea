/** The newest commits of a store and the frames made of them, so that a thousand subscribers cost one encoding. */
import type { StoredCommit } from '../src/backend/event-log.ts'
import {
  countEvents,
  entriesAfter,
  headAfter,
  type PageLimits,
  type Placed,
  place,
  takePage,
} from '../src/backend/order.ts'
import type { Cursor } from '../src/sync/wire.ts'

/** An `events` message, encoded; the one buffer goes to every socket that is at `parent`. */
export type Frame = {
  readonly parent: number
  readonly last: Cursor
  readonly events: number
  readonly data: Buffer
}

export function encodeFrame(parent: number, commits: readonly StoredCommit[]): Frame {
  const text = `{"type":"events","parent":${parent},"commits":[${commits.map((commit) => commit.text).join(',')}]}`
  return {
    parent,
    last: headAfter({ seq: parent, commitId: null }, commits),
    events: countEvents(commits),
    data: Buffer.from(text),
  }
}

export type Recent = {
  /** Commits right behind the newest that is known. */
  add(seq: number, commits: readonly StoredCommit[]): void
  /** Forgets all: what comes next does not follow on. */
  clear(): void
  /** The frame after event `seq`, up to the newest or a page's size; undefined if that is too long ago. */
  frameAfter(seq: number): Frame | undefined
  /** Remembers a frame that was made of older commits. */
  keep(frame: Frame): void
}

export function createRecent(page: PageLimits, maxBytes: number): Recent {
  let ring: Placed<StoredCommit>[] = []
  let bytes = 0
  const frames = createFrames(maxBytes)

  /** Down to half, so that it is not done for every commit. */
  const trim = () => {
    let drop = 0
    while (bytes > maxBytes / 2) bytes -= ring[drop++]!.entry.bytes
    ring = ring.slice(drop)
  }

  return {
    add(seq, commits) {
      ring.push(...place(seq, commits))
      for (const commit of commits) bytes += commit.bytes
      if (bytes > maxBytes) trim()
      frames.dropEndingAt(seq)
    },
    clear() {
      ring = []
      bytes = 0
      frames.clear()
    },
    frameAfter(seq) {
      const made = frames.get(seq)
      if (made) return made
      const oldest = ring[0]
      if (!oldest || seq < oldest.first - 1) return undefined
      const commits = takePage(entriesAfter(ring, seq), page)
      if (commits.length === 0) return undefined
      const frame = encodeFrame(seq, commits)
      frames.add(frame)
      return frame
    },
    keep: frames.add,
  }
}

function createFrames(maxBytes: number) {
  const frames = new Map<number, Frame>()
  let bytes = 0
  const drop = (frame: Frame) => {
    if (frames.delete(frame.parent)) bytes -= frame.data.length
  }
  return {
    get: (parent: number) => frames.get(parent),
    add(frame: Frame): void {
      if (frames.has(frame.parent)) return
      frames.set(frame.parent, frame)
      bytes += frame.data.length
      for (const oldest of frames.values()) {
        if (bytes <= maxBytes) break
        drop(oldest)
      }
    },
    /** Those would hold more if they were made now. */
    dropEndingAt(seq: number): void {
      for (const frame of frames.values()) if (frame.last.seq === seq) drop(frame)
    },
    clear(): void {
      frames.clear()
      bytes = 0
    },
  }
}
