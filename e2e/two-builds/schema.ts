import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema } from 'headwater'
import { z } from 'zod'

export const notes = sqliteTable('notes', { id: text().primaryKey() })

export const events = {
  noted: Events.synced({ name: 'v1.Noted', schema: z.object({ id: z.string() }) }),
}

/** The app before the deploy; `schema.next.ts` takes the place of this file in the other build. */
export const schema = makeSchema({
  tables: { notes },
  events,
  materializers: { 'v1.Noted': ({ id }) => insert(notes).values({ id }) },
  unknownEventHandling: 'ignore',
})
