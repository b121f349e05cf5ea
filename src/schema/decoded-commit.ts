import type * as StoreEvent from '../event/store-event.ts'
import type { AnyEventDef, ArgsOf } from './events.ts'

type Defs = { readonly [key: string]: AnyEventDef }

/** An event as materializers get it. */
export type EventOf<Events extends Defs> = {
  [Key in keyof Events]: StoreEvent.Input<Events[Key]['name'], ArgsOf<Events[Key]>>
}[keyof Events]

/** A commit with its events decoded. One of another version of the app may hold events that this one does not know. */
export type DecodedCommit<Events extends Defs> = {
  readonly commitId: string
  readonly clientId: string
  readonly sessionId: string
  /** When it was made, milliseconds since 1970 by the clock of its tab. */
  readonly at: number
  readonly events: readonly EventOf<Events>[]
}
