import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { z } from 'zod'
import { declared, events } from '../../replica/testing.ts'
import type { OnConflict } from '../../schema/conflict.ts'
import { Events } from '../../schema/events.ts'
import { makeSchema } from '../../schema/schema.ts'
import type { PlannedEvent } from './step.ts'
import type { Workload } from './workload.ts'

const row = ({ row }: PlannedEvent) => `row${row}`
const words = ({ value }: PlannedEvent) => (value % 40 === 0 ? 'refuse me' : `text${value}`)

const make = {
  'v1.Created': (planned: PlannedEvent) => events.created({ id: row(planned), text: words(planned) }),
  'v1.Renamed': (planned: PlannedEvent) => events.renamed({ id: row(planned), text: words(planned) }),
  'v1.Removed': (planned: PlannedEvent) => events.removed({ id: row(planned) }),
  'v1.Required': (planned: PlannedEvent) => events.required({ id: row(planned) }),
  'v1.Drafted': (planned: PlannedEvent) => events.drafted({ id: row(planned), text: words(planned) }),
  'v1.Typed': (planned: PlannedEvent) => events.typed({ text: words(planned) }),
}

/** What the app says of a commit that requires a row which is not there: the row decides, so that every answer is given. */
const onConflict: OnConflict<typeof events> = (commit, upstream, query) => {
  const { id } = commit.events.find(({ name }) => name === 'v1.Required')!.args as { id: string }
  switch (Number(id.slice('row'.length)) % 7) {
    case 0:
      return {
        action: 'keep',
        reason: `parked: ${upstream.length} commits came, and ${query(sql`SELECT 1 FROM todos`).length} rows`,
      }
    case 1:
    case 2:
      return { action: 'drop', reason: 'dropped: nobody needs it' }
    case 3:
    case 4:
      return { action: 'replace', events: [events.created({ id, text: 'again' }), events.required({ id })] }
    case 5: // it does not apply either, and is parked
      return { action: 'replace', events: [events.required({ id })] }
    default: // the backend refuses it
      return { action: 'replace', events: [events.created({ id, text: 'refuse me' })] }
  }
}

/** The first build, one with the same tables, and one with a column more and an event that the others pass over. */
const first = { ...declared, onConflict, unknownEventHandling: 'ignore', builtAt: 1 } as const
const starred = Events.synced({ name: 'v2.Starred', schema: z.object({ id: z.string() }) })
const todos = sqliteTable('todos', {
  id: text().primaryKey(),
  text: text().notNull(),
  version: integer().notNull().default(0),
  stars: integer().notNull().default(0),
})
const builds = {
  first: makeSchema(first),
  'same tables': makeSchema({ ...first, version: '2', builtAt: 2 }),
  'other tables': makeSchema({
    ...first,
    onConflict: onConflict as unknown as OnConflict<typeof events & { readonly starred: typeof starred }>,
    version: '3',
    builtAt: 3,
    tables: { ...declared.tables, todos },
    events: { ...events, starred },
    materializers: {
      ...declared.materializers,
      'v2.Starred': ({ id }) => sql`UPDATE todos SET stars = stars + 1 WHERE id = ${id}`,
    },
  }),
} as unknown as Workload['builds']

/**
 * Few rows that everybody changes: synced, client-only and mixed commits, some that read, some that throw on some bases and are
 * kept, dropped or replaced then, some refused.
 */
export const defaultWorkload: Workload = {
  builds,
  names: [
    'v1.Created',
    'v1.Created',
    'v1.Renamed',
    'v1.Renamed',
    'v1.Removed',
    'v1.Removed',
    'v1.Required',
    'v1.Required',
    'v1.Drafted',
    'v1.Typed',
  ],
  make: (planned, schema) =>
    planned.name === 'v1.Renamed' && planned.value % 3 === 0 && schema.eventDef(starred.name)
      ? starred({ id: row(planned) })
      : make[planned.name as keyof typeof make](planned),
  refuse: (commit) => (JSON.stringify(commit).includes('refuse me') ? 'rejected: it says so' : undefined),
  endOf: (reason) => (['dropped', 'parked', 'rejected'] as const).find((end) => reason.startsWith(`${end}: `)),
}
