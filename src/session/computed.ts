import type { Query } from '../schema/query.ts'

/** Gives the rows of a query, or the value of a signal or of something computed. */
export type Get = {
  <Row>(query: Query<Row>): readonly Row[]
  <Value>(reactive: Reactive<Value>): Value
}

/** What can be read and watched like a query, and has one value instead of rows. */
export type Reactive<Value> = Computed<Value> | Signal<Value>

/** A pure function of queries, signals and of others of its kind. */
export type Computed<Value> = { readonly kind: 'computed'; readonly compute: (get: Get) => Value }

/** A value of this tab: not stored, and no event. What reads it in any store hears of it with the commits of the same task. */
export type Signal<Value> = {
  readonly kind: 'signal'
  get(): Value
  set(value: Value): void
  update(change: (before: Value) => Value): void
  /** Calls back at every other value, at once. Returns the way to stop. */
  subscribe(listener: () => void): () => void
}

/**
 * Something that follows from queries and signals. What it reads is what it asks `get` for, so there is no list of
 * dependencies. It is computed again only when one of these is another, once for all that watch it, and after them; where
 * the result is equal, it is the same object, and nobody hears of it.
 *
 * ```ts
 * const progress = computed((get) => get(completed).length / get(all).length)
 * useQuery(progress)
 * ```
 *
 * Made within a component it is another one at every render, and is computed at every render.
 */
export function computed<Value>(compute: (get: Get) => Value): Computed<Value> {
  return { kind: 'computed', compute }
}

export function signal<Value>(initial: Value): Signal<Value> {
  const listeners = new Set<() => void>()
  let value = initial
  const set = (next: Value) => {
    if (Object.is(value, next)) return
    value = next
    for (const listener of [...listeners]) listener()
  }
  return {
    kind: 'signal',
    get: () => value,
    set,
    update: (change) => set(change(value)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

export function isReactive(what: object): what is Reactive<unknown> {
  return 'kind' in what && (what.kind === 'computed' || what.kind === 'signal')
}
