/**
 * The three shapes of an event, by where it stands.
 *
 * | shape | args | number |
 * |---|---|---|
 * | `StoreEvent.Input` | decoded | none: what the app commits |
 * | `StoreEvent.Global` | encoded | an integer: on the wire and at the backend |
 * | `StoreEvent.Client` | encoded | `{ global, client, rebaseGeneration }`: on this client |
 */
import type { Commit } from './commit.ts'
import { numbersAfter } from './commit.ts'
import type { ArgsKinds, Json } from './encode.ts'
import type * as EventSequenceNumber from './sequence-number.ts'

export type Input<Name extends string = string, Args = unknown> = {
  readonly name: Name
  readonly args: Args
}

type Committed = {
  readonly name: string
  readonly args: Json
  /** What JSON cannot say about the args, by path. */
  readonly kinds?: ArgsKinds | undefined
  readonly clientId: string
  readonly sessionId: string
  readonly commitId: string
}

export type Global = Committed & {
  readonly seqNum: EventSequenceNumber.Global
  readonly parentSeqNum: EventSequenceNumber.Global
}

export type Client = Committed & {
  readonly seqNum: EventSequenceNumber.Client
  readonly parentSeqNum: EventSequenceNumber.Client
}

/** The events of a commit that stands right after `parent`, with their numbers. */
export function clientEvents(parent: EventSequenceNumber.Client, commit: Commit): Client[] {
  const numbers = numbersAfter(parent, commit)
  return commit.events.map(({ name, args, kinds }, index) => ({
    name,
    args,
    ...(kinds ? { kinds } : {}),
    seqNum: numbers[index]!,
    parentSeqNum: numbers[index - 1] ?? parent,
    clientId: commit.clientId,
    sessionId: commit.sessionId,
    commitId: commit.commitId,
  }))
}

/** The synced events of a commit that stands right after the backend's event `parent`, as the backend knows them. */
export function globalEvents(parent: EventSequenceNumber.Global, commit: Commit): Global[] {
  return commit.events
    .filter((event) => event.synced)
    .map(({ name, args, kinds }, index) => ({
      name,
      args,
      ...(kinds ? { kinds } : {}),
      seqNum: parent + index + 1,
      parentSeqNum: parent + index,
      clientId: commit.clientId,
      sessionId: commit.sessionId,
      commitId: commit.commitId,
    }))
}
