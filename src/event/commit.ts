import type { ArgsKinds, Json } from './encode.ts'
import * as EventSequenceNumber from './sequence-number.ts'

/** An event as it is stored and sent: encoded args, and beside them what JSON cannot say. */
export type EncodedEvent = {
  readonly name: string
  readonly args: Json
  readonly kinds?: ArgsKinds | undefined
  /** False for a client-only event, which never reaches the backend. */
  readonly synced: boolean
}

/**
 * The unit of everything: its events are applied, persisted, pushed, accepted, rebased, rejected or parked together.
 * Identity is `commitId`, never equality of content.
 */
export type Commit = {
  readonly commitId: string
  readonly clientId: string
  readonly sessionId: string
  /** When the tab made it, milliseconds since 1970 by the tab's clock; informational, nothing is ordered by it. */
  readonly at: number
  /** How often it was rebased on this client. */
  readonly generation: number
  readonly events: readonly EncodedEvent[]
  /** The commit in whose place `onConflict` put this one, or the parked one that it retries. Known on this client only. */
  readonly replaces?: string | undefined
}

export function isSynced(commit: Commit): boolean {
  return commit.events.some((event) => event.synced)
}

/** How many numbers the commit takes in the global order. */
export function syncedCount(commit: Commit): number {
  return commit.events.reduce((count, event) => count + (event.synced ? 1 : 0), 0)
}

/** The numbers of a commit's events when it stands right after `head`. */
export function numbersAfter(head: EventSequenceNumber.Client, commit: Commit): EventSequenceNumber.Client[] {
  let at = head
  return commit.events.map((event) => {
    at = EventSequenceNumber.next(at, event.synced, commit.generation)
    return at
  })
}

/** The head after `commits` stand on `head`. */
export function headAfter(head: EventSequenceNumber.Client, commits: readonly Commit[]): EventSequenceNumber.Client {
  let { global, client, rebaseGeneration } = head
  for (const commit of commits) {
    rebaseGeneration = commit.generation
    for (const event of commit.events) {
      if (event.synced) {
        global += 1
        client = 0
      } else client += 1
    }
  }
  return { global, client, rebaseGeneration }
}
