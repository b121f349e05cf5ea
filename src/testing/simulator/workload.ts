import type * as StoreEvent from '../../event/store-event.ts'
import type { Outcome } from '../../replica/errors.ts'
import type { Schema } from '../../schema/schema.ts'
import type { PlannedEvent } from './step.ts'

/** What the commits of a history are made of. */
export type Workload = {
  /** By build of the app, oldest first: what tabs are of, as one after the other is deployed. */
  readonly builds: { readonly [build: string]: Schema }
  /** The events that a plan may name. */
  readonly names: readonly string[]
  /** The event that a plan means, in a tab of this schema. */
  make(planned: PlannedEvent, schema: Schema): StoreEvent.Input
  /** Why the backend refuses a commit, if it does. */
  refuse?(commit: unknown): string | undefined
  /** How a commit ends of which `onConflict` says this. */
  endOf?(reason: string): Outcome | undefined
}
