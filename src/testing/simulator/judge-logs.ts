import { type Commit, isSynced } from '../../event/commit.ts'
import * as EventSequenceNumber from '../../event/sequence-number.ts'
import { mostArchives, newestFirst, parseArchive } from '../../leader/archive.ts'
import { logFile } from '../../leader/storage-port.ts'
import { isDamage } from '../../leader/storage-problem.ts'
import { type Outcome, StoreClosed, StoreReset } from '../../replica/errors.ts'
import { type CommitState, type Confirmed, openEventLog, type EventLog as ReplicaLog } from '../../replica/event-log.ts'
import type { Schema } from '../../schema/schema.ts'
import { type OpfsPool, openOpfsPool } from '../../sqlite/opfs.ts'
import { type Sqlite, SqliteError } from '../../sqlite/port.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { Archive } from '../../trace.ts'
import type { Browser } from './browser.ts'
import { contentOfDatabase } from './content.ts'
import type { Judged, Shown } from './oracles.ts'
import { type Promised, settledAs } from './receipts.ts'
import { openReplay, readLog } from './replay.ts'

/** A client's log, and what it lists as parked. */
type Log = { readonly log: ReplicaLog; readonly parked: ReadonlySet<string> }

/** What a client keeps, opened once all of its tabs are closed. */
type ClientLog = Log & {
  /** Logs that were put aside and can be read, newest first. */
  readonly archives: readonly (Log & { readonly at: number })[]
  /** Nobody vouches for what was written before: a log of that time was damaged, or had to make room for later ones. */
  readonly vouchedSince: number
  /** The times at which logs were put aside, by the reason that they bear. */
  readonly putAside: { readonly reset: readonly number[]; readonly damaged: readonly number[] }
  close(): void
}

/**
 * What receipts said and tabs showed, against the logs, once all tabs are closed: what was persisted is in the client's log or its
 * outcome is; what was confirmed is in the backend's log; what was not is not; and what was settled otherwise is listed.
 *
 * Where a log was put aside (by `store.reset()`, because the backend was wiped or restored, or because it was damaged), this much
 * less is asked, and nothing besides:
 *
 * - What was promised before may be in the archive instead of the log.
 * - Confirmed commits may be missing in the backend's log if it lost them itself. They are in the archive then.
 * - Of a damaged log nothing is asked that was promised before it was found so; what its client has by then is judged in full.
 *   One of which the damage was never met has only its tabs judged.
 *   The same goes for a log that was deleted because three others were put aside after it.
 */
export async function judgeLogs(judged: Judged, shown: readonly Shown[]) {
  const backend = await readLog(judged)
  const broken: string[] = []
  const settled: Record<string, number> = {}
  for (const browser of judged.browsers) {
    const kept = await openLog(judged, browser)
    if (!kept) continue
    const seen = shown.filter(({ client }) => client === browser.name)
    const verdict = unlessDamaged(browser, () => judgeClient(judged, { browser, kept, shown: seen, backend }))
    broken.push(...(verdict?.broken ?? []))
    for (const outcome of verdict?.outcomes ?? []) settled[outcome] = (settled[outcome] ?? 0) + 1
    kept.close()
  }
  broken.push(...judgeTwins(judged.promised, backend))
  return { broken, settled }
}

/** Undefined where damage shows that nobody had met before. */
function unlessDamaged<Verdict>({ logDamages }: Browser, judge: () => Verdict): Verdict | undefined {
  try {
    return judge()
  } catch (error) {
    if (logDamages.length > 0 && isDamage(error)) return undefined
    throw error
  }
}

type Client = {
  readonly browser: Browser
  readonly kept: ClientLog
  readonly shown: readonly Shown[]
  readonly backend: readonly Commit[]
}

function judgeClient(judged: Judged, { browser, kept, shown, backend }: Client) {
  const { log, parked, vouchedSince } = kept
  const inBackend = new Set(backend.map(({ commitId }) => commitId))
  const decided = (reason: string) => judged.workload.endOf?.(reason)
  const own = judged.promised.filter(({ client }) => client === browser.name)
  const confirmed = log.confirmedAfter(EventSequenceNumber.root, 1_000_000)
  const find = findIn(log, confirmed)
  const ownBy = Map.groupBy(shown, ({ schema }) => schema)
  const isStillParked = ([commitId, goneAt]: [string, () => number | undefined]) =>
    (goneAt() ?? Number.NEGATIVE_INFINITY) > vouchedSince && parked.has(commitId)
  return {
    outcomes: own.map(({ commitId }) => find(commitId)).flatMap((end) => (end?.state === 'settled' ? end.outcome : [])),
    broken: [
      ...judgeArchives(browser, kept),
      ...own.flatMap((one) => judgeReceipt(one, { ...kept, ...judged, find, inBackend, decided })),
      ...[...judged.tended].filter(isStillParked).map(([id]) => `${id} was retried or discarded, and is parked still`),
      ...shown.flatMap((tab) => judgeList(tab, parked, inBackend)),
      ...[...ownBy].flatMap(([schema, tabs]) => {
        const expected = ownTables(judged.sqlite, schema, confirmed)
        return tabs.flatMap((tab) => judgeOwn(tab, expected))
      }),
      ...judgeOrder(browser.name, confirmed, backend),
      ...judgeSessions(own, confirmed, kept),
    ],
  }
}

/** What the log says of a commit. Most are confirmed, and those were read already. */
function findIn(log: ReplicaLog, confirmed: readonly Confirmed[]): ReplicaLog['find'] {
  const ids = new Set(confirmed.map(({ commit }) => commit.commitId))
  const known = new Map<string, CommitState | undefined>()
  return (commitId) => {
    if (ids.has(commitId)) return { state: 'confirmed' }
    if (!known.has(commitId)) known.set(commitId, log.find(commitId))
    return known.get(commitId)
  }
}

function judgeOwn({ tab, own }: Shown, expected: string): string[] {
  if (own === expected) return []
  return [`${tab} shows other client-only tables than its log gives:\n  ${own}\n  ${expected}`]
}

/** A log is put aside as damaged only where it was. */
function judgeArchives({ name, logDamages }: Browser, { putAside }: ClientLog): string[] {
  return putAside.damaged
    .filter((at) => !logDamages.some((damagedAt) => damagedAt <= at + 1))
    .map((at) => `${name} took a log for damaged at ${at} that was not`)
}

/** B7: what two clients committed never stands under one id. */
function judgeTwins(promised: readonly Promised[], backend: readonly Commit[]): string[] {
  const clientOf = new Map(promised.map(({ commitId, client }) => [commitId, client]))
  const known = backend.filter(({ commitId }) => clientOf.has(commitId))
  return [...Map.groupBy(known, ({ clientId }) => clientId)].flatMap(([clientId, commits]) => {
    const clients = new Set(commits.map(({ commitId }) => clientOf.get(commitId)))
    return clients.size > 1 ? [`${[...clients].join(' and ')} both committed as ${clientId}`] : []
  })
}

type Truth = Pick<ClientLog, 'parked' | 'archives' | 'vouchedSince' | 'putAside'> & {
  /** What the log says. */
  readonly find: ReplicaLog['find']
  readonly inBackend: ReadonlySet<string>
  readonly lost: Judged['lost']
  /** What became of these after they were parked is another story. */
  readonly tended: Judged['tended']
  /** How a commit ends that the app gives this reason for. */
  decided(reason: string): Outcome | undefined
}

function judgeReceipt(told: Promised, truth: Truth): string[] {
  const end = endOf(truth, told.commitId)
  const lie = lieAbout(told, end, truth) ?? (told.confirmed === 'no' ? lieAboutTheEnd(told, end, truth) : undefined)
  if (lie === undefined) return []
  return [
    `${told.client} ${lie} ${told.commitId}; its log says ${JSON.stringify(end)} (${told.error ?? told.confirmed})`,
  ]
}

/** `known` by the log; `before` by those that were put aside. */
type End = {
  readonly commitId: string
  readonly known: CommitState | undefined
  readonly before: readonly CommitState[]
  /** When the last of these was. */
  readonly putAsideAt: number | undefined
}

function lieAbout(told: Promised, { commitId, known, before, putAsideAt }: End, truth: Truth): string | undefined {
  const { inBackend, lost, vouchedSince } = truth
  const isVouchedFor = (at: number | undefined) => at !== undefined && at > vouchedSince
  if (!told.isDone()) return 'left the receipt hanging of'
  if (told.persisted === 'yes' && isVouchedFor(told.persistedAt) && !known && before.length === 0)
    return 'was told that it persisted, and lost,'
  // E2: what was not confirmed is carried on, with each log that is put aside.
  if (before[0]?.state === 'accepted' && !told.isLocal && !known && isVouchedFor(putAsideAt))
    return 'put aside, and did not park,'
  if (told.confirmed === 'yes') {
    const isMissing = !told.isLocal && !inBackend.has(commitId)
    if (isMissing && !lost.has(commitId) && isVouchedFor(told.endedAt))
      return 'was told that it was confirmed, and the backend has not,'
    const isArchived = before.some(({ state }) => state === 'confirmed') && (told.isLocal || isMissing)
    if (known?.state !== 'confirmed' && !isArchived && isVouchedFor(told.endedAt))
      return 'was told of the confirmation, which its log does not know, of'
  }
  if (told.isLocal) return undefined
  if (known?.state === 'confirmed' && !inBackend.has(commitId))
    return 'counts as confirmed, while the backend has never seen it,'
  return known?.state === 'accepted' ? 'never pushed' : undefined
}

/** It was told that the commit will never be confirmed. */
function lieAboutTheEnd(told: Promised, { commitId, known, before }: End, truth: Truth): string | undefined {
  const { parked, archives, putAside, tended, inBackend, decided, vouchedSince } = truth
  if (told.error instanceof StoreClosed) return undefined
  if (told.error instanceof StoreReset) {
    if (putAside.reset.length + putAside.damaged.length === 0) return 'was told of a reset that never was, of'
    // E2: what its leader had not got is parked as well, by the tab that made it.
    const isKept = known || before.length > 0 || told.isLocal || !told.isHeard()
    return isKept || told.endedAt! <= vouchedSince ? undefined : 'was told that it is parked, and lost,'
  }
  if (told.endedAt! <= vouchedSince) return undefined
  const settled = settledAs(told)
  if (!settled?.reason) return 'was given no reason for the end of'
  if (tended.has(settled.commitId)) return undefined
  if (inBackend.has(commitId)) return 'was told of the end, while the backend has it, of'
  const { outcome, reason } = settled
  const isSo = (end: CommitState | undefined) =>
    end?.state === 'settled' && end.outcome === outcome && end.reason === reason
  if (known ? !isSo(known) : !before.some(isSo)) return 'was told of another end of'
  if (outcome !== (decided(reason) ?? outcome)) return 'was told of an end that nobody decided of'
  if (outcome === 'dropped') return parked.has(commitId) ? 'lists, though it was dropped,' : undefined
  return [{ parked }, ...archives].some((log) => log.parked.has(commitId)) ? undefined : 'does not list'
}

/** Where the replacements of a commit end. */
function endOf(logs: Pick<Truth, 'find' | 'archives'>, commitId: string): End {
  const known = logs.find(commitId)
  const knowing = logs.archives.filter(({ log }) => log.find(commitId))
  const before = knowing.map(({ log }) => log.find(commitId)!)
  const [last] = known ? [known] : before
  if (last?.state === 'settled' && last.outcome === 'replaced') return endOf(logs, last.replacement)
  return { commitId, known, before, putAsideAt: knowing[0]?.at }
}

/** What a client's log makes of the tables that only this client has. */
function ownTables(sqlite: SqliteModule, schema: Schema, confirmed: readonly Confirmed[]): string {
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

/**
 * What one tab committed, synced or not, stands in its client's log in the order in which it was made. What came back from the
 * backend after a reset stands after local-only commits that were made meanwhile: those are held against their own time.
 */
function judgeSessions(
  own: readonly Promised[],
  confirmed: readonly Confirmed[],
  { putAside, vouchedSince }: ClientLog,
): string[] {
  const ends = [...putAside.reset, ...putAside.damaged]
  // A damaged log may have lost what became of a commit, and push it again behind what was made after it.
  const vouchedFor = own.filter(({ madeAt }) => madeAt > vouchedSince)
  const judged = vouchedFor.filter(({ madeAt }) => !ends.includes(madeAt))
  const ofOneEpoch = [...Map.groupBy(judged, ({ madeAt }) => ends.filter((at) => at < madeAt).length).values()]
  const synced = vouchedFor.filter(({ isLocal }) => !isLocal)
  return [synced, ...ofOneEpoch].flatMap((made) => outOfOrder(made, confirmed))
}

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

async function openLog({ sqlite, storeId }: Judged, { opfs, logDamages }: Browser): Promise<ClientLog | undefined> {
  const pool = await openOpfsPool(sqlite, {
    directory: `headwater/${storeId}`,
    env: { root: async () => opfs.root, sleep: async () => undefined },
  })
  /** Undefined for one with damage that nobody has met yet. */
  const open = (file: string): Log | undefined => {
    const db = logDamages.length > 0 ? openSound(pool, file) : pool.open(file, { synchronous: 'full' })
    const log = db && openEventLog(db, () => ({ clientId: 'nobody', epoch: 'none' }))
    return log && { log, parked: new Set(log.parked().map(({ commit }) => commit.commitId)) }
  }
  const current = open(logFile)
  const found = newestFirst(pool.files().flatMap((file) => parseArchive(file) ?? []))
  const opened = found.map((archive) => ({
    ...archive,
    log: archive.reason === 'damaged' ? undefined : open(archive.name),
  }))
  if (!current) {
    pool.close()
    return undefined
  }
  const since = (reason: Archive['reason']) => found.filter((one) => one.reason === reason).map(({ at }) => at)
  const unread = opened.filter(({ log }) => !log).map(({ at }) => at)
  const makingRoom = found.slice(mostArchives - 1).map(({ at }) => at)
  return {
    ...current,
    archives: opened.flatMap(({ at, log }) => (log ? { ...log, at } : [])),
    vouchedSince: Math.max(Number.NEGATIVE_INFINITY, ...logDamages, ...unread, ...makingRoom),
    putAside: { reset: since('reset'), damaged: since('damaged') },
    close: () => pool.close(),
  }
}

/** Undefined for a database of which not every page can be read. */
function openSound(pool: OpfsPool, file: string): Sqlite | undefined {
  try {
    const db = pool.open(file, { synchronous: 'full' })
    return db.all('PRAGMA quick_check(1)')[0]?.[0] === 'ok' ? db : undefined
  } catch (error) {
    if (error instanceof SqliteError) return undefined
    throw error
  }
}
