import { and, eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { clientOnly, Events, insert, makeSchema, update } from 'headwater'
import { z } from 'zod'

const filter = z.enum(['all', 'active', 'completed'])

export type Filter = z.infer<typeof filter>

export const tables = {
  todos: sqliteTable('todos', {
    id: text().primaryKey(),
    text: text().notNull(),
    completed: integer({ mode: 'boolean' }).notNull().default(false),
    /** A deleted todo stays, so that what another client does to it meanwhile still finds it. */
    deletedAt: integer({ mode: 'timestamp_ms' }),
  }),
  /** What the tabs of this browser show: one row, written by client-only events. */
  uiState: clientOnly(
    sqliteTable('uiState', {
      id: integer().primaryKey(),
      draft: text().notNull().default(''),
      filter: text().notNull().$type<Filter>().default('all'),
    }),
  ),
}

export const events = {
  todoCreated: Events.synced({ name: 'v1.TodoCreated', schema: z.object({ id: z.string(), text: z.string() }) }),
  todoTextChanged: Events.synced({
    name: 'v1.TodoTextChanged',
    schema: z.object({ id: z.string(), text: z.string() }),
  }),
  todoCompleted: Events.synced({ name: 'v1.TodoCompleted', schema: z.object({ id: z.string() }) }),
  todoUncompleted: Events.synced({ name: 'v1.TodoUncompleted', schema: z.object({ id: z.string() }) }),
  todoDeleted: Events.synced({ name: 'v1.TodoDeleted', schema: z.object({ id: z.string(), deletedAt: z.date() }) }),
  completedTodosCleared: Events.synced({
    name: 'v1.CompletedTodosCleared',
    schema: z.object({ ids: z.array(z.string()), deletedAt: z.date() }),
  }),
  draftChanged: Events.clientOnly({
    name: 'v1.DraftChanged',
    schema: z.object({ text: z.string() }),
    replaces: 'draft',
  }),
  filterSet: Events.clientOnly({ name: 'v1.FilterSet', schema: z.object({ filter }), replaces: 'filter' }),
}

const { todos, uiState } = tables

export const schema = makeSchema({
  // The version comes from the Vite plugin: it follows the content of this file and of what it imports.
  tables,
  events,
  materializers: {
    'v1.TodoCreated': ({ id, text }) => insert(todos).values({ id, text }),
    'v1.TodoTextChanged': ({ id, text }) => update(todos).set({ text }).where(eq(todos.id, id)),
    'v1.TodoCompleted': ({ id }) => update(todos).set({ completed: true }).where(eq(todos.id, id)),
    'v1.TodoUncompleted': ({ id }) => update(todos).set({ completed: false }).where(eq(todos.id, id)),
    'v1.TodoDeleted': ({ id, deletedAt }) => update(todos).set({ deletedAt }).where(eq(todos.id, id)),
    // One that another client has uncompleted meanwhile is not cleared.
    'v1.CompletedTodosCleared': ({ ids, deletedAt }) =>
      ids.map((id) =>
        update(todos)
          .set({ deletedAt })
          .where(and(eq(todos.id, id), eq(todos.completed, true))),
      ),
    'v1.DraftChanged': ({ text: draft }) => setUi({ draft }),
    'v1.FilterSet': ({ filter }) => setUi({ filter }),
  },
})

function setUi(change: { draft: string } | { filter: Filter }) {
  return insert(uiState)
    .values({ id: 1, ...change })
    .onConflictDoUpdate({ target: uiState.id, set: change })
}
