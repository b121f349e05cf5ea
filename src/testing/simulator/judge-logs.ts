import { type Commit, isSynced } from '../../event/commit.ts'
import * as EventSequenceNumber from '../../event/sequence-number.ts'
import { type Outcome, StoreClosed } from '../../replica/errors.ts'
import { type CommitState, type Confirmed, openEventLog, type EventLog as ReplicaLog } from '../../replica/event-log.ts'
import { openOpfsPool } from '../../sqlite/opfs.ts'
import type { Browser } from './browser.ts'
import { contentOfDatabase } from './content.ts'
import type { Judged, Shown } from './oracles.ts'
import { type Promised, settledAs } from './receipts.ts'
import { openReplay, readLog } from './replay.ts'

/** A client's log, opened once all of its tabs are closed. */
type ClientLog = { readonly log: ReplicaLog; readonly parked: ReadonlySet<string>; close(): void }

/**
 * What receipts said and tabs showed, against the logs, once all tabs are closed: what was persisted is in the client's log or its
 * outcome is; what was confirmed is in the backend's log; what was not is not; and what was settled otherwise is listed.
 */
export async function judgeLogs(judged: Judged, shown: readonly Shown[]) {
  const backend = await readLog(judged)
  const inBackend = new Set(backend.map(({ commitId }) => commitId))
  const broken: string[] = []
  const settled: Record<string, number> = {}
  const decided = (reason: string) => judged.workload.endOf?.(reason)
  const count = (what: string) => {
    settled[what] = (settled[what] ?? 0) + 1
  }
  for (const browser of judged.browsers) {
    const own = judged.promised.filter(({ client }) => client === browser.name)
    const { log, parked, close } = await openLog(judged, browser)
    for (const one of own) {
      broken.push(...judgeReceipt(one, { log, parked, tended: judged.tended, inBackend, decided }))
      const known = log.find(one.commitId)
      if (known?.state === 'settled') count(known.outcome)
    }
    const confirmed = log.confirmedAfter(EventSequenceNumber.root, 1_000_000)
    for (const [commitId, isGone] of judged.tended)
      if (isGone() && parked.has(commitId)) broken.push(`${commitId} was retried or discarded, and is parked still`)
    const expected = ownTables(judged, confirmed)
    for (const tab of shown.filter(({ client }) => client === browser.name)) {
      broken.push(...judgeList(tab, parked, inBackend))
      if (tab.own !== expected)
        broken.push(`${tab.tab} shows other client-only tables than its log gives:\n  ${tab.own}\n  ${expected}`)
    }
    broken.push(...judgeOrder(browser.name, confirmed, backend), ...outOfOrder(own, confirmed))
    close()
  }
  return { broken, settled }
}

type Truth = Pick<ClientLog, 'log' | 'parked'> & {
  readonly inBackend: ReadonlySet<string>
  /** What became of these after they were parked is another story. */
  readonly tended: Judged['tended']
  /** How a commit ends that the app gives this reason for. */
  decided(reason: string): Outcome | undefined
}

function judgeReceipt(told: Promised, truth: Truth): string[] {
  const end = endOf(truth.log, told.commitId)
  const lie = lieAbout(told, end, truth) ?? (told.confirmed === 'no' ? lieAboutTheEnd(told, end, truth) : undefined)
  if (lie === undefined) return []
  return [
    `${told.client} ${lie} ${told.commitId}; its log says ${JSON.stringify(end)} (${told.error ?? told.confirmed})`,
  ]
}

type End = { readonly commitId: string; readonly known: CommitState | undefined }

function lieAbout(told: Promised, { commitId, known }: End, { inBackend }: Truth): string | undefined {
  if (!told.isDone()) return 'left the receipt hanging of'
  if (told.persisted === 'yes' && !known) return 'was told that it persisted, and lost,'
  if (told.confirmed === 'yes' && known?.state !== 'confirmed')
    return 'was told of the confirmation, which its log does not know, of'
  if (told.isLocal) return undefined
  if (known?.state === 'confirmed' && !inBackend.has(commitId))
    return 'counts as confirmed, while the backend has never seen it,'
  return known?.state === 'accepted' ? 'never pushed' : undefined
}

/** It was told that the commit will never be confirmed. */
function lieAboutTheEnd(
  told: Promised,
  { commitId, known }: End,
  { parked, tended, inBackend, decided }: Truth,
): string | undefined {
  if (told.error instanceof StoreClosed) return undefined
  const settled = settledAs(told)
  if (!settled?.reason) return 'was given no reason for the end of'
  if (tended.has(settled.commitId)) return undefined
  if (inBackend.has(commitId)) return 'was told of the end, while the backend has it, of'
  const { outcome, reason } = settled
  if (known?.state !== 'settled' || known.outcome !== outcome || known.reason !== reason)
    return 'was told of another end of'
  if (outcome !== (decided(reason) ?? outcome)) return 'was told of an end that nobody decided of'
  return parked.has(commitId) === (outcome !== 'dropped') ? undefined : 'does not list, or lists though it was dropped,'
}

/** Where the replacements of a commit end. */
function endOf(log: ReplicaLog, commitId: string): End {
  const known = log.find(commitId)
  if (known?.state === 'settled' && known.outcome === 'replaced') return endOf(log, known.replacement)
  return { commitId, known }
}

/** What a client's log makes of the tables that only this client has. */
function ownTables({ sqlite, workload: { schema } }: Judged, confirmed: readonly Confirmed[]): string {
  const db = openReplay(
    sqlite,
    schema,
    confirmed.map(({ commit }) => commit),
  )
  const content = contentOfDatabase(db, schema, 'client-only')
  db.close()
  return content
}

/** Every tab lists what the log keeps as parked, each with a reason, and nothing that the backend has. */
function judgeList({ tab, parked }: Shown, kept: ReadonlySet<string>, inBackend: ReadonlySet<string>): string[] {
  const ids = parked.map(({ commitId }) => commitId)
  const missing = [...kept].filter((commitId) => !ids.includes(commitId))
  const wrong = parked.filter(({ commitId, reason }) => !kept.has(commitId) || inBackend.has(commitId) || !reason)
  if (missing.length === 0 && wrong.length === 0) return []
  return [`${tab} does not list as parked ${missing.join(', ')}; and lists ${JSON.stringify(wrong)}`]
}

/** B6: what a client has as confirmed, of what is synced, is the backend's log: its commits, whole, with its numbers. */
function judgeOrder(client: string, confirmed: readonly Confirmed[], backend: readonly Commit[]): string[] {
  const held = confirmed.filter(({ commit }) => isSynced(commit))
  let seq = 0
  const broken = backend.flatMap((commit, index) => {
    seq += commit.events.length
    const own = held[index]
    if (own && own.head.global === seq && own.head.client === clientOnlyAfter(own.commit) && isSame(own.commit, commit))
      return []
    return [
      `the log of ${client} has ${JSON.stringify(own)} where the backend has ${JSON.stringify(commit)} as e${seq}`,
    ]
  })
  if (held.length > backend.length) broken.push(`the log of ${client} has more than the backend's`)
  return broken.slice(0, 1)
}

/** Client-only events after the last synced one have numbers of their own. */
function clientOnlyAfter({ events }: Commit): number {
  return events.length - 1 - events.findLastIndex(({ synced }) => synced)
}

function isSame(own: Commit, { commitId, events }: Commit): boolean {
  const synced = own.events.filter((event) => event.synced)
  return own.commitId === commitId && JSON.stringify(synced) === JSON.stringify(events)
}

/** What one tab committed, synced or not, stands in its client's log in the order in which it was made. */
function outOfOrder(promised: readonly Promised[], confirmed: readonly Confirmed[]): string[] {
  const place = new Map(confirmed.map(({ commit }, index) => [commit.commitId, index]))
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

async function openLog({ sqlite, storeId }: Judged, { opfs }: Browser): Promise<ClientLog> {
  const pool = await openOpfsPool(sqlite, {
    directory: `headwater/${storeId}`,
    env: { root: async () => opfs.root, sleep: async () => undefined },
  })
  const db = pool.open('eventlog.db', { synchronous: 'full' })
  const log = openEventLog(db, () => ({ clientId: 'nobody', epoch: 'none' }))
  const parked = new Set(log.parked().map(({ commit }) => commit.commitId))
  return { log, parked, close: () => pool.close() }
}
