/** What holds in every state, each under the number of its rule in `src/sync/SPEC.md`. */
import { type Commit, headAfter, isSynced } from '../../event/commit.ts'
import { compare, print, root } from '../../event/sequence-number.ts'
import type { SyncState } from '../../sync/state.ts'
import type { LeaderState, SessionState, Shared } from './model.ts'

/** A rule of `SPEC.md` does not hold. */
export class Broken extends Error {
  override name = 'Broken'
  readonly rule: string

  constructor(rule: string, message: string) {
    super(`${rule} ${message}`)
    this.rule = rule
  }
}

function check(holds: boolean, rule: string, message: () => string): asserts holds {
  if (!holds) throw new Broken(rule, message())
}

const ids = (commits: readonly Commit[]) => commits.map(({ commitId }) => commitId)
const list = (commits: readonly Commit[]) =>
  `[${commits.map((one) => `${one.commitId} r${one.generation}`).join(', ')}]`

export function checkHeld({ accepted }: SyncState, held: readonly Commit[]) {
  const same = list(accepted) === list(held)
  check(same, 'L5', () => `a session has ${list(accepted)} as accepted, and its leader held ${list(held)}`)
}

/** The leader of a client that has so many sessions. */
export function checkLeader({ sync, log }: LeaderState, sessions: number) {
  check(sync.accepted.length === 0, 'S5', () => `a leader has ${list(sync.accepted)} as accepted`)
  checkReplica('leader', sync, log)
  for (let at = 0; at <= sessions; at++) checkOwnOrder('leader', [...log, ...sync.pending], at)
}

/**
 * A session by itself. Each commit that it made is in its order, or it was told why not; and what is not in the log, the
 * session has.
 */
export function checkSession({ sync, log, made, gone }: SessionState, at: number) {
  const name = `session ${at}`
  checkReplica(name, sync, log)
  const line = [...log, ...sync.accepted, ...sync.pending]
  checkOwnOrder(name, line, at)
  const own = ids(line).filter((id) => id.startsWith(`${at}.`))
  const both = own.length + gone.length
  const distinct = new Set([...own, ...gone]).size
  check(distinct === both, 'R2', () => `${name} has a commit that was settled: ${own} and ${gone}`)
  check(both === made, 'R2', () => `of ${made} commits ${name} knows ${own}, and as settled ${gone}`)
}

/** What a session has as confirmed is the beginning of its leader's log. */
export function checkConfirmed(session: readonly Commit[], leader: readonly Commit[]) {
  const same = session.every(({ commitId }, at) => commitId === leader[at]?.commitId)
  check(same, 'L6', () => `a session has confirmed ${list(session)}, and its leader ${list(leader)}`)
}

function checkReplica(name: string, { confirmed, accepted, pending, head }: SyncState, log: readonly Commit[]) {
  const firm = headAfter(root, log)
  check(
    compare(firm, confirmed) === 0,
    'N4',
    () => `${name} is confirmed to ${print(confirmed)}, its log ends at ${print(firm)}`,
  )
  const end = headAfter(headAfter(confirmed, accepted), pending)
  check(
    print(end) === print(head),
    'N4',
    () => `the head of ${name} is ${print(head)}, its order ends at ${print(end)}`,
  )
  const line = [...log, ...accepted, ...pending]
  check(new Set(ids(line)).size === line.length, 'M6', () => `${name} has a commit twice: ${list(line)}`)
  for (const one of line) {
    const whole = one.commitId.startsWith('@') || one.commitId.endsWith(one.events.map(({ name }) => name).join(''))
    check(whole, 'M5', () => `${name} has ${one.commitId} without all of its events`)
  }
}

const nth = (commitId: string) => Number(/\.(\d+)/.exec(commitId)![1])

function checkOwnOrder(name: string, line: readonly Commit[], at: number) {
  const numbers = ids(line.filter(({ sessionId }) => sessionId === String(at))).map(nth)
  const inOrder = numbers.every((number, index) => index === 0 || numbers[index - 1]! < number)
  check(
    inOrder,
    'S4',
    () => `${name} has the commits of session ${at} in another order than they were made: ${list(line)}`,
  )
}

/** From one state of a leader to the next. */
export function checkLeaderChange(before: LeaderState, after: LeaderState) {
  if (before === after) return
  const [log, next] = [ids(before.log), ids(after.log)]
  const same = log.every((id, index) => next[index] === id)
  check(same, 'M4', () => `the log was ${log}, and now is ${next}`)
  checkForward('leader', before.sync, after.sync)
  checkPrefix('pending of the leader', before.sync.pending, after.log, after.sync.pending)
  const has = known(after)
  const lost = [...known(before)].filter((id) => !has.has(id))
  check(lost.length === 0, 'L3', () => `the event log had ${lost}, and does not know of it any more`)
}

/** From one state of a session to the next. */
export function checkSessionChange(before: SessionState, after: SessionState, at: number) {
  checkForward(`session ${at}`, before.sync, after.sync)
  const { accepted, pending } = after.sync
  checkPrefix(`pending of session ${at}`, before.sync.pending, [...after.log, ...accepted], pending)
  checkPrefix(`accepted of session ${at}`, before.sync.accepted, after.log, [...accepted, ...pending])
}

/** Of a zone, what went on stood before what stays; the rest was settled. */
function checkPrefix(name: string, zone: readonly Commit[], on: readonly Commit[], here: readonly Commit[]) {
  const [went, stays] = [new Set(ids(on)), new Set(ids(here))]
  const first = zone.findIndex(({ commitId }) => stays.has(commitId))
  const overtakes = first < 0 ? undefined : zone.slice(first).find(({ commitId }) => went.has(commitId))
  check(overtakes === undefined, 'S2', () => `${overtakes!.commitId} leaves ${name} before ${zone[first]!.commitId}`)
}

function checkForward(name: string, before: SyncState, after: SyncState) {
  const forward = compare(after.confirmed, before.confirmed) >= 0
  check(forward, 'S3', () => `${name} goes back from ${print(before.confirmed)} to ${print(after.confirmed)}`)
}

/** What the event log has or had, by id. */
function known({ log, sync, settled }: LeaderState): Set<string> {
  return new Set([...ids(log), ...ids(sync.pending), ...settled.map(({ commitId }) => commitId)])
}

/** A leader and the backend's log, as it is sent to that client. */
export function checkAgainstBackend({ leader, stored }: Shared, feed: readonly Commit[]) {
  const firm = ids(leader.log.filter(isSynced))
  const log = ids(feed)
  check(
    firm.every((id, index) => id === log[index]),
    'B6',
    () => `the leader has ${firm} as confirmed, the backend has ${log}`,
  )
  const settled = stored.find(({ commitId }) => leader.settled.some((one) => one.commitId === commitId))
  check(settled === undefined, 'B5', () => `${settled?.commitId} is settled, and the backend has it`)
}

/** Nothing is on its way between a leader and the backend, and neither waits for the other. */
export function isLinkQuiet({ link, leader }: Shared, feed: readonly Commit[]): boolean {
  const { online, push, answers, stray } = link
  if (!online || push || answers.length > 0 || stray.length > 0) return false
  return leader.log.filter(isSynced).length >= feed.length
}

/** Nor between a session and its leader. */
export function isSessionQuiet({ leader, up, down }: SessionState): boolean {
  return leader === 'joined' && up.length === 0 && down.length === 0
}

/** Where all is quiet, everything in a leader is confirmed or settled, */
export function checkQuietLeader({ sync }: LeaderState) {
  check(sync.pending.length === 0, 'Q1', () => `all is quiet, and the leader waits with ${list(sync.pending)}`)
}

/** and a session has all of its leader's log. */
export function checkQuietSession({ sync, log }: SessionState, at: number, leader: LeaderState) {
  const rest = [...sync.accepted, ...sync.pending]
  check(rest.length === 0, 'Q1', () => `all is quiet, and session ${at} waits with ${list(rest)}`)
  const [has, of] = [log.length, leader.log.length]
  check(has === of, 'Q1', () => `all is quiet, and session ${at} has ${has} of ${of} commits`)
}
