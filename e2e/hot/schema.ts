import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema } from 'headwater'
import { z } from 'zod'

export const notes = sqliteTable('notes', { id: text().primaryKey(), text: text().notNull() })

export const events = {
  noted: Events.synced({ name: 'v1.Noted', schema: z.object({ id: z.string(), text: z.string() }) }),
}

export const schema = makeSchema({
  tables: { notes },
  events,
  materializers: { 'v1.Noted': ({ id, text }) => insert(notes).values({ id, text }) },
})
