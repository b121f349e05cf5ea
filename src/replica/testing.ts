/** What tests of replicas share: a small schema whose materializers read, conflict and throw, and the state's content. */
import { eq, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import type { Commit } from '../event/commit.ts'
import type * as StoreEvent from '../event/store-event.ts'
import type { OnConflict } from '../schema/conflict.ts'
import { clientOnly } from '../schema/ddl.ts'
import { Events } from '../schema/events.ts'
import { deleteFrom, insert, prepare, update } from '../schema/query.ts'
import { encodeEvent, type Materializers, makeSchema } from '../schema/schema.ts'
import type { Sqlite } from '../sqlite/port.ts'
import type { Upstream } from './upstream.ts'

const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text().notNull(),
  version: integer().notNull().default(0),
})
const drafts = clientOnly(sqliteTable('drafts', { id: text().primaryKey(), text: text().notNull() }))

export const tables = { todos, drafts }

/** A backend that is never reached: what is committed stays unconfirmed. */
export const silentBackend: Upstream = () => ({
  wake: () => undefined,
  setOnline: () => undefined,
  close: () => undefined,
})

export const events = {
  created: Events.synced({ name: 'v1.Created', schema: z.object({ id: z.string(), text: z.string() }) }),
  renamed: Events.synced({ name: 'v1.Renamed', schema: z.object({ id: z.string(), text: z.string() }) }),
  removed: Events.synced({ name: 'v1.Removed', schema: z.object({ id: z.string() }) }),
  /** Throws unless the todo is there: a materializer that fails on some bases. */
  required: Events.synced({ name: 'v1.Required', schema: z.object({ id: z.string() }) }),
  drafted: Events.clientOnly({ name: 'v1.Drafted', schema: z.object({ id: z.string(), text: z.string() }) }),
  typed: Events.clientOnly({ name: 'v1.Typed', schema: z.object({ text: z.string() }), replaces: 'typed' }),
}

// Built once: a simulation applies them by the hundred thousand.
const placeholder = sql.placeholder
const insertTodo = prepare(
  insert(todos)
    .values({ id: placeholder('id'), text: placeholder('text') })
    .onConflictDoNothing(),
)
const rename = prepare(
  update(todos)
    .set({ text: sql`${placeholder('text')}`, version: sql`${todos.version} + 1` })
    .where(eq(todos.id, placeholder('id'))),
)
const remove = prepare(deleteFrom(todos).where(eq(todos.id, placeholder('id'))))
const raise = prepare(
  update(todos)
    .set({ version: 100 })
    .where(eq(todos.id, placeholder('id'))),
)
const upsertDraft = prepare(
  insert(drafts)
    .values({ id: placeholder('id'), text: placeholder('text') })
    .onConflictDoUpdate({ target: drafts.id, set: { text: sql`excluded.text` } }),
)

/** What `schema` is made of, for tests that make another version of the app. */
export const declared = {
  version: '1',
  tables,
  events,
  materializers: {
    'v1.Created': (todo) => insertTodo(todo),
    'v1.Renamed': (todo) => rename(todo),
    'v1.Removed': (todo) => remove(todo),
    'v1.Required': ({ id }, { query }) => {
      if (query(sql`SELECT 1 FROM todos WHERE id = ${id}`).length === 0) throw new Error(`there is no todo ${id}`)
      return raise({ id })
    },
    'v1.Drafted': (draft) => upsertDraft(draft),
    'v1.Typed': ({ text }) => upsertDraft({ id: 'typed', text }),
  } satisfies Materializers<typeof events>,
}

export const schema = makeSchema(declared)

/** The same app with a say in conflicts. */
export function schemaWith(onConflict: OnConflict<typeof events>) {
  return makeSchema({ ...declared, onConflict })
}

/** Another version of the app, which takes a `v1.Required` that this one does not. */
export const laxSchema = makeSchema({
  ...declared,
  version: '2',
  materializers: { ...declared.materializers, 'v1.Required': (todo) => raise(todo) },
})

export function commitOf(commitId: string, ...inputs: StoreEvent.Input[]): Commit {
  return {
    commitId,
    clientId: 'client',
    sessionId: 'session1',
    at: 0,
    generation: 0,
    events: inputs.map((input) => encodeEvent(schema, input)),
  }
}

/** All rows of the app's tables. */
export function contentOf(db: Sqlite) {
  return Object.fromEntries([...schema.tables].map((table) => [table, db.all(`SELECT * FROM "${table}" ORDER BY 1`)]))
}
