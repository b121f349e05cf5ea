import { sql } from 'drizzle-orm'
import type { EventLog } from '../../backend/event-log.ts'
import type { Commit } from '../../event/commit.ts'
import type { MaterializeError } from '../../replica/errors.ts'
import type { Parked } from '../../session/parked.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { Browser, Tab } from './browser.ts'
import type { Promised } from './receipts.ts'
import { openReplay, readLog, twice } from './replay.ts'
import type { Scheduler } from './scheduler.ts'
import type { Workload } from './workload.ts'

/** A history as it ended, once faults stopped and time passed. */
export type Judged = {
  readonly browsers: readonly Browser[]
  readonly engine: EventLog
  readonly storeId: string
  readonly promised: readonly Promised[]
  readonly workload: Workload
  readonly sqlite: SqliteModule
  readonly hasSettled: boolean
}

/** Looks at what is shown. Gives every promise that was broken, in words. */
export async function judge(judged: Judged): Promise<string[]> {
  const { browsers, hasSettled } = judged
  const log = await readLog(judged)
  const expected = replay(judged, log)
  return [
    ...(hasSettled ? [] : [stuck(judged)]),
    ...browsers.flatMap(({ failures }) => failures),
    ...twice(log),
    ...browsers.flatMap((browser) => [
      ...[...browser.tabs].flatMap((tab) => judgeTab(judged, tab, expected)),
      ...judgeOwnTables(judged, browser),
    ]),
  ]
}

function stuck({ browsers, promised }: Judged): string {
  const tabs = browsers.flatMap(({ tabs }) =>
    [...tabs].map(
      ({ name, store, failure }) =>
        `${name} ${store ? JSON.stringify(store.status.getState()) : `not open, ${failure ?? 'waiting'}`}`,
    ),
  )
  const open = promised.filter((one) => !one.isDone()).map(({ commitId, client }) => `${client}:${commitId}`)
  return `not everything was confirmed in time; receipts left: ${open.join(', ') || 'none'}\n  ${tabs.join('\n  ')}`
}

/** What a client shows that has only ever seen the backend's log. */
type Replayed = { readonly content: string; readonly skipped: readonly string[] }

function replay(judged: Judged, log: readonly Commit[]): Replayed {
  const skipped: MaterializeError[] = []
  const db = openReplay(judged.sqlite, judged.workload.schema, log, (error) => skipped.push(error))
  const content = contentOf(judged, (query) => db.all((query as { text: string }).text), true, true)
  db.close()
  return { content, skipped: skipped.map(({ commitId, event, message }) => `${commitId} ${event} ${message}`) }
}

function judgeTab(judged: Judged, { name, store }: Tab, expected: Replayed): string[] {
  if (!store) return []
  const broken: string[] = []
  const content = contentOf(judged, (query) => store.query(query), true)
  if (content !== expected.content)
    broken.push(`${name} shows another state than a replay of the backend's log:\n  ${content}\n  ${expected.content}`)
  const skipped = store.skipped().map(({ commitId, event, error }) => `${commitId} ${event} ${error}`)
  if (skipped.join() !== expected.skipped.join())
    broken.push(`${name} lists other commits as skipped than a replay:\n  ${skipped}\n  ${expected.skipped}`)
  return broken
}

function judgeOwnTables(judged: Judged, { name, tabs }: Browser): string[] {
  const shown = [...tabs].flatMap(({ store }) => (store ? contentOf(judged, (query) => store.query(query), false) : []))
  const different = [...new Set(shown)]
  if (different.length <= 1) return []
  return [`the tabs of ${name} do not agree on client-only tables:\n  ${different.join('\n  ')}`]
}

function contentOf(
  { workload }: Judged,
  query: (query: never) => readonly unknown[],
  synced: boolean,
  raw = false,
): string {
  const { tables, clientOnlyTables } = workload.schema
  const shown = [...tables].filter((table) => clientOnlyTables.has(table) !== synced)
  return JSON.stringify(
    shown.map((table) => {
      const text = `SELECT * FROM "${table}" ORDER BY 1`
      const rows = query((raw ? { text } : sql.raw(text)) as never)
      return [table, rows.map((row) => (Array.isArray(row) ? row : Object.values(row as object)))]
    }),
  )
}

/** What a tab lists as parked. */
export type Listed = {
  readonly client: string
  readonly tab: string
  readonly parked: readonly Parked<Workload['schema']['events']>[]
}

/** Asks every tab for its list of parked commits. A tab that does not answer lists nothing. */
export async function listedBy({ browsers }: Judged, scheduler: Scheduler): Promise<Listed[]> {
  const listed: Listed[] = []
  for (const { name: client, tabs } of browsers) {
    for (const { name: tab, thread, store } of tabs) {
      if (store)
        thread.schedule(0, () => void store.parked.list().then((parked) => listed.push({ client, tab, parked })))
    }
  }
  await scheduler.run(scheduler.now() + 1_000)
  return listed
}
