/**
 * The one rule of the global order, shared by every engine of the backend: commits stand on the head that their author
 * knew, or they do not stand at all. Pure; who calls it must see to it that head and log change together.
 */
import type { Cursor, WireCommit } from '../sync/wire.ts'

/** What the order needs to know of a commit. */
export type Entry = {
  readonly commitId: string
  /** How many events it has, so how many numbers it takes; at least 1. */
  readonly count: number
}

/** A commit and the numbers of its first and last event. */
export type Placed<E extends Entry> = { readonly entry: E; readonly first: number; readonly last: number }

export const emptyLog: Cursor = { seq: 0, commitId: null }

export type Decision =
  | { readonly type: 'append'; readonly head: Cursor }
  /** The log went on since; the author must rebase on what is there. */
  | { readonly type: 'ahead'; readonly head: Cursor }
  /** The author stands on events that this log does not have. */
  | { readonly type: 'parent_unknown'; readonly head: Cursor }

/** Whether a push stands on `head`; with `append`, the head once it is stored, else the head as it is. */
export function decide(head: Cursor, push: { readonly parent: number; readonly commits: readonly Entry[] }): Decision {
  if (push.parent < head.seq) return { type: 'ahead', head }
  if (push.parent > head.seq) return { type: 'parent_unknown', head }
  return { type: 'append', head: headAfter(head, push.commits) }
}

export function entryOf([commitId, , , , events]: WireCommit): Entry {
  return { commitId, count: events.length }
}

export function countEvents(entries: readonly Entry[]): number {
  return entries.reduce((count, entry) => count + entry.count, 0)
}

export function headAfter(head: Cursor, entries: readonly Entry[]): Cursor {
  return entries.reduce<Cursor>((at, { commitId, count }) => ({ seq: at.seq + count, commitId }), head)
}

/** Gives the commits their numbers: without gap, in the order given, from the one after `seq`. */
export function place<E extends Entry>(seq: number, entries: readonly E[]): Placed<E>[] {
  let last = seq
  return entries.map((entry) => {
    const first = last + 1
    last += entry.count
    return { entry, first, last }
  })
}

/** Index of the first commit that begins after event `seq`. */
export function indexAfter(log: readonly Placed<Entry>[], seq: number): number {
  let low = 0
  let high = log.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (log[middle]!.last <= seq) low = middle + 1
    else high = middle
  }
  return low
}

export function* entriesAfter<E extends Entry>(log: readonly Placed<E>[], seq: number): Iterable<E> {
  for (let index = indexAfter(log, seq); index < log.length; index++) yield log[index]!.entry
}

/** The first commitId that occurs twice. */
export function findRepeated(entries: readonly Entry[]): string | undefined {
  const seen = new Set<string>()
  return entries.find(({ commitId }) => seen.size === seen.add(commitId).size)?.commitId
}

export type PageLimits = { readonly maxEvents: number; readonly maxBytes: number }

/** As many whole commits from the front as the limits allow; always at least one, however large. */
export function takePage<E extends Entry & { readonly bytes: number }>(entries: Iterable<E>, limits: PageLimits): E[] {
  const page: E[] = []
  let events = 0
  let bytes = 0
  for (const entry of entries) {
    events += entry.count
    bytes += entry.bytes
    if (page.length > 0 && (events > limits.maxEvents || bytes > limits.maxBytes)) break
    page.push(entry)
  }
  return page
}
