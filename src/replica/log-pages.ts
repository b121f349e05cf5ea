/** The log in pages, for devtools: by place, in either direction, and searched in steps that keep nobody waiting. */
import type { Sqlite, SqlValue } from '../sqlite/port.ts'
import type { CommitPage, FindRequest, LogFilter, LoggedCommit, LogPlace, RangeRequest } from './inspection.ts'

/** Commits as they are in the log. Those that are not confirmed have a number all the same, which means nothing. */
type Read = (where: string, params: SqlValue[], order: string) => readonly Required<LoggedCommit>[]

export type LogReader = { readonly db: Pick<Sqlite, 'all'>; readonly read: Read }

const mostOfPage = 500
/** So many commits are looked through at once: a search that finds nothing says how far it came, and is asked to go on. */
const mostSearched = 5_000

const isConfirmed = 'global IS NOT NULL'

/** What is confirmed, by number, and then what is not, by position. */
export function readRange({ db, read }: LogReader, { from, count }: RangeRequest): CommitPage {
  const size = Math.min(count, mostOfPage)
  const total = countOf(db, '')
  const confirmed = total - countOf(db, 'WHERE global IS NULL') // few: the others would be counted one by one
  const ofConfirmed = Math.max(0, Math.min(size, confirmed - from))
  const behind = confirmed - from - ofConfirmed
  // From the nearer end: what is skipped is stepped over one by one.
  const firm =
    from <= behind
      ? read(isConfirmed, [], `global, client LIMIT ${ofConfirmed} OFFSET ${from}`)
      : read(isConfirmed, [], `global DESC, client DESC LIMIT ${ofConfirmed} OFFSET ${behind}`).toReversed()
  const skipped = Math.max(0, from - confirmed)
  const rest = size - ofConfirmed
  const open = rest > 0 ? read('global IS NULL', [], `position LIMIT ${rest} OFFSET ${skipped}`) : []
  return { commits: [...firm, ...open.map(({ commit }) => ({ commit }))], total }
}

/** What fits the filter, newest first: all that is not confirmed, and then a part of the rest. */
export function find({ db, read }: LogReader, { before, limit, filter }: FindRequest): CommitPage {
  const size = Math.min(limit, mostOfPage)
  const { where, params } = conditionsOf(filter)
  const total = countOf(db, '')
  const open = before && 'head' in before ? [] : findUnconfirmed(db, read, before, filter, size)
  if (open.length === size) return { commits: open, total, next: { commitId: open.at(-1)!.commit.commitId } }
  if (filter.state === 'persisted') return { commits: open, total }
  const from = before && 'head' in before ? before.head : { global: Number.MAX_SAFE_INTEGER, client: 0 }
  const stop = boundary(db, from)
  const part = `${isConfirmed} AND (global, client) < (?, ?) AND (global, client) >= (?, ?)`
  const firm = read(
    [part, ...where].join(' AND '),
    [from.global, from.client, stop?.global ?? -1, stop?.client ?? 0, ...params],
    `global DESC, client DESC LIMIT ${size - open.length}`,
  )
  const commits = [...open, ...firm]
  const last = commits.length === size ? firm.at(-1)?.head : stop
  return { commits, total, ...(last ? { next: { head: { rebaseGeneration: 0, ...last } } } : {}) }
}

function findUnconfirmed(
  db: LogReader['db'],
  read: Read,
  before: LogPlace | undefined,
  filter: LogFilter,
  size: number,
): LoggedCommit[] {
  if (filter.state === 'confirmed') return []
  const { where, params } = conditionsOf(filter)
  const commitId = before && 'commitId' in before ? before.commitId : undefined
  const [place] = commitId === undefined ? [] : db.all('SELECT position FROM commits WHERE commit_id = ?', [commitId])
  return read(
    ['global IS NULL AND position < ?', ...where].join(' AND '),
    [place?.[0] ?? Number.MAX_SAFE_INTEGER, ...params],
    `position DESC LIMIT ${size}`,
  ).map(({ commit }) => ({ commit }))
}

/** The last commit of a step of a search; undefined where the log ends before. */
function boundary(db: LogReader['db'], { global, client }: { readonly global: number; readonly client: number }) {
  const [found] = db.all(
    `SELECT global, client FROM commits WHERE ${isConfirmed} AND (global, client) < (?, ?) ORDER BY global DESC, client DESC LIMIT 1 OFFSET ${mostSearched - 1}`,
    [global, client],
  ) as [number, number][]
  return found && { global: found[0], client: found[1] }
}

function conditionsOf({ name = '', args = '', client = '', session = '', state }: LogFilter) {
  const where: string[] = []
  const params: SqlValue[] = []
  const say = (condition: string, ...values: SqlValue[]) => {
    where.push(condition)
    params.push(...values)
  }
  const ofEvent = [...(name ? ['instr(lower(name), ?) > 0'] : []), ...(args ? ['instr(lower(args), ?) > 0'] : [])]
  if (ofEvent.length > 0) {
    const event = ['events.position = commits.position', ...ofEvent].join(' AND ')
    say(
      `EXISTS (SELECT 1 FROM events WHERE ${event})`,
      ...[name, args].filter(Boolean).map((part) => part.toLowerCase()),
    )
  }
  if (client) say('instr(client_id, ?) = 1', client)
  if (session) say('instr(session_id, ?) = 1', session)
  if (state === 'client-only')
    say('NOT EXISTS (SELECT 1 FROM events WHERE events.position = commits.position AND synced = 1)')
  return { where, params }
}

const countOf = (db: LogReader['db'], where: string) => db.all(`SELECT count(*) FROM commits ${where}`)[0]![0] as number
