import { desc, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, prepare, select } from 'headwater'
import { z } from 'zod'

export const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text().notNull(),
  completed: integer({ mode: 'boolean' }).notNull(),
  createdAt: integer().notNull(),
})

export const events = {
  todoCreated: Events.synced({
    name: 'v1.TodoCreated',
    schema: z.object({ id: z.string(), text: z.string(), completed: z.boolean(), createdAt: z.number() }),
  }),
}

const insertTodo = prepare(
  insert(todos).values({
    id: sql.placeholder('id'),
    text: sql.placeholder('text'),
    completed: sql.placeholder('completed'),
    createdAt: sql.placeholder('createdAt'),
  }),
)

/** By the primary key: what is measured is the way of a commit, not the query. */
export const lastTodos = select().from(todos).orderBy(desc(todos.id)).limit(50)

/** Another version has the same tables, and makes its state anew. */
export const schemaOf = (version: string) =>
  makeSchema({
    version,
    tables: { todos },
    events,
    materializers: { 'v1.TodoCreated': (todo) => insertTodo(todo) },
  })
