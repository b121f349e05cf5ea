import type { Query } from '../schema/query.ts'
import { type Computed, type Get, isReactive, type Reactive, type Signal } from './computed.ts'
import { share } from './equal.ts'

/** A value now, and after every change. */
export type Live<Value> = {
  /** The same value until it changes; what did not change in it keeps its identity. */
  get(): Value
  /** Calls back after a change. Returns the way to stop. */
  subscribe(listener: () => void): () => void
}

/** How something failed, in the place of its value. */
export class Failure {
  readonly error: unknown

  constructor(error: unknown) {
    this.error = error
  }
}

export type Source = {
  /** What it is now, brought up to date: the same until it changes. */
  outcome(): unknown
  subscribe(listener: () => void): () => void
  follow(dependent: Node): () => void
}

/** Something that is read and watched: a query, a signal, what is computed. */
export type Node = Source & {
  readonly isWatched: boolean
  /** Whether it is another than when this was last asked. */
  isNews(): boolean
  /** Calls the listeners that do not know it as it is now. */
  notify(): void
  /** What is computed from it and is watched itself. */
  readonly dependents: ReadonlySet<Node>
}

type NodeOptions = {
  outcome(): unknown
  /** Somebody watches, or nobody does any more. */
  onWatched(isWatched: boolean): void
}

export function createNode({ outcome: bringUpToDate, onWatched }: NodeOptions): Node {
  /** Each with what it knows. */
  const listeners = new Map<() => void, unknown>()
  const dependents = new Set<Node>()
  let told: unknown
  /** Between two tellings somebody saw what nobody else was told: it is news even where it is as it was told again. */
  let wasSeenOtherwise = false
  const isWatched = () => listeners.size > 0 || dependents.size > 0

  const outcome = () => {
    const now = bringUpToDate()
    wasSeenOtherwise ||= now !== told
    return now
  }

  const settle = () => {
    told = bringUpToDate()
    wasSeenOtherwise = false
    return told
  }

  /** What it is for a new watcher. */
  const current = () => {
    if (isWatched()) return outcome()
    onWatched(true)
    return settle()
  }

  const leave = (isGone: boolean) => {
    if (isGone && !isWatched()) onWatched(false)
  }

  return {
    outcome,
    get isWatched() {
      return isWatched()
    },
    isNews() {
      const before = told
      const wasSeen = wasSeenOtherwise
      return settle() !== before || wasSeen
    },
    notify() {
      const now = outcome()
      for (const [listener, known] of listeners) {
        if (known === now) continue
        listeners.set(listener, now)
        call(listener)
      }
    },
    dependents,
    subscribe(listener) {
      listeners.set(listener, current())
      return () => leave(listeners.delete(listener))
    },
    follow(dependent) {
      current()
      dependents.add(dependent)
      return () => leave(dependents.delete(dependent))
    },
  }
}

/**
 * Brings all that follows from `nodes` up to date, and only then calls who listens: nobody sees one thing of before beside
 * another of after. What depends on a node asks that node first, so the order is right by itself.
 */
export function tell(nodes: Iterable<Node>) {
  const changed = [...nodes].filter((node) => node.isNews())
  for (const { dependents } of changed) {
    for (const dependent of dependents) if (dependent.isNews()) changed.push(dependent)
  }
  for (const node of changed) node.notify()
}

/** One that throws keeps nobody from hearing. */
function call(listener: () => void) {
  try {
    listener()
  } catch (error) {
    reportError(error)
  }
}

export function liveOf(source: Source): Live<unknown> {
  return { get: () => unwrap(source.outcome()), subscribe: source.subscribe }
}

function unwrap(outcome: unknown): unknown {
  if (outcome instanceof Failure) throw outcome.error
  return outcome
}

type Readable = Query<unknown> | Reactive<unknown>

type Options = {
  readonly sourceOfQuery: (query: Query<unknown>) => Source
  /** A signal that is watched here was set. */
  readonly onSignal: (node: Node) => void
}

/** The signals and computed values of one store. The same one is the same object. */
export function createReactives({ sourceOfQuery, onSignal }: Options): (reactive: Reactive<unknown>) => Live<unknown> {
  const known = new WeakMap<Reactive<unknown>, { readonly node: Node; readonly live: Live<unknown> }>()

  const sourceOf = (what: Readable): Source => (isReactive(what) ? find(what).node : sourceOfQuery(what))

  const find = (reactive: Reactive<unknown>) => {
    const before = known.get(reactive)
    if (before) return before
    const node =
      reactive.kind === 'signal' ? createSignalNode(reactive, onSignal) : createComputedNode(reactive, sourceOf)
    const found = { node, live: liveOf(node) }
    known.set(reactive, found)
    return found
  }

  return (reactive) => find(reactive).live
}

function createSignalNode(signal: Signal<unknown>, onSignal: (node: Node) => void): Node {
  let stop: (() => void) | undefined
  const node = createNode({
    outcome: signal.get,
    onWatched(isWatched) {
      stop?.()
      stop = isWatched ? signal.subscribe(() => onSignal(node)) : undefined
    },
  })
  return node
}

function createComputedNode({ compute }: Computed<unknown>, sourceOf: (what: Readable) => Source): Node {
  /** What was read the last time, and what it was then. */
  let sources: Map<Source, unknown> | undefined
  /** Those that this one follows, while it is watched itself. */
  let followed = new Map<Source, () => void>()
  let value: unknown
  let failure: Failure | undefined
  let isComputing = false

  const isCurrent = () => sources !== undefined && [...sources].every(([source, seen]) => source.outcome() === seen)

  const reader = (seen: Map<Source, unknown>): Get => {
    const get = (what: Readable) => {
      const source = sourceOf(what)
      const outcome = source.outcome()
      seen.set(source, outcome)
      return unwrap(outcome)
    }
    return get as Get
  }

  const run = () => {
    const seen = new Map<Source, unknown>()
    isComputing = true
    try {
      value = share(value, compute(reader(seen)))
      failure = undefined
    } catch (error) {
      failure = new Failure(error)
    } finally {
      isComputing = false
    }
    sources = seen
    if (node.isWatched) followSources()
  }

  const followSources = () => {
    const next = new Map<Source, () => void>()
    for (const source of sources?.keys() ?? []) next.set(source, followed.get(source) ?? source.follow(node))
    for (const [source, stop] of followed) if (!next.has(source)) stop()
    followed = next
  }

  const outcome = () => {
    if (isComputing) throw new Error('headwater: a computed value asks for itself; it can follow only from others')
    if (!isCurrent()) run()
    return failure ?? value
  }

  const node = createNode({
    outcome,
    onWatched(isWatched) {
      if (isWatched) {
        outcome()
        followSources()
      } else {
        for (const stop of followed.values()) stop()
        followed = new Map()
      }
    },
  })
  return node
}
