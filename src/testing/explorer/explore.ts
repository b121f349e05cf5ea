/**
 * Walks through every state that a small cluster can get into, breadth first, and checks the rules in each. States that differ
 * only in which client or session is which are one. The first broken rule comes with the shortest way to it.
 */
import { createClients, Failed, type Move } from './clients.ts'
import { type Core, core as realCore } from './core.ts'
import { findEndless } from './endless.ts'
import { permutations } from './key.ts'
import { createLogs } from './logs.ts'
import { type Budget, firstClient, type Scope } from './model.ts'
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
  const clients = createClients(core, scope)
  const logs = createLogs(count)
  const orders = permutations(count)
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

  /** Writes the least of all rows that differ only in which client is which. */
  const canonical = (into: Int32Array) => {
    const given = into.slice()
    const sorted = given.slice(1).sort()
    let best: number | undefined
    for (const order of orders) {
      if (!order.every((from, at) => given[from + 1] === sorted[at])) continue
      const log = logs.rename(given[0]!, order)
      if (best === undefined || log < best) best = log
    }
    into[0] = best!
    into.set(sorted, 1)
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

  const left = (budget: Budget) => {
    let used = 0
    for (let at = 1; at <= count; at++) used += clients.used(row[at]!)[budget]
    return scope[budget] - used - (budget === 'commits' ? byOthers(row[0]!) : 0)
  }

  const isAllQuiet = () => {
    let all = true
    for (let at = 1; at <= count; at++) {
      const view = logs.viewOf(row[0]!, at - 1)
      if (!clients.isQuiet(row[at]!, view, logs.view(view))) all = false
    }
    return all
  }

  const follow = (state: number, at: number, { to, uses, stores }: Move): boolean => {
    if (uses && left(uses) <= 0) return false
    next.set(row)
    next[at] = to
    if (stores.length > 0) next[0] = logs.append(row[0]!, at - 1, stores)
    const index = add(state)
    transitions += 1
    if (!uses) targets.push(index)
    return !uses
  }

  /** Whether anything follows by itself, with nothing used up. */
  const expand = (state: number): boolean => {
    let goesOn = false
    const mayCommit = left('commits') > 0
    for (let at = 1; at <= count; at++) {
      if (at > 1 && row[at] === row[at - 1] && isTwin(at)) continue
      const view = logs.viewOf(row[0]!, at - 1)
      if (mayCommit) for (const move of clients.commits(row[at]!)) follow(state, at, move)
      for (const move of clients.inside(row[at]!)) if (follow(state, at, move)) goesOn = true
      for (const move of clients.outside(row[at]!, view, logs.view(view))) if (follow(state, at, move)) goesOn = true
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
      step: error instanceof Failed ? error.step : undefined,
      error,
    })

  next.fill(clients.intern(firstClient(scope.sessions)))
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
