import { eq, sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, update } from 'headwater'
import { z } from 'zod'

export const notes = sqliteTable('notes', { id: text().primaryKey(), stars: integer().notNull().default(0) })

export const events = {
  noted: Events.synced({ name: 'v1.Noted', schema: z.object({ id: z.string() }) }),
  starred: Events.synced({ name: 'v1.Starred', schema: z.object({ id: z.string() }) }),
}

/** The app after the deploy: another table, and an event that tabs of before do not know. */
export const schema = makeSchema({
  tables: { notes },
  events,
  materializers: {
    'v1.Noted': ({ id }) => insert(notes).values({ id }),
    'v1.Starred': ({ id }) =>
      update(notes)
        .set({ stars: sql`${notes.stars} + 1` })
        .where(eq(notes.id, id)),
  },
  unknownEventHandling: 'ignore',
})
