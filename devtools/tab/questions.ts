/** What a panel asks the tab whose store it shows, and what that answers: what can be sent, so that it may ask from another page. */

import type { JsonSchema } from '../../src/compat/json-schema.ts'
import type { EncodedEvent } from '../../src/event/commit.ts'
import type { ArgsKinds, Json } from '../../src/event/encode.ts'
import type { Client } from '../../src/event/sequence-number.ts'

export type TabQuestion =
  | { readonly type: 'schema' }
  /** The events that can be committed. */
  | { readonly type: 'events' }
  | { readonly type: 'commit'; readonly events: readonly GivenEvent[] }
  /** The args as materializers get them. */
  | { readonly type: 'decode'; readonly event: EncodedEvent }
  | { readonly type: 'plan'; readonly sql: string }
  /** All of them; rejects where they are too many to be sent. */
  | { readonly type: 'tables' }
  | { readonly type: 'set online'; readonly online: boolean }
  /** This tab, or another of the store: it stands still. */
  | { readonly type: 'freeze'; readonly sessionId: string; readonly ms: number }

export type TabAnswers = {
  readonly schema: { readonly fingerprint: string }
  readonly events: readonly EventForm[]
  readonly commit: Committed
  readonly decode: string
  readonly plan: Plan
  readonly tables: TablesCopy
  readonly 'set online': null
  readonly freeze: null
}

export type GivenEvent = { readonly name: string; readonly args: Json; readonly kinds?: ArgsKinds | undefined }

/** An event, and the JSON Schema of its args where they have one. */
export type EventForm = {
  readonly name: string
  readonly synced: boolean
  readonly schema?: JsonSchema
  readonly why?: string
}

export type Committed =
  | { readonly type: 'committed'; readonly commitId: string }
  | { readonly type: 'refused'; readonly issues: readonly Issue[] }

/** `event` counts those of the commit; `path` is within its args, joined by dots. */
export type Issue = { readonly event: number; readonly path: string; readonly message: string }

export type Plan = {
  /** SQLite's plan, a step a line. */
  readonly steps: readonly string[]
  /** How many rows the tables have that are scanned. */
  readonly rows: { readonly [table: string]: number }
}

/** The tables of a tab as a file of SQLite. */
export type TablesCopy = {
  readonly bytes: Uint8Array
  readonly head: Client
  readonly clientOnly: readonly string[]
}
