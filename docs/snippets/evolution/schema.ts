import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema } from 'headwater'
import { z } from 'zod'

export const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text().notNull(),
  priority: integer().notNull(),
})

/** What earlier versions committed. It stays in the code, since it stays in logs. */
const todoCreatedV1 = Events.synced({
  name: 'v1.TodoCreated',
  schema: z.object({ id: z.string(), title: z.string(), urgent: z.boolean().default(false) }),
})

export const events = {
  todoCreated: Events.synced({
    name: 'v2.TodoCreated',
    schema: z.object({ id: z.string(), text: z.string(), priority: z.number().int().default(0) }),
    upcasts: [Events.upcast(todoCreatedV1, ({ id, title, urgent }) => ({ id, text: title, priority: urgent ? 1 : 0 }))],
  }),
}

export const schema = makeSchema({
  tables: { todos },
  events,
  materializers: {
    'v2.TodoCreated': (todo) => insert(todos).values(todo),
  },
  unknownEventHandling: 'warn',
})
