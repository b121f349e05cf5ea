import { type Commit, numbersAfter, syncedCount } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { StoreReset } from '../replica/errors.ts'
import type { ConfirmedPage, LeaderApi } from '../replica/leader-api.ts'
import type { EventOf } from '../schema/decoded-commit.ts'
import type { AnyEventDef } from '../schema/events.ts'
import { decodeCommit, type Schema } from '../schema/schema.ts'

type Defs = { readonly [key: string]: AnyEventDef }

/** An event in its final place: nothing moves or takes it back any more. */
export type ConfirmedEvent<Events extends Defs> = EventOf<Events> & {
  /** Given as `since`, it is the last that is left out. */
  readonly seqNum: EventSequenceNumber.Client
  readonly commitId: string
  readonly clientId: string
  /** When it was made, milliseconds since 1970 by the clock of its tab. */
  readonly at: number
}

export type EventsOptions<Name extends string = string> = {
  /** Where to begin: after this event, at the `'start'` of the log, or with the next one that is confirmed, which is the default. */
  readonly since?: EventSequenceNumber.Client | 'start' | undefined
  /** Only events of these names. */
  readonly names?: readonly Name[] | undefined
  /** Ends the iteration, also while it waits. */
  readonly signal?: AbortSignal | undefined
}

type World = {
  readonly schema: Schema
  readonly ask: <Answer>(question: (leader: LeaderApi) => Promise<Answer>) => Promise<Answer>
  /** The confirmed head as this tab knows it. */
  readonly confirmed: () => EventSequenceNumber.Client
  /** Calls back when that may be another. */
  readonly onChange: (listener: () => void) => () => void
  /** Rejects when the store is closed. */
  readonly closed: Promise<never>
}

const pageSize = 256

/** The confirmed events of the log and then those to come, each once, in their order. */
export function confirmedEvents(world: World, options: EventsOptions): AsyncGenerator<ConfirmedEvent<Defs>, void> {
  const { since = world.confirmed() } = options
  return iterate(world, options, since === 'start' ? EventSequenceNumber.root : since)
}

async function* iterate(
  { schema, ask, confirmed, onChange, closed }: World,
  { names, signal }: EventsOptions,
  from: EventSequenceNumber.Client,
): AsyncGenerator<ConfirmedEvent<Defs>, void> {
  let at = from
  let epoch: string | undefined
  const isWanted = names ? (name: string) => names.includes(name) : () => true

  while (!signal?.aborted) {
    const known = confirmed()
    const page = JSON.parse(await ask((leader) => leader.eventsAfter(at, pageSize))) as ConfirmedPage
    epoch ||= page.epoch // that of no log is none
    if (page.epoch !== epoch)
      throw new StoreReset('the local data was reset while its events were read; read them anew')
    for (const { commit, head } of page.commits) {
      for (const event of eventsOf(schema, commit, head, at)) {
        if (signal?.aborted) return
        if (isWanted(event.name)) yield event
      }
      at = head
    }
    if (page.commits.length < pageSize) await changeFrom(known, { confirmed, onChange, closed, signal })
  }
}

/** The events of a commit that come after `at`. */
function eventsOf(
  schema: Schema,
  commit: Commit,
  head: EventSequenceNumber.Client,
  at: EventSequenceNumber.Client,
): ConfirmedEvent<Defs>[] {
  const { commitId, clientId, at: time, events } = decodeCommit(schema, commit)
  const numbers = numbersAfter(parentOf(commit, head, at), commit)
  return events
    .map((event, nth) => ({ ...event, seqNum: numbers[nth]!, commitId, clientId, at: time }))
    .filter(({ seqNum }) => EventSequenceNumber.compare(seqNum, at) > 0)
}

/** The number before the commit's first event: that of the commit before it, which the log may not have any more. */
function parentOf(commit: Commit, head: EventSequenceNumber.Client, before: EventSequenceNumber.Client) {
  const synced = syncedCount(commit)
  if (synced === 0) return { ...head, client: head.client - commit.events.length }
  const global = head.global - synced
  return { ...head, global, client: before.global === global ? before.client : 0 }
}

type Waiting = Pick<World, 'confirmed' | 'onChange' | 'closed'> & { readonly signal: AbortSignal | undefined }

/** Waits until what is confirmed is not `known` any more, or nobody wants to know. */
async function changeFrom(known: EventSequenceNumber.Client, { confirmed, onChange, closed, signal }: Waiting) {
  const { promise, resolve } = Promise.withResolvers<void>()
  const look = () => {
    if (signal?.aborted || EventSequenceNumber.compare(confirmed(), known) !== 0) resolve()
  }
  const stop = onChange(look)
  signal?.addEventListener('abort', look)
  look()
  try {
    await Promise.race([promise, closed])
  } finally {
    stop()
    signal?.removeEventListener('abort', look)
  }
}
