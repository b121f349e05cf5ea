/**
 * The states of clients that occur, as numbers, and what may happen in each.
 *
 * ```
 * row of a client = [shared, session, session]   numbers too: there are few parts, and many ways to put them together
 * ```
 *
 * Clients that differ only in which session is which have the same number.
 */
import type { Core } from './core.ts'
import { feedOf, type View } from './link.ts'
import { type Budget, budgets, type Client, firstSession, firstShared, type Scope } from './model.ts'
import { createMoves, Failed } from './moves.ts'
import { permutations, remember, rememberRows } from './parts.ts'
import {
  checkAgainstBackend,
  checkConfirmed,
  checkQuietLeader,
  checkQuietSession,
  isLinkQuiet,
  isSessionQuiet,
} from './rules.ts'
import { createSteps, type Row, type Take } from './steps.ts'
import { createColumn, createRows } from './tuples.ts'

/** Steps of a client as numbers, from `from` up to `until`. */
export type Range = { readonly from: number; readonly until: number }

export function createClients(core: Core, scope: Scope, viewOf: (view: number) => View) {
  const orders = permutations(scope.sessions)
  const everyone = orders[0]!
  const width = scope.sessions + 1
  const moves = createMoves(core, scope, orders, viewOf)
  /** Clients by what they are under the order that gives the least. */
  const keys = createRows(width)
  /** The first of those that are alike. */
  const rows = createColumn()
  const used = createColumn()
  const least = new Int32Array(width)
  const key = new Int32Array(width)

  const writeKey = (row: Row, order: number) => {
    key[0] = moves.shareds.code(row[0]!, order)
    for (let at = 1; at < width; at++) key[at] = moves.sessions.code(row[orders[order]![at - 1]! + 1]!, order)
  }

  const isLess = () => {
    let at = 0
    while (at < width && key[at] === least[at]) at++
    return at < width && key[at]! < least[at]!
  }

  const checkedLog = rememberRows<[session: number, leader: number], true>(2, (session, leader) => {
    checkConfirmed(moves.sessions.get(session).log, moves.leader(leader).log)
    return true
  })

  const intern = (row: Row): number => {
    writeKey(row, 0)
    least.set(key)
    for (let order = 1; order < orders.length; order++) {
      writeKey(row, order)
      if (isLess()) least.set(key)
    }
    const known = keys.find(least)
    if (known >= 0) return known
    const leader = moves.leaderOf(row[0]!)
    for (let at = 1; at < width; at++) checkedLog(row[at]!, leader)
    for (const part of row) rows.push(part)
    for (const budget of budgets) used.push(usedBy(clientOf(row), budget))
    return keys.add(least)
  }

  const clientOf = (row: Row): Client => ({
    shared: moves.shareds.get(row[0]!),
    sessions: everyone.map((at) => moves.sessions.get(row[at + 1]!)),
  })

  const read = (number: number, into: Row) => {
    for (let at = 0; at < width; at++) into[at] = rows.at(number * width + at)
  }

  const { commits, inside, outside } = createSteps(moves, scope, everyone)

  // Steps that were computed: where they lead, what they use up, and what they store.
  const tos = createColumn()
  const uses: (Budget | undefined)[] = []
  const stores: (readonly number[])[] = []
  const row = new Int32Array(width)

  const rangeOf = (number: number, steps: (row: Row, take: Take) => void): Range => {
    const from = tos.length
    read(number, row)
    steps(row, (what, next, used, stored) => {
      try {
        tos.push(intern(next))
      } catch (error) {
        throw new Failed(what, error)
      }
      uses.push(used)
      stores.push(stored)
    })
    return { from, until: tos.length }
  }

  const isLinkQuietIn = rememberRows<[shared: number, view: number], boolean>(2, (number, view) => {
    const shared = moves.shareds.get(number)
    const feed = feedOf(shared, viewOf(view))
    checkAgainstBackend(shared, feed)
    return isLinkQuiet(shared, feed)
  })
  const isQuietSession = remember((session) => isSessionQuiet(moves.sessions.get(session)))

  return {
    intern,
    first: Int32Array.of(moves.shareds.intern(firstShared), ...everyone.map(() => moves.sessions.intern(firstSession))),
    get: clientOf,
    used: (number: number, budget: number) => used.at(number * budgets.length + budget),
    get count() {
      return keys.count
    },
    commits: remember((number) => rangeOf(number, commits)),
    inside: remember((number) => rangeOf(number, inside)),
    outside: rememberRows<[number: number, view: number], Range>(2, (number, view) =>
      rangeOf(number, (row, take) => outside(row, view, take)),
    ),
    to: tos.at,
    uses: (step: number) => uses[step],
    stores: (step: number) => stores[step]!,
    /** Whether nothing is on its way there. Throws where it and the log disagree. */
    isQuiet(number: number, view: number): boolean {
      read(number, row)
      return isLinkQuietIn(row[0]!, view) && row.subarray(1).every(isQuietSession)
    },
    checkQuiet(number: number) {
      read(number, row)
      const { shared, sessions } = clientOf(row)
      checkQuietLeader(shared.leader)
      for (const [at, session] of sessions.entries()) checkQuietSession(session, at, shared.leader)
    },
    /** All that may happen to a client. */
    steps(row: Row, view: number, take: Take) {
      commits(row, take)
      inside(row, take)
      outside(row, view, take)
    },
  }
}

export type Clients = ReturnType<typeof createClients>

function usedBy({ shared, sessions }: Client, budget: Budget): number {
  switch (budget) {
    case 'commits':
      return sessions.reduce((count, { made }) => count + made, shared.madeElsewhere)
    case 'rejections':
      return shared.rejected.length
    default:
      return shared[budget]
  }
}
