import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { Events, insert, makeSchema, update } from '../index.ts'

/** The schema of the tests of this room. */
export const tables = {
  todos: sqliteTable('todos', {
    id: text().primaryKey(),
    text: text().notNull(),
    completed: integer({ mode: 'boolean' }).notNull().default(false),
  }),
  notes: sqliteTable('notes', { id: text().primaryKey(), text: text().notNull() }),
}

export const events = {
  todoCreated: Events.synced({ name: 'v1.TodoCreated', schema: z.object({ id: z.string(), text: z.string() }) }),
  todoCompleted: Events.synced({ name: 'v1.TodoCompleted', schema: z.object({ id: z.string() }) }),
  noteWritten: Events.synced({ name: 'v1.NoteWritten', schema: z.object({ id: z.string(), text: z.string() }) }),
}

const { todos, notes } = tables

export const schema = makeSchema({
  version: '1',
  tables,
  events,
  materializers: {
    'v1.TodoCreated': ({ id, text }) => insert(todos).values({ id, text }),
    'v1.TodoCompleted': ({ id }) => update(todos).set({ completed: true }).where(eq(todos.id, id)),
    'v1.NoteWritten': ({ id, text }) => insert(notes).values({ id, text }),
  },
})
