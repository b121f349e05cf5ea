/** What a session does by itself, and what its leader does to it. */
import { type Commit, headAfter } from '../../event/commit.ts'
import { compare, root } from '../../event/sequence-number.ts'
import type { FromUpstream, Merged } from '../../sync/merge.ts'
import type { Core } from './core.ts'
import { find } from './leader.ts'
import {
  isOwnOf,
  type JoinAnswer,
  type LeaderState,
  type OrderMessage,
  ownCommit,
  type Scope,
  type SessionState,
  type SessionStep,
  type Told,
} from './model.ts'
import { checkHeld } from './rules.ts'

/** As `commit` of session.ts: pushed at once if there is a leader, else it waits as pending. */
export function commitSteps(core: Core, { kinds }: Scope, session: SessionState, at: number): SessionStep[] {
  return kinds.map((kind) => ({
    what: `session ${at} commits ${kind}`,
    take: () => {
      const made = ownCommit(at, session.made, kind)
      return {
        ...session,
        sync: core.append(session.sync, [made]),
        made: session.made + 1,
        up: session.leader === 'joined' ? [...session.up, [made]] : session.up,
      }
    },
    uses: 'commits',
  }))
}

/** Takes what came from its leader. */
export function hearSteps(core: Core, session: SessionState, at: number): SessionStep[] {
  const first = session.down[0]?.message
  if (first?.type === 'joined') {
    return [{ what: `session ${at} takes the answer to join`, take: () => takeJoined(core, session, at, first) }]
  }
  return session.down.map((_, index) => ({
    what: `session ${at} takes ${index === 0 ? 'a message' : `${index + 1} messages as one`}`,
    take: () => takeMessages(core, session, at, index + 1),
  }))
}

/** What it is told is on its way, if it has a leader. */
export function hears(session: SessionState, told: readonly Told[]): SessionState {
  return session.leader === 'lost' ? session : { ...session, down: [...session.down, ...told] }
}

/** Its leader takes the first pushes. */
export function withoutPushes(session: SessionState, count: number): SessionState {
  return { ...session, up: session.up.slice(count) }
}

/** Its leader dies: what that one said may still arrive, what was said to it is lost. */
export function bereft(session: SessionState): SessionState {
  return { ...session, leader: 'lost', up: [] }
}

/** It will join the same leader again, by another way: what it pushed before may still arrive, and arrives twice. */
export function withoutPort(session: SessionState): SessionState {
  return { ...session, leader: 'lost' }
}

/** As `joinRequest` of session.ts and `join` of leader.ts. What its last leader said and it did not take is not taken any more. */
export function joins(
  core: Core,
  session: SessionState,
  at: number,
  leader: LeaderState,
  asBytes: boolean,
): SessionState {
  const { sync, log, settled } = leader
  const own = core.ownUnconfirmed(session.sync, isOwnOf(at)).map(({ commitId }) => commitId)
  const message: JoinAnswer = {
    type: 'joined',
    bytes: asBytes ? log : undefined,
    confirmed: asBytes ? [] : log.slice(countUpTo(log, session.sync.confirmed)),
    head: sync.confirmed,
    accepted: sync.pending,
    confirmedIds: own.filter((commitId) => find(leader, commitId) === 'confirmed'),
    settled: settled.filter(({ commitId }) => own.includes(commitId)),
  }
  return { ...session, leader: 'joining', down: [{ message, held: sync.pending }] }
}

/** As `receive` and `drain` of session.ts: what waits is folded, and followed as one. */
function takeMessages(core: Core, session: SessionState, at: number, count: number): SessionState {
  const taken = session.down.slice(0, count)
  let waiting: FromUpstream | undefined
  for (const { message } of taken) {
    const next = core.resolve(message as OrderMessage, (waiting ?? session.sync).accepted, session.sync.pending)
    waiting = waiting ? core.fold(waiting, next) : next
  }
  const next = followed(session, at, core.merge(session.sync, waiting!))
  checkHeld(next.sync, taken.at(-1)!.held)
  return { ...next, down: session.down.slice(count) }
}

function followed(session: SessionState, at: number, { sync, confirmed, ...merged }: Merged): SessionState {
  return {
    ...session,
    sync,
    log: [...session.log, ...confirmed],
    gone: merged.type === 'rebase' ? withGone(session, merged.settled, at) : session.gone,
  }
}

function withGone({ gone }: SessionState, settled: readonly { commitId: string }[], at: number): string[] {
  return [...gone, ...settled.map(({ commitId }) => commitId).filter((id) => id.startsWith(`${at}.`))]
}

/** As `take` of session.ts: catches up, or loads bytes; then pushes all that is still pending. */
function takeJoined(core: Core, session: SessionState, at: number, joined: JoinAnswer): SessionState {
  const { held } = session.down[0]!
  const next = joined.bytes
    ? withBytes(core, session, at, joined, joined.bytes)
    : followed(session, at, core.merge(core.unaccept(session.sync, isOwnOf(at)), joined))
  checkHeld(next.sync, held)
  const { pending } = next.sync
  const up = pending.length > 0 ? [...session.up, pending] : session.up
  return { ...next, down: session.down.slice(1), leader: 'joined', up }
}

function withBytes(
  core: Core,
  session: SessionState,
  at: number,
  joined: JoinAnswer,
  log: readonly Commit[],
): SessionState {
  return {
    ...session,
    sync: core.loaded(core.ownUnconfirmed(session.sync, isOwnOf(at)), joined),
    log,
    gone: withGone(session, joined.settled, at),
  }
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
