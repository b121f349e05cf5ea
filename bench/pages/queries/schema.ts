import { eq, sql } from 'drizzle-orm'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, prepare, update } from 'headwater'
import { z } from 'zod'

const todos = sqliteTable(
  'todos',
  {
    id: text().primaryKey(),
    text: text().notNull(),
    completed: integer({ mode: 'boolean' }).notNull(),
    createdAt: integer().notNull(),
    list: integer().notNull(),
  },
  (table) => [index('by_completed').on(table.completed, table.createdAt), index('by_list').on(table.list)],
)
export const tables = { todos }

export const events = {
  created: Events.synced({
    name: 'v1.TodoCreated',
    schema: z.object({
      id: z.string(),
      text: z.string(),
      completed: z.boolean(),
      createdAt: z.number(),
      list: z.number(),
    }),
  }),
  renamed: Events.synced({ name: 'v1.TodoRenamed', schema: z.object({ id: z.string(), text: z.string() }) }),
}

const placeholder = sql.placeholder
const insertTodo = prepare(
  insert(todos).values({
    id: placeholder('id'),
    text: placeholder('text'),
    completed: placeholder('completed'),
    createdAt: placeholder('createdAt'),
    list: placeholder('list'),
  }),
)
const rename = prepare(
  update(todos)
    .set({ text: sql`${placeholder('text')}` })
    .where(eq(todos.id, placeholder('id'))),
)

export const schema = makeSchema({
  version: '1',
  tables,
  events,
  materializers: {
    'v1.TodoCreated': (todo) => insertTodo(todo),
    'v1.TodoRenamed': (todo) => rename(todo),
  },
})
