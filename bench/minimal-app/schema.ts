import { eq, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, select } from 'headwater'
import { z } from 'zod'

const counters = sqliteTable('counters', { id: text().primaryKey(), value: integer().notNull() })

export const events = {
  counterIncremented: Events.synced({
    name: 'v1.CounterIncremented',
    schema: z.object({ id: z.string(), by: z.number() }),
  }),
}

export const schema = makeSchema({
  version: '1',
  tables: { counters },
  events,
  materializers: {
    'v1.CounterIncremented': ({ id, by }) =>
      insert(counters)
        .values({ id, value: by })
        .onConflictDoUpdate({ target: counters.id, set: { value: sql`${counters.value} + ${by}` } }),
  },
})

export const clicks = select({ value: counters.value }).from(counters).where(eq(counters.id, 'clicks'))
