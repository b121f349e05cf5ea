import { sql } from 'drizzle-orm'
import type { Schema } from '../../schema/schema.ts'
import type { Store } from '../../session/store.ts'
import type { Sqlite } from '../../sqlite/port.ts'

/** Tables made of what everybody sees, or of what only one client does. */
export type Kind = 'synced' | 'client-only'

/** All rows of the app's tables, as text, as a tab shows them. */
export function contentOfStore(store: Store, schema: Schema, kind: Kind): string {
  return print(schema, kind, (text) => store.query(sql.raw(text) as ReturnType<typeof sql<object>>).map(Object.values))
}

/** The same of a database. */
export function contentOfDatabase(db: Sqlite, schema: Schema, kind: Kind): string {
  return print(schema, kind, (text) => db.all(text))
}

function print({ tables, clientOnlyTables }: Schema, kind: Kind, rows: (text: string) => readonly unknown[]): string {
  const shown = [...tables].filter((table) => clientOnlyTables.has(table) === (kind === 'client-only'))
  return JSON.stringify(shown.map((table) => [table, rows(`SELECT * FROM "${table}" ORDER BY 1`)]))
}
