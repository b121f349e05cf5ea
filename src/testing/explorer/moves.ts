/** What the parts of a client do, as numbers. Each is computed, and what it comes to is checked, once. */
import type { Commit } from '../../event/commit.ts'
import type { Core } from './core.ts'
import { writeCommits, writeLeader, writeSession, writeShared, writeTolds } from './key.ts'
import { flush, handOver, silently } from './leader.ts'
import { feedOf, linkSteps, type View } from './link.ts'
import {
  type Budget,
  type Done,
  ownCommit,
  type Scope,
  type SessionState,
  type SessionStep,
  type Shared,
  type Told,
} from './model.ts'
import { createParts, type Order, remember, rememberRows } from './parts.ts'
import { checkLeader, checkLeaderChange, checkSession, checkSessionChange } from './rules.ts'
import { bereft, commitSteps, hearSteps, hears, joins, withoutPort, withoutPushes } from './session.ts'

/** A step broke a rule, or threw. */
export class Failed extends Error {
  override name = 'Failed'
  readonly what: string

  constructor(what: string, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause), { cause })
    this.what = what
  }
}

export function attempt<Value>(what: string, take: () => Value): Value {
  try {
    return take()
  } catch (error) {
    throw new Failed(what, error)
  }
}

/** `to`: the number of the session after it. */
export type SessionMove = { readonly what: string; readonly to: number; readonly uses: Budget | undefined }

/** `to`: the number of the shared part after it. `says`: those of what each session is told; none where nobody is. */
export type SharedChange = { readonly to: number; readonly says: readonly number[] }
export type SharedMove = SessionMove & SharedChange & { readonly stores: readonly number[] }

const none: readonly number[] = []

export function createMoves(core: Core, scope: Scope, orders: readonly Order[], viewOf: (view: number) => View) {
  const asNamed = orders.slice(0, 1)
  const shareds = createParts<Shared>(writeShared, orders, ({ leader }) => checkLeader(leader, scope.sessions))
  const sessions = createParts<SessionState>(writeSession, orders)
  const leaders = createParts(writeLeader, asNamed)
  const pushes = createParts<readonly Commit[]>(writeCommits, asNamed)
  const messages = createParts<readonly Told[]>(writeTolds, asNamed)

  const bySession = (steps: (session: SessionState, at: number) => SessionStep[]) =>
    rememberRows<[at: number, session: number], SessionMove[]>(2, (at, number) => {
      const session = sessions.get(number)
      const follow = (after: SessionState) => {
        checkSessionChange(session, after, at)
        checkSession(after, at)
        return sessions.intern(after)
      }
      return steps(session, at).map(({ what, take, uses }) => ({ what, to: attempt(what, () => follow(take())), uses }))
    })

  const changed = (before: number, { shared, says }: Done): SharedChange => {
    checkLeaderChange(shareds.get(before).leader, shared.leader)
    const told = (to: number) => messages.intern(says.map((say) => say(to)))
    return { to: shareds.intern(shared), says: says.length > 0 ? orders[0]!.map(told) : none }
  }

  const byShared = (change: (shared: Shared) => Done) =>
    remember((number) => changed(number, change(shareds.get(number))))

  const ofSession = (change: (session: SessionState) => SessionState) =>
    remember((number) => sessions.intern(change(sessions.get(number))))

  return {
    shareds,
    sessions,
    /** The number of a shared part's leader, log and all. */
    leaderOf: remember((shared) => leaders.intern(shareds.get(shared).leader)),
    leader: leaders.get,

    commits: bySession((session, at) => commitSteps(core, scope, session, at)),
    hears: bySession((session, at) => hearSteps(core, session, at)),
    link: rememberRows<[shared: number, view: number], SharedMove[]>(2, (number, view) => {
      const shared = shareds.get(number)
      const steps = linkSteps(core, scope, shared, feedOf(shared, viewOf(view)))
      return steps.map(({ what, take, uses, stores = none }) => {
        const change = attempt(what, () => changed(number, take()))
        return { what, ...change, uses, stores }
      })
    }),

    /** The number of a session's first pushes, as one. */
    pushed: rememberRows<[session: number, count: number], number>(2, (number, count) =>
      pushes.intern(sessions.get(number).up.slice(0, count).flat()),
    ),
    both: rememberRows<[first: number, second: number], number>(2, (first, second) =>
      pushes.intern([...pushes.get(first), ...pushes.get(second)]),
    ),
    /** Another session's push. */
    fromElsewhere: rememberRows<[nth: number, kind: number], number>(2, (nth, kind) =>
      pushes.intern([ownCommit(scope.sessions, nth, scope.kinds[kind]!)]),
    ),
    takes: rememberRows<[shared: number, push: number], SharedChange>(2, (number, push) =>
      changed(number, flush(core, shareds.get(number), pushes.get(push))),
    ),

    moreMadeElsewhere: byShared((shared) => silently({ ...shared, madeElsewhere: shared.madeElsewhere + 1 })),
    moreHandovers: byShared((shared) => silently({ ...shared, handovers: shared.handovers + 1 })),
    handOver: byShared((shared) => handOver(core, shared)),

    told: rememberRows<[session: number, message: number], number>(2, (session, message) =>
      sessions.intern(hears(sessions.get(session), messages.get(message))),
    ),
    withoutPushes: rememberRows<[session: number, count: number], number>(2, (number, count) =>
      sessions.intern(withoutPushes(sessions.get(number), count)),
    ),
    bereft: ofSession(bereft),
    withoutPort: ofSession(withoutPort),
    joins: rememberRows<[leader: number, at: number, session: number, asBytes: number], number>(
      4,
      (leader, at, number, asBytes) =>
        sessions.intern(joins(core, sessions.get(number), at, leaders.get(leader), asBytes === 1)),
    ),
  }
}

export type Moves = ReturnType<typeof createMoves>
