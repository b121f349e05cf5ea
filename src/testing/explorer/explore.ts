/**
 * Walks through every state that a small cluster can get into, breadth first, and checks the rules in each. States that differ
 * only in which client or session is which are one. The first broken rule comes with the shortest way to it.
 */
import { createClients, type Range } from './clients.ts'
import { type Core, core as realCore } from './core.ts'
import { findEndless } from './endless.ts'
import { createLogs } from './logs.ts'
import { type Budget, budgets, type Scope } from './model.ts'
import { Failed } from './moves.ts'
import { permutations } from './parts.ts'
import { Broken } from './rules.ts'
import { type Story, tellStory } from './story.ts'
import { createColumn, createRows } from './tuples.ts'

export type Explored = {
  readonly states: number
  readonly transitions: number
  /** Steps of the longest of all shortest ways. */
  readonly depth: number
  readonly seconds: number
  /** States in which all is quiet. */
  readonly quiet: number
  /** States of a client by itself. */
  readonly clients: number
  readonly broken?: Story
}

export function explore(scope: Scope, core: Core = realCore): Explored {
  const started = performance.now()
  const { clients: count } = scope
  const orders = permutations(count)
  const logs = createLogs(count, orders)
  const clients = createClients(core, scope, logs.view)
  const rows = createRows(count + 1)
  const parents = createColumn()
  /** Steps that use up nothing: where those of a state begin, and where they lead. */
  const offsets = createColumn()
  const targets = createColumn()
  const row = new Int32Array(count + 1)
  const sizes = new Set(scope.kinds.map(countSynced).filter((size) => size > 0))
  const next = new Int32Array(count + 1)
  let transitions = 0
  let quiet = 0

  const given = new Int32Array(count + 1)

  const isOrderOf = (order: readonly number[], row: Int32Array) => {
    for (let at = 0; at < count; at++) if (given[order[at]! + 1] !== row[at + 1]) return false
    return true
  }

  /** Writes the least of all rows that differ only in which client is which. */
  const canonical = (of: Int32Array) => {
    given.set(of)
    of.subarray(1).sort()
    let best: number | undefined
    for (let at = 0; at < orders.length; at++) {
      if (!isOrderOf(orders[at]!, of)) continue
      const log = logs.rename(given[0]!, at)
      if (best === undefined || log < best) best = log
    }
    of[0] = best!
  }

  const isSorted = (of: Int32Array) => {
    for (let at = 1; at < count; at++) if (of[at]! >= of[at + 1]!) return false
    return true
  }

  const add = (parent: number): number => {
    if (!isSorted(next)) canonical(next)
    const before = rows.count
    const index = rows.add(next)
    if (index === before) parents.push(parent)
    return index
  }

  const byOthers = (log: number) => logs.get(log).filter(({ owner }) => owner === count).length

  /** What the state in `row` has left. */
  const left = (budget: Budget) => {
    let used = budget === 'commits' ? byOthers(row[0]!) : 0
    for (let at = 1; at <= count; at++) used += clients.used(row[at]!, budgets.indexOf(budget))
    return scope[budget] - used
  }

  const isAllQuiet = () => {
    let all = true
    for (let at = 1; at <= count; at++) if (!clients.isQuiet(row[at]!, logs.viewOf(row[0]!, at - 1))) all = false
    return all
  }

  /** The client at `at` does what it can. Gives whether any of it uses up nothing. */
  const follow = (state: number, at: number, { from, until }: Range): boolean => {
    let goesOn = false
    for (let step = from; step < until; step++) {
      const uses = clients.uses(step)
      if (uses && left(uses) <= 0) continue
      next.set(row)
      next[at] = clients.to(step)
      const stores = clients.stores(step)
      if (stores.length > 0) next[0] = logs.append(row[0]!, at - 1, stores)
      const index = add(state)
      transitions += 1
      if (uses) continue
      targets.push(index)
      goesOn = true
    }
    return goesOn
  }

  /** Whether anything follows by itself, with nothing used up. */
  const expand = (state: number): boolean => {
    let goesOn = false
    const mayCommit = left('commits') > 0
    for (let at = 1; at <= count; at++) {
      if (at > 1 && row[at] === row[at - 1] && isTwin(at)) continue
      if (mayCommit) follow(state, at, clients.commits(row[at]!))
      if (follow(state, at, clients.inside(row[at]!))) goesOn = true
      if (follow(state, at, clients.outside(row[at]!, logs.viewOf(row[0]!, at - 1)))) goesOn = true
    }
    if (scope.otherClients && mayCommit) for (const size of sizes) othersStore(state, size)
    return goesOn
  }

  const othersStore = (state: number, size: number) => {
    next.set(row)
    next[0] = logs.append(row[0]!, count, [size])
    add(state)
    transitions += 1
  }

  /** Two clients in the same state, neither of which has anything in the log, do the same. */
  const isTwin = (at: number) => logs.get(row[0]!).every(({ owner }) => owner !== at - 1 && owner !== at - 2)

  const visit = (state: number) => {
    rows.read(state, row)
    offsets.push(targets.length)
    const allQuiet = isAllQuiet()
    if (allQuiet) {
      quiet += 1
      for (let at = 1; at <= count; at++) clients.checkQuiet(row[at]!)
    }
    if (!expand(state) && !allQuiet) throw new Broken('Q2', 'nothing goes on, and somebody still waits')
  }

  const result = (depth: number) => ({
    states: rows.count,
    transitions,
    depth,
    quiet,
    clients: clients.count,
    seconds: (performance.now() - started) / 1000,
  })

  const path = (state: number): number[] => (state < 0 ? [] : [...path(parents.at(state)), state])

  const rowOf = (state: number) => {
    const of = new Int32Array(count + 1)
    rows.read(state, of)
    return of
  }

  const failed = (state: number, error: unknown): Story =>
    tellStory({
      scope,
      clients,
      rows: path(state).map(rowOf),
      canonical: (of) => {
        if (!isSorted(of)) canonical(of)
        return of
      },
      logs,
      what: error instanceof Failed ? error.what : undefined,
      error,
    })

  next.fill(clients.intern(clients.first))
  next[0] = logs.empty
  add(-1)
  let depth = 0
  for (let state = 0, last = 0; state < rows.count; state++) {
    if (state > last) {
      depth += 1
      last = rows.count - 1
    }
    try {
      visit(state)
    } catch (error) {
      return { ...result(depth), broken: failed(state, error) }
    }
  }
  offsets.push(targets.length)
  const endless = findEndless(offsets, targets)
  if (endless === undefined) return result(depth)
  return { ...result(depth), broken: failed(endless, new Broken('Q2', 'from here it can go on for ever')) }
}

function countSynced(kind: string): number {
  return [...kind].filter((letter) => letter === 's').length
}
