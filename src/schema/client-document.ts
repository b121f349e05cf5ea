import type { StandardSchemaV1 } from '@standard-schema/spec'
import { eq, placeholder, sql } from 'drizzle-orm'
import { type SQLiteTable, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import type * as StoreEvent from '../event/store-event.ts'
import { clientOnly, tableName } from './ddl.ts'
import { SchemaError } from './errors.ts'
import { type AnyEventDef, Events } from './events.ts'
import { insert, prepare, type Query, type Statement, select } from './query.ts'

/** A table of client documents: one JSON value for each id. */
export type ClientDocuments<Value> = DeclaredByClientDocuments & ReturnType<typeof documentTable<Value>>

/** Only in types: a mistake is told by this name, and not by all that a table is. */
type DeclaredByClientDocuments = { readonly isDeclaredByClientDocuments: true }

type Documents = {
  readonly event: AnyEventDef
  readonly materializer: (args: Args) => Statement
}

const documents = new WeakMap<SQLiteTable, Documents>()

/**
 * Declares documents for `useClientDocument`: values that the tabs of this browser share and keep, and that never leave it.
 * It is put among `tables`; its event, of which the log keeps the last one for each id, is declared by itself.
 *
 * A value is stored as JSON. One that does not fit `schema` is not committed, and one of an earlier version of the app that
 * does not fit is as if it was not there.
 */
export function clientDocuments<Schema extends StandardSchemaV1>(
  name: string,
  schema: Schema,
): ClientDocuments<StandardSchemaV1.InferOutput<Schema>> {
  const table = clientOnly(documentTable(name)) as ClientDocuments<StandardSchemaV1.InferOutput<Schema>>
  const put = prepare(
    insert(table)
      .values({ id: placeholder('id'), value: placeholder('value') })
      .onConflictDoUpdate({ target: table.id, set: { value: sql`excluded.value` } }),
  )
  const event = Events.clientOnly({
    name: `document.${name}`,
    schema: withId(schema),
    replaces: ({ id }) => `document.${name}/${id}`,
  })
  documents.set(table, { event, materializer: (args) => put(args) })
  return table
}

function documentTable<Value>(name: string) {
  return sqliteTable(name, { id: text().primaryKey(), value: text({ mode: 'json' }).notNull().$type<Value>() })
}

type Args = { readonly id: string; readonly value: unknown }

function withId(schema: StandardSchemaV1): StandardSchemaV1<Args> {
  return {
    '~standard': {
      version: 1,
      vendor: 'headwater',
      validate(args) {
        const { id, value } = args as Args
        const result = schema['~standard'].validate(value)
        if (result instanceof Promise) throw new SchemaError('the schema of client documents is asynchronous')
        return result.issues ? result : { value: { id, value: result.value } }
      },
    },
  }
}

/** What is declared along with a table. */
export function documentsOf(table: SQLiteTable): Documents | undefined {
  return documents.get(table)
}

/** The event that stores a document. */
export function setDocument<Value>(table: ClientDocuments<Value>, id: string, value: Value): StoreEvent.Input {
  const found = documents.get(table)
  if (!found) throw new SchemaError(`table "${tableName(table)}" has no documents: declare it with clientDocuments()`)
  return found.event({ id, value })
}

/** The query of a document. */
export function documentQuery<Value>(table: ClientDocuments<Value>, id: string): Query<{ readonly value: Value }> {
  return select({ value: table.value }).from(table).where(eq(table.id, id)) as unknown as Query<{
    readonly value: Value
  }>
}
