import { sql } from 'drizzle-orm'
import { fromWire } from '../../backend/batch.ts'
import type { EventLog } from '../../backend/event-log.ts'
import { type Commit, isSynced } from '../../event/commit.ts'
import * as EventSequenceNumber from '../../event/sequence-number.ts'
import { MaterializeError } from '../../replica/errors.ts'
import { openEventLog, type EventLog as ReplicaLog } from '../../replica/event-log.ts'
import { createMaterialize } from '../../replica/materialize.ts'
import { createStateTables } from '../../replica/state.ts'
import type { Schema } from '../../schema/schema.ts'
import { openOpfsPool } from '../../sqlite/opfs.ts'
import type { Sqlite } from '../../sqlite/port.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { WireCommit } from '../../sync/wire.ts'
import type { Browser } from './browser.ts'
import type { Workload } from './workload.ts'

/** What a receipt promised about a commit, as far as its tab lived to hear it. */
export type Promised = {
  readonly commitId: string
  readonly client: string
  /** The tab that made it. */
  readonly session: string
  readonly persisted: 'open' | 'yes' | 'no'
  readonly confirmed: 'open' | 'yes' | 'no'
  readonly reason: string
  /** Only this client has it. */
  readonly isLocal: boolean
  /** A later commit may have taken its place in the log. */
  readonly isReplaceable: boolean
  /** Its promises are settled, or its tab is gone. */
  isDone(): boolean
}

type Judged = {
  readonly browsers: readonly Browser[]
  readonly engine: EventLog
  readonly storeId: string
  readonly promised: readonly Promised[]
  readonly workload: Workload
  readonly sqlite: SqliteModule
  readonly hasSettled: boolean
}

/** Looks at how a history ended, once faults stopped and time passed. Gives every promise that was broken, in words. */
export async function judge(judged: Judged): Promise<string[]> {
  const { browsers, hasSettled } = judged
  const broken: string[] = hasSettled ? [] : [stuck(judged)]
  for (const { failures } of browsers) broken.push(...failures)
  const log = await readLog(judged)
  broken.push(...twice(log))
  const expected = replay(judged, log)
  for (const { name, tabs } of browsers) {
    for (const tab of tabs) {
      if (!tab.store) continue
      const shown = contentOf(judged, (query) => tab.store!.query(query), true)
      if (shown !== expected)
        broken.push(`${tab.name} shows another state than a replay of the backend's log:\n  ${shown}\n  ${expected}`)
    }
    const local = new Set(
      [...tabs].flatMap(({ store }) => (store ? contentOf(judged, (query) => store.query(query), false) : [])),
    )
    if (local.size > 1)
      broken.push(`the tabs of ${name} do not agree on client-only tables:\n  ${[...local].join('\n  ')}`)
  }
  return broken
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

/** The backend's log of a store. */
export async function readLog({ engine, storeId }: Pick<Judged, 'engine' | 'storeId'>): Promise<Commit[]> {
  const opened = await engine.open(storeId, { create: false })
  if (!opened) return []
  const commits: Commit[] = []
  for (let after = 0; after < opened.head.seq; ) {
    const page = await engine.read(storeId, { after, maxEvents: 1_000, maxBytes: 1_000_000 })
    for (const { text, count } of page.commits) {
      commits.push(fromWire(JSON.parse(text) as WireCommit))
      after += count
    }
  }
  return commits
}

/** Commits that stand in the log more than once, in words. */
export function twice(log: readonly Commit[]): string[] {
  const seen = new Set<string>()
  return log.flatMap(({ commitId }) =>
    seen.has(commitId) || !seen.add(commitId) ? [`${commitId} stands twice in the backend's log`] : [],
  )
}

/** The synced tables as a client makes them that has only ever seen the backend's log. */
function replay(judged: Judged, log: readonly Commit[]): string {
  const db = openReplay(judged.sqlite, judged.workload.schema, log)
  const content = contentOf(judged, (query) => db.all((query as { text: string }).text), true, true)
  db.close()
  return content
}

/** A database with the state of a client that has only ever seen this log. Whoever asks closes it. */
export function openReplay(sqlite: SqliteModule, schema: Schema, log: readonly Commit[]): Sqlite {
  const db = sqlite.open()
  createStateTables(db, schema.ddl, 'replay')
  const materialize = createMaterialize({ db, schema, onUnknownEvent: () => undefined })
  for (const commit of log) {
    try {
      materialize(commit)
    } catch (error) {
      if (!(error instanceof MaterializeError)) throw error
    }
  }
  return db
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

/**
 * What receipts said, against the logs, once all tabs are closed: what was persisted is in the client's log or its outcome is;
 * what was confirmed is in the backend's log; what was not is not.
 */
export async function judgeReceipts(judged: Judged): Promise<string[]> {
  const inLog = new Set((await readLog(judged)).map(({ commitId }) => commitId))
  const logs = new Map<string, Awaited<ReturnType<typeof openLog>>>()
  for (const browser of judged.browsers) logs.set(browser.name, await openLog(judged, browser))
  const broken = judged.promised.flatMap(({ commitId, client, isDone, isLocal, isReplaceable, ...told }) => {
    const known = logs.get(client)!.log.find(commitId)
    const say = (what: string) => [
      `${client} ${what} ${commitId}; its log says ${JSON.stringify(known)} (${told.reason})`,
    ]
    if (!isDone()) return say('left the receipt hanging of')
    if (told.persisted === 'yes' && !known && !isReplaceable) return say('was told that it persisted, and lost,')
    if (isLocal) return []
    if (told.confirmed === 'yes' && !inLog.has(commitId))
      return say('was told of the confirmation, which the backend does not know, of')
    if (told.confirmed === 'no' && inLog.has(commitId) && !told.reason.startsWith('StoreClosed')) {
      return say('was told of the rejection, while the backend has it, of')
    }
    if (known?.state === 'confirmed' && !inLog.has(commitId))
      return say('counts as confirmed, while the backend has never seen it,')
    if (known?.state === 'accepted') return say('never pushed')
    return []
  })
  const order = [...inLog]
  for (const [client, { log, close }] of logs) {
    const held = log.confirmedAfter(EventSequenceNumber.root, 1_000_000).filter(({ commit }) => isSynced(commit))
    broken.push(...outOfOrder(judged.promised, log))
    const at = held.findIndex(({ commit }, index) => commit.commitId !== order[index])
    if (at >= 0 || held.length < order.length) {
      broken.push(`the log of ${client} has ${held.length} confirmed commits of ${order.length}, and differs at ${at}`)
    }
    close()
  }
  return broken
}

/** What one tab committed, synced or not, stands in its client's log in the order in which it was made. */
function outOfOrder(promised: readonly Promised[], log: ReplicaLog): string[] {
  const commits = log.confirmedAfter(EventSequenceNumber.root, 1_000_000)
  const place = new Map(commits.map(({ commit }, index) => [commit.commitId, index]))
  const bySession = Map.groupBy(
    promised.filter(({ commitId }) => place.has(commitId)),
    ({ session }) => session,
  )
  return [...bySession].flatMap(([session, made]) => {
    const late = made.find(
      ({ commitId }, index) => index > 0 && place.get(commitId)! < place.get(made[index - 1]!.commitId)!,
    )
    return late ? [`${late.commitId} of ${session} stands before a commit that was made before it`] : []
  })
}

async function openLog({ sqlite, storeId }: Judged, { opfs }: Browser) {
  const pool = await openOpfsPool(sqlite, {
    directory: `headwater/${storeId}`,
    env: { root: async () => opfs.root, sleep: async () => undefined },
  })
  const db = pool.open('eventlog.db', { synchronous: 'full' })
  const log = openEventLog(db, () => ({ clientId: 'nobody', epoch: 'none' }))
  return { log, close: () => pool.close() }
}
