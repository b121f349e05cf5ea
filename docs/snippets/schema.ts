import { eq } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, update } from 'headwater'
import { z } from 'zod'

export const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text().notNull(),
  completed: integer({ mode: 'boolean' }).notNull().default(false),
})

export const events = {
  todoCreated: Events.synced({ name: 'v1.TodoCreated', schema: z.object({ id: z.string(), text: z.string() }) }),
  todoCompleted: Events.synced({ name: 'v1.TodoCompleted', schema: z.object({ id: z.string() }) }),
}

export const schema = makeSchema({
  version: '1', // another one when a materializer changes: the tables are then made again from the log
  tables: { todos },
  events,
  materializers: {
    'v1.TodoCreated': ({ id, text }) => insert(todos).values({ id, text }),
    'v1.TodoCompleted': ({ id }) => update(todos).set({ completed: true }).where(eq(todos.id, id)),
  },
})
