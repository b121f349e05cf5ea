/** What may happen in a client: its parts put together anew, as numbers. */
import type { Budget, Scope } from './model.ts'
import { attempt, type Moves, type SharedChange } from './moves.ts'
import type { Order } from './parts.ts'

/** The numbers of a client's parts: that of what its sessions share, then of each session. */
export type Row = Int32Array

/** Called with what happens, and the client after it: a row that is valid until the call returns. */
export type Take = (what: string, after: Row, uses: Budget | undefined, stores: readonly number[]) => void

const none: readonly number[] = []

export function createSteps(moves: Moves, scope: Scope, everyone: Order) {
  const after = new Int32Array(scope.sessions + 1)

  /** `after` is the client whose shared part changed like this. */
  const change = ({ to, says }: SharedChange) => {
    after[0] = to
    for (let at = 0; at < says.length; at++) after[at + 1] = moves.told(after[at + 1]!, says[at]!)
  }

  const ups = (row: Row, at: number) => moves.sessions.get(row[at + 1]!).up.length

  const commits = (row: Row, take: Take) => {
    for (const at of everyone) {
      for (const { what, to, uses } of moves.commits(at, row[at + 1]!)) {
        after.set(row)
        after[at + 1] = to
        take(what, after, uses, none)
      }
    }
    if (scope.otherSessions) for (const kind of scope.kinds.keys()) ofOtherSession(row, kind, take)
  }

  /** The leader takes `push`, and nobody has more that is on its way to it than `after` has. */
  const takes = (what: string, push: number, take: Take, uses?: Budget) => {
    change(attempt(what, () => moves.takes(after[0]!, push)))
    take(what, after, uses, none)
  }

  /** All that is on its way to the leader; undefined where nothing is. */
  const takeAll = (row: Row, from: readonly number[]): number | undefined => {
    let together: number | undefined
    for (const at of from) {
      const count = ups(row, at)
      if (count === 0) continue
      const push = moves.pushed(row[at + 1]!, count)
      together = together === undefined ? push : moves.both(together, push)
      after[at + 1] = moves.withoutPushes(row[at + 1]!, count)
    }
    return together
  }

  /** Another session's commit reaches the leader: alone, or together with what is pushed here, in either order. */
  const ofOtherSession = (row: Row, kind: number, take: Take) => {
    const { madeElsewhere } = moves.shareds.get(row[0]!)
    const theirs = moves.fromElsewhere(madeElsewhere, kind)
    const what = `leader takes a push of another session, ${scope.kinds[kind]}`
    const begin = () => {
      after.set(row)
      after[0] = moves.moreMadeElsewhere(row[0]!).to
    }
    begin()
    takes(what, theirs, take, 'commits')
    for (const first of [true, false]) {
      begin()
      const ours = takeAll(row, everyone)
      if (ours === undefined) return
      const push = first ? moves.both(theirs, ours) : moves.both(ours, theirs)
      takes(`${what}, ${first ? 'then' : 'after'} all others`, push, take, 'commits')
    }
  }

  const inside = (row: Row, take: Take) => {
    for (const at of everyone) ofSession(row, at, take)
    if (everyone.filter((at) => ups(row, at) > 0).length > 1) {
      for (const order of [everyone, everyone.toReversed()]) {
        after.set(row)
        takes(`leader takes all pushes, of sessions ${order}`, takeAll(row, order)!, take)
      }
    }
    if (moves.shareds.get(row[0]!).handovers < scope.handovers) {
      const what = 'another leader opens the log'
      after[0] = attempt(what, () => moves.handOver(row[0]!)).to
      for (const at of everyone) after[at + 1] = moves.bereft(row[at + 1]!)
      take(what, after, 'handovers', none)
    }
  }

  const ofSession = (row: Row, at: number, take: Take) => {
    const number = row[at + 1]!
    const session = moves.sessions.get(number)
    const count = session.up.length
    for (const taken of count > 1 ? [1, count] : [count]) {
      if (taken === 0) break
      after.set(row)
      after[at + 1] = moves.withoutPushes(number, taken)
      const what =
        taken === 1 ? `leader takes a push of session ${at}` : `leader takes all pushes of session ${at} at once`
      takes(what, moves.pushed(number, taken), take)
    }
    if (session.leader === 'joined' && moves.shareds.get(row[0]!).handovers < scope.handovers) {
      after.set(row)
      after[0] = moves.moreHandovers(row[0]!).to
      after[at + 1] = moves.withoutPort(number)
      take(`session ${at} loses its port`, after, 'handovers', none)
    }
    if (session.leader === 'lost') {
      for (const asBytes of [0, 1]) {
        const what = `session ${at} joins, and gets ${asBytes ? 'bytes' : 'what it missed'}`
        after.set(row)
        after[at + 1] = attempt(what, () => moves.joins(moves.leaderOf(row[0]!), at, number, asBytes))
        take(what, after, undefined, none)
      }
    }
    for (const { what, to, uses } of moves.hears(at, number)) {
      after.set(row)
      after[at + 1] = to
      take(what, after, uses, none)
    }
  }

  const outside = (row: Row, view: number, take: Take) => {
    for (const move of moves.link(row[0]!, view)) {
      after.set(row)
      change(move)
      take(move.what, after, move.uses, move.stores)
    }
  }

  return { commits, inside, outside }
}
