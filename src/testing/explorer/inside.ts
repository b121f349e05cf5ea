/** What may happen inside a client: in its sessions, and between them and their leader. */
import { type Commit, headAfter } from '../../event/commit.ts'
import { compare, root } from '../../event/sequence-number.ts'
import type { OrderMessage } from '../../leader/messages.ts'
import type { FromUpstream, Merged } from '../../sync/merge.ts'
import type { Core } from './core.ts'
import { find, leaderFollows, tell } from './leader.ts'
import { connected, pushNext, withStray } from './link.ts'
import {
  type Client,
  isOwnOf,
  type JoinAnswer,
  ownCommit,
  type Scope,
  type SessionState,
  type Step,
  type Told,
} from './model.ts'
import { checkConfirmed, checkHeld } from './rules.ts'

export function stepsInside(core: Core, scope: Scope, client: Client): Step[] {
  const steps: Step[] = client.sessions.flatMap((session, at) => ofSession(core, scope, client, session, at))
  if (client.sessions.filter(({ up }) => up.length > 0).length > 1) {
    const order = client.sessions.map((_, at) => at)
    for (const sessions of [order, order.toReversed()]) {
      steps.push({
        what: `leader takes all pushes, of sessions ${sessions}`,
        take: () => takeAll(core, client, sessions),
      })
    }
  }
  if (scope.otherSessions) steps.push(...scope.kinds.flatMap((kind) => ofOtherSession(core, client, kind)))
  if (client.handovers < scope.handovers) {
    steps.push({ what: 'another leader opens the log', take: () => handOver(core, client), uses: 'handovers' })
  }
  return steps
}

/** Another session's commit reaches the leader: alone, or together with what is pushed here, in either order. */
function ofOtherSession(core: Core, client: Client, kind: string): Step[] {
  const theirs = ownCommit(client.sessions.length, client.madeElsewhere, kind)
  const mine = client.sessions.flatMap(({ up }) => up.flat())
  const idle = { ...client, sessions: client.sessions.map((session) => ({ ...session, up: [] })) }
  const step = (what: string, before: Client, pushed: readonly Commit[]): Step => ({
    what: `leader takes a push of another session, ${kind}${what}`,
    take: () => flush(core, { ...before, madeElsewhere: client.madeElsewhere + 1 }, pushed),
    uses: 'commits',
  })
  if (mine.length === 0) return [step('', client, [theirs])]
  return [
    step('', client, [theirs]),
    step(', then all others', idle, [theirs, ...mine]),
    step(', after all others', idle, [...mine, theirs]),
  ]
}

function ofSession(core: Core, scope: Scope, client: Client, session: SessionState, at: number): Step[] {
  const steps: Step[] = scope.kinds.map((kind) => ({
    what: `session ${at} commits ${kind}`,
    take: () => commit(core, client, at, kind),
    uses: 'commits' as const,
  }))
  if (session.up.length > 0) {
    steps.push({ what: `leader takes a push of session ${at}`, take: () => takePush(core, client, at, 1) })
    if (session.up.length > 1) {
      const take = () => takePush(core, client, at, session.up.length)
      steps.push({ what: `leader takes all pushes of session ${at} at once`, take })
    }
  }
  if (session.leader === 'joined' && client.handovers < scope.handovers) {
    steps.push({ what: `session ${at} loses its port`, take: () => losePort(client, at), uses: 'handovers' })
  }
  if (session.leader === 'lost') {
    for (const bytes of [false, true]) {
      const what = `session ${at} joins, and gets ${bytes ? 'bytes' : 'what it missed'}`
      steps.push({ what, take: () => join(core, client, at, bytes) })
    }
  }
  const first = session.down[0]?.message
  if (first?.type === 'joined') {
    steps.push({ what: `session ${at} takes the answer to join`, take: () => takeJoined(core, client, at, first) })
  } else {
    for (let count = 1; count <= session.down.length; count++) {
      const what = `session ${at} takes ${count === 1 ? 'a message' : `${count} messages as one`}`
      steps.push({ what, take: () => takeMessages(core, client, at, count) })
    }
  }
  return steps
}

export function withSession(client: Client, at: number, change: Partial<SessionState>): Client {
  return { ...client, sessions: client.sessions.with(at, { ...client.sessions[at]!, ...change }) }
}

/** As `commit` of session.ts: pushed at once if there is a leader, else it waits as pending. */
function commit(core: Core, client: Client, at: number, kind: string): Client {
  const session = client.sessions[at]!
  const made = ownCommit(at, session.made, kind)
  return withSession(client, at, {
    sync: core.append(session.sync, [made]),
    made: session.made + 1,
    up: session.leader === 'joined' ? [...session.up, [made]] : session.up,
  })
}

/** As `receive` and `drain` of session.ts: what waits is folded, and followed as one. */
function takeMessages(core: Core, client: Client, at: number, count: number): Client {
  const session = client.sessions[at]!
  const taken = session.down.slice(0, count)
  let waiting: FromUpstream | undefined
  for (const { message } of taken) {
    const next = core.resolve(message as OrderMessage, (waiting ?? session.sync).accepted, session.sync.pending)
    waiting = waiting ? core.fold(waiting, next) : next
  }
  const merged = core.merge(session.sync, waiting!)
  return followed(client, at, merged, taken.at(-1)!.held, { down: session.down.slice(count) })
}

function followed(
  client: Client,
  at: number,
  { sync, confirmed, ...merged }: Merged,
  held: readonly Commit[],
  change: Partial<SessionState>,
): Client {
  const session = client.sessions[at]!
  checkConfirmed(client.leader.log, session.confirmed, confirmed)
  checkHeld(sync, held)
  return withSession(client, at, {
    ...change,
    sync,
    confirmed: session.confirmed + confirmed.length,
    gone: merged.type === 'rebase' ? withGone(session, merged.settled, at) : session.gone,
  })
}

function withGone({ gone }: SessionState, settled: readonly { commitId: string }[], at: number): string[] {
  return [...gone, ...settled.map(({ commitId }) => commitId).filter((id) => id.startsWith(`${at}.`))]
}

/** As `take` of session.ts: catches up, or loads bytes; then pushes all that is still pending. */
function takeJoined(core: Core, client: Client, at: number, joined: JoinAnswer): Client {
  const session = client.sessions[at]!
  const { held } = session.down[0]!
  const rest = { down: session.down.slice(1), leader: 'joined' as const }
  const next = joined.bytes
    ? withBytes(core, client, at, joined, rest)
    : followed(client, at, core.merge(core.unaccept(session.sync, isOwnOf(at)), joined), held, rest)
  const { sync } = next.sessions[at]!
  checkHeld(sync, held)
  return withSession(next, at, { up: sync.pending.length > 0 ? [...session.up, sync.pending] : session.up })
}

function withBytes(core: Core, client: Client, at: number, joined: JoinAnswer, rest: Partial<SessionState>): Client {
  const session = client.sessions[at]!
  const { log } = client.leader
  return withSession(client, at, {
    ...rest,
    sync: core.loaded(core.ownUnconfirmed(session.sync, isOwnOf(at)), joined),
    confirmed: countUpTo(log, joined.head),
    gone: withGone(session, joined.settled, at),
  })
}

function takePush(core: Core, client: Client, at: number, count: number): Client {
  const { up } = client.sessions[at]!
  return flush(core, withSession(client, at, { up: up.slice(count) }), up.slice(0, count).flat())
}

function takeAll(core: Core, client: Client, order: readonly number[]): Client {
  const pushed = order.flatMap((at) => client.sessions[at]!.up.flat())
  const sessions = client.sessions.map((session) => ({ ...session, up: [] }))
  return flush(core, { ...client, sessions }, pushed)
}

/** As `flush` of leader.ts. No commit of the explorer fails to apply. */
function flush(core: Core, client: Client, pushed: readonly Commit[]): Client {
  const { leader } = client
  const taken = core.unseen(pushed, (commitId) => find(leader, commitId) !== undefined)
  if (taken.length === 0) return client
  const sync = core.append(leader.sync, taken)
  const local = core.fromHere(sync)
  const confirmed = local?.confirmed ?? []
  const next = { ...leader, sync: local ? core.merge(sync, local).sync : sync, log: [...leader.log, ...confirmed] }
  const told = tell({ ...client, leader: next }, (to) => core.acceptedMessage(taken, confirmed, to))
  return pushNext(core, told)
}

/** The leader dies; another one opens the log. What it said may still arrive, what was said to it is lost. */
function handOver(core: Core, client: Client): Client {
  const lost: Client = {
    ...client,
    sessions: client.sessions.map((session) => ({ ...session, leader: 'lost' as const, up: [] })),
    link: connected(withStray(client.link)),
    handovers: client.handovers + 1,
  }
  return pushNext(core, leaderFollows(core, lost, { confirmed: [], accepted: [], settled: [] }))
}

/** The session joins the same leader again, by another way: what it pushed before may still arrive, and arrives twice. */
function losePort(client: Client, at: number): Client {
  return { ...withSession(client, at, { leader: 'lost' }), handovers: client.handovers + 1 }
}

/** As `joinRequest` of session.ts and `join` of leader.ts. What its last leader said and it did not take is not taken any more. */
function join(core: Core, client: Client, at: number, bytes: boolean): Client {
  const session = client.sessions[at]!
  const { sync, log, settled } = client.leader
  const own = core.ownUnconfirmed(session.sync, isOwnOf(at)).map(({ commitId }) => commitId)
  const message: JoinAnswer = {
    type: 'joined',
    bytes,
    confirmed: bytes ? [] : log.slice(countUpTo(log, session.sync.confirmed)),
    head: sync.confirmed,
    accepted: sync.pending,
    confirmedIds: own.filter((commitId) => find(client.leader, commitId) === 'confirmed'),
    settled: settled.filter(({ commitId }) => own.includes(commitId)),
  }
  const down: Told[] = [{ message, held: sync.pending }]
  return withSession(client, at, { leader: 'joining', down })
}

/** How many commits of the log stand at or before `head`. */
function countUpTo(log: readonly Commit[], head: JoinAnswer['head']): number {
  let at = root
  const index = log.findIndex((one) => {
    at = headAfter(at, [one])
    return compare(at, head) > 0
  })
  return index < 0 ? log.length : index
}
