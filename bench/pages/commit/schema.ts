import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, prepare } from 'headwater'
import { z } from 'zod'

const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text().notNull(),
  completed: integer({ mode: 'boolean' }).notNull(),
  createdAt: integer().notNull(),
})
export const tables = { todos }

const args = z.object({ id: z.string(), text: z.string(), completed: z.boolean(), createdAt: z.number() })

export const events = {
  /** Its statement is prepared once. */
  prepared: Events.synced({ name: 'v1.TodoCreated', schema: args }),
  /** Its statement is built by Drizzle for every event. */
  built: Events.synced({ name: 'v1.TodoCreatedByBuilder', schema: args }),
}

const insertTodo = prepare(
  insert(todos).values({
    id: sql.placeholder('id'),
    text: sql.placeholder('text'),
    completed: sql.placeholder('completed'),
    createdAt: sql.placeholder('createdAt'),
  }),
)

export const schema = makeSchema({
  version: '1',
  tables,
  events,
  materializers: {
    'v1.TodoCreated': (todo) => insertTodo(todo),
    'v1.TodoCreatedByBuilder': (todo) => insert(todos).values(todo),
  },
})
