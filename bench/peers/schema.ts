import { eq, sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, prepare, update } from 'headwater'
import { z } from 'zod'

/** Another `variant` has another table, so that the state is made again from the log. */
export function schemaOf(variant: number) {
  const todos = sqliteTable(
    'todos',
    {
      id: text().primaryKey(),
      text: text().notNull(),
      completed: integer({ mode: 'boolean' }).notNull(),
      createdAt: integer().notNull(),
      ...(variant > 0 && { [`extra${variant}`]: text() }),
    },
    (table) => [index('todos_open').on(table.completed, table.createdAt)],
  )
  const events = {
    created: Events.synced({
      name: 'v1.TodoCreated',
      schema: z.object({ id: z.string(), text: z.string(), completed: z.boolean(), createdAt: z.number() }),
    }),
    renamed: Events.synced({ name: 'v1.TodoTextSet', schema: z.object({ id: z.string(), text: z.string() }) }),
  }
  const { placeholder } = sql
  const insertTodo = prepare(
    insert(todos).values({
      id: placeholder('id'),
      text: placeholder('text'),
      completed: placeholder('completed'),
      createdAt: placeholder('createdAt'),
    }),
  )
  const rename = prepare(
    update(todos)
      .set({ text: sql`${placeholder('text')}` })
      .where(eq(todos.id, placeholder('id'))),
  )
  const schema = makeSchema({
    version: String(variant),
    tables: { todos },
    events,
    materializers: {
      'v1.TodoCreated': (todo) => insertTodo(todo),
      'v1.TodoTextSet': (todo) => rename(todo),
    },
  })
  return { schema, events, todos }
}
