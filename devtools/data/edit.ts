import type { StoreEvent } from '../../src/index.ts'
import { encodeEvent, type Schema } from '../../src/schema/schema.ts'
import type { Row, SqlValue } from '../../src/sqlite/port.ts'
import type { Table, TableColumn } from '../fork/tables.ts'

/** A row by its columns, as SQLite has it: a boolean is 0 or 1, a date what the column keeps of it. */
export type EditedRow = { readonly [column: string]: SqlValue }

type Events = StoreEvent.Input | readonly StoreEvent.Input[]

/** The app's events for what somebody does to a row of a table. What is left out cannot be done. */
export type TableEdits = {
  /** `change` has the columns that were changed, with what they shall be. */
  readonly update?: (row: EditedRow, change: EditedRow) => Events
  readonly insert?: (row: EditedRow) => Events
  readonly remove?: (row: EditedRow) => Events
}

/** By table. */
export type Edits = { readonly [table: string]: TableEdits }

/** Something to be committed, with what it was made from. */
export type Staged = {
  readonly id: number
  /** E.g. `todos a: text`. */
  readonly what: string
  readonly events: readonly StoreEvent.Input[]
}

export function rowOf({ columns }: Table, row: Row): EditedRow {
  return Object.fromEntries(columns.map(({ name }, at) => [name, row[at] ?? null]))
}

/** The events as they would be committed. Throws `UnknownEvent` or `InvalidArgs`, or what the app's function throws. */
export function eventsFor(schema: Schema, make: () => Events): readonly StoreEvent.Input[] {
  const made = make()
  const events = Array.isArray(made) ? (made as readonly StoreEvent.Input[]) : [made as StoreEvent.Input]
  if (events.length === 0) throw new Error('the app has no event for this')
  for (const event of events) encodeEvent(schema, event)
  return events
}

/** What was typed, as the column would keep it. */
export function cellOf({ type }: TableColumn, text: string): SqlValue {
  const isNumeric = /INT|REAL|FLOA|DOUB|NUM/i.test(type) && text.trim() !== '' && Number.isFinite(Number(text))
  return isNumeric ? Number(text) : text
}
