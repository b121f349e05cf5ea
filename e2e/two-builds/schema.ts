import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { Events, insert, makeSchema, type UnknownEventHandling } from 'headwater'
import { z } from 'zod'

export const notes = sqliteTable('notes', { id: text().primaryKey() })

export const events = {
  noted: Events.synced({ name: 'v1.Noted', schema: z.object({ id: z.string() }) }),
}

/** What `onUnknownEvent` was told in this page or worker. */
declare global {
  var heard: unknown[] | undefined
}

const callback: UnknownEventHandling = {
  strategy: 'callback',
  onUnknownEvent(event) {
    globalThis.heard = [...(globalThis.heard ?? []), event]
  },
}

/** `?unknown=warn|fail|callback`; a worker has the page's query as its name. */
const asked = new URLSearchParams(self.name || location.search).get('unknown') ?? 'ignore'
const unknownEventHandling = asked === 'callback' ? callback : (asked as UnknownEventHandling)

/** The app before the deploy; `schema.next.ts` takes the place of this file in the other build. */
export const schema = makeSchema({
  tables: { notes },
  events,
  materializers: { 'v1.Noted': ({ id }) => insert(notes).values({ id }) },
  unknownEventHandling,
})
