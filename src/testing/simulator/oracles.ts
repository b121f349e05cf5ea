import type { EventLog } from '../../backend/event-log.ts'
import type { Commit } from '../../event/commit.ts'
import type { MaterializeError } from '../../replica/errors.ts'
import type { Schema } from '../../schema/schema.ts'
import type { Parked } from '../../session/parked.ts'
import type { Store } from '../../session/store.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { Browser, Tab } from './browser.ts'
import { contentOfDatabase, contentOfStore } from './content.ts'
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
  /** Commits that the backend had confirmed and lost, with all that had its history, when it was wiped or restored. */
  readonly lost: ReadonlySet<string>
  /** Parked commits that a user retried or discarded, with since when they must be off the list. */
  readonly tended: ReadonlyMap<string, () => number | undefined>
  readonly workload: Workload
  readonly sqlite: SqliteModule
  readonly hasSettled: boolean
}

/** Looks at what is shown. Gives every promise that was broken, in words. */
export async function judge(judged: Judged): Promise<string[]> {
  const { browsers, hasSettled } = judged
  const log = await readLog(judged)
  const tabs = browsers.flatMap((browser) => [...browser.tabs])
  const byBuild = Map.groupBy(tabs, ({ schema }) => schema)
  return [
    ...(hasSettled ? [] : [stuck(judged)]),
    ...browsers.flatMap(({ failures }) => failures),
    ...twice(log),
    ...[...byBuild].flatMap(([schema, open]) => {
      const expected = replay(judged, schema, log)
      return open.flatMap((tab) => judgeTab(tab, expected))
    }),
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

/** What a client of one build shows that has only ever seen the backend's log. */
type Replayed = { readonly content: string; readonly skipped: readonly string[] }

function replay({ sqlite }: Judged, schema: Schema, log: readonly Commit[]): Replayed {
  const skipped: MaterializeError[] = []
  const db = openReplay(sqlite, schema, log, (error) => skipped.push(error))
  const content = contentOfDatabase(db, schema, 'synced')
  db.close()
  return { content, skipped: skipped.map(({ commitId, event, message }) => `${commitId} ${event} ${message}`) }
}

function judgeTab({ name, store, schema }: Tab, expected: Replayed): string[] {
  if (!store) return []
  const broken: string[] = []
  const content = contentOfStore(store, schema, 'synced')
  if (content !== expected.content)
    broken.push(`${name} shows another state than a replay of the backend's log:\n  ${content}\n  ${expected.content}`)
  const skipped = store.skipped().map(({ commitId, event, error }) => `${commitId} ${event} ${error}`)
  if (skipped.join() !== expected.skipped.join())
    broken.push(`${name} lists other commits as skipped than a replay:\n  ${skipped}\n  ${expected.skipped}`)
  return broken
}

/** What only its own client knows, as a tab shows it. */
export type Shown = {
  readonly client: string
  readonly tab: string
  readonly schema: Schema
  readonly parked: readonly Parked<Schema['events']>[]
  /** Its client-only tables, as text. */
  readonly own: string
}

/** Asks every tab what it shows. A tab that does not answer shows nothing. */
export async function shownBy({ browsers }: Judged, scheduler: Scheduler): Promise<Shown[]> {
  const shown: Shown[] = []
  const ask = async (client: string, { name: tab, schema }: Tab, store: Store) => {
    const parked = await store.parked.list()
    shown.push({ client, tab, schema, parked, own: contentOfStore(store, schema, 'client-only') })
  }
  for (const { name: client, tabs } of browsers) {
    for (const tab of tabs) {
      const { thread, store } = tab
      if (store) thread.schedule(0, () => void ask(client, tab, store))
    }
  }
  await scheduler.run(scheduler.now() + 1_000)
  return shown
}
