/** What holds in every state, each under the number of its rule in `src/sync/SPEC.md`. */
import { type Commit, headAfter, isSynced } from '../../event/commit.ts'
import { compare, print, root } from '../../event/sequence-number.ts'
import type { SyncState } from '../../sync/state.ts'
import type { Client, SessionState } from './model.ts'

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

/** What a session has as confirmed is the leader's log, in its order, so it is counted only. */
export function checkConfirmed(log: readonly Commit[], from: number, confirmed: readonly Commit[]) {
  const expected = log.slice(from, from + confirmed.length)
  const same = ids(expected).join() === ids(confirmed).join()
  check(same, 'L6', () => `a session confirms ${list(confirmed)} where its leader has ${list(expected)}`)
}

export function checkHeld({ accepted }: SyncState, held: readonly Commit[]) {
  const same = list(accepted) === list(held)
  check(same, 'L5', () => `a session has ${list(accepted)} as accepted, and its leader held ${list(held)}`)
}

/** A client by itself. */
export function checkClient(client: Client) {
  const { sync, log } = client.leader
  check(sync.accepted.length === 0, 'S5', () => `a leader has ${list(sync.accepted)} as accepted`)
  checkReplica('leader', sync, log)
  client.sessions.forEach((session, at) => {
    const name = `session ${at}`
    checkReplica(name, session.sync, log.slice(0, session.confirmed))
    checkAccounted(client, session, at)
  })
  for (let at = 0; at <= client.sessions.length; at++) checkOwnOrder('leader', [...log, ...sync.pending], at)
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

/** Each commit that a session made is in its order, or it was told why not; and if it is not in the log, the session has it. */
function checkAccounted({ leader }: Client, { sync, made, confirmed, gone }: SessionState, at: number) {
  const line = [...leader.log.slice(0, confirmed), ...sync.accepted, ...sync.pending]
  checkOwnOrder(`session ${at}`, line, at)
  const own = ids(line).filter((id) => id.startsWith(`${at}.`))
  check(
    new Set([...own, ...gone]).size === own.length + gone.length,
    'R2',
    () => `session ${at} has a commit that was settled: ${own} and ${gone}`,
  )
  check(
    own.length + gone.length === made,
    'R2',
    () => `of ${made} commits session ${at} knows ${own}, and as settled ${gone}`,
  )
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

/** From one state of a client to the next. */
export function checkChange(before: Client, after: Client) {
  const [log, next] = [ids(before.leader.log), ids(after.leader.log)]
  check(
    log.every((id, index) => next[index] === id),
    'M4',
    () => `the log was ${log}, and now is ${next}`,
  )
  checkForward('leader', before.leader.sync, after.leader.sync)
  before.sessions.forEach(({ sync }, at) => {
    checkForward(`session ${at}`, sync, after.sessions[at]!.sync)
  })
  if (before.leader === after.leader) return
  const has = known(after)
  const lost = [...known(before)].filter((id) => !has.has(id))
  check(lost.length === 0, 'L3', () => `the event log had ${lost}, and does not know of it any more`)
}

function checkForward(name: string, before: SyncState, after: SyncState) {
  const forward = compare(after.confirmed, before.confirmed) >= 0
  check(forward, 'S3', () => `${name} goes back from ${print(before.confirmed)} to ${print(after.confirmed)}`)
}

/** What the event log has or had, by id. */
function known({ leader: { log, sync, settled } }: Client): Set<string> {
  return new Set([...ids(log), ...ids(sync.pending), ...settled.map(({ commitId }) => commitId)])
}

/** A client and the backend's log, as it is sent to that client. */
export function checkAgainstBackend({ leader, stored }: Client, feed: readonly Commit[]) {
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

/** Nothing is on its way, and nobody waits for anybody. */
export function isQuiet({ sessions, link, leader }: Client, feed: readonly Commit[]): boolean {
  const { online, push, answers, stray } = link
  if (!online || push || answers.length > 0 || stray.length > 0) return false
  if (leader.log.filter(isSynced).length < feed.length) return false
  return sessions.every(({ leader, up, down }) => leader === 'joined' && up.length === 0 && down.length === 0)
}

/** Where all is quiet, everybody has the backend's log, and everything is confirmed or settled. */
export function checkQuiet({ leader, sessions }: Client) {
  check(
    leader.sync.pending.length === 0,
    'Q1',
    () => `all is quiet, and the leader waits with ${list(leader.sync.pending)}`,
  )
  sessions.forEach(({ sync, confirmed }, at) => {
    const rest = [...sync.accepted, ...sync.pending]
    check(rest.length === 0, 'Q1', () => `all is quiet, and session ${at} waits with ${list(rest)}`)
    check(
      confirmed === leader.log.length,
      'Q1',
      () => `all is quiet, and session ${at} has ${confirmed} of ${leader.log.length} commits`,
    )
  })
}
