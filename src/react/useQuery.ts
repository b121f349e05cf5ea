import { useMemo, useState, useSyncExternalStore } from 'react'
import {
  type Computed,
  type Get,
  type Live,
  type Query,
  type Reactive,
  type Seed,
  type Signal,
  type Store,
  share,
} from '../index.ts'
import { useAround } from './useStore.ts'

export type UseQueryOptions<Value = unknown, First extends boolean = boolean, Selected = unknown> = {
  /** Another store than the one around. */
  readonly store?: Store | undefined
  /** The first row, or undefined where there is none, in the place of all. */
  readonly first?: First
  /** What of the answer the component shows: it renders only when that is another. */
  readonly select?: (value: Value) => Selected
  /** What devtools call the query: the component that shows it, say. */
  readonly label?: string | undefined
}

type Falsy = undefined | null | false | 0 | ''

/** What can be asked for: a Drizzle select or `sql`, something `computed`, a `signal`, or nothing. */
// biome-ignore lint/suspicious/noExplicitAny: of any rows
type QueryOrComputedOrSignal = Query<any> | Reactive<any> | Falsy

/** The answer to what is asked for. */
type Answer<What, First extends boolean> = What extends Computed<infer Value> | Signal<infer Value>
  ? Value
  : What extends Query<infer Row>
    ? First extends true
      ? Row | undefined
      : readonly Row[]
    : never

/**
 * `Selected`, without being inferred from what the answer is assigned to, which would be believed. (Of a union with undefined,
 * TypeScript 7's `NoInfer` hands on only the rest where the answer is an argument.)
 */
export type Settled<Selected> = [Selected][Selected extends unknown ? 0 : never]

/**
 * The rows of a query, now and after every change: the same array until they change, and the same object for a row that did
 * not. A query is its SQL and bindings, so it may be built anew at every render. Something `computed`, and a `signal`, is
 * asked for in the same way.
 *
 * With a falsy query nothing is read, and the answer is undefined. On a server, and while its page is hydrated, a query has
 * the rows that the provider's `seed` holds for it, or none.
 */
export function useQuery<
  What extends QueryOrComputedOrSignal,
  First extends boolean = false,
  Selected = Answer<What, First>,
>(
  what: What,
  options?: UseQueryOptions<Answer<What, First>, First, Selected>,
): Settled<Selected> | (What extends Falsy ? undefined : never)
export function useQuery(
  what: Query<unknown> | Reactive<unknown> | Falsy,
  { store: given, first = false, select, label }: UseQueryOptions<never> = {},
): unknown {
  const { store, seed } = useAround(given)
  const [last] = useState(noSelection)
  const view = useMemo(() => {
    if (!what) return undefined
    const whole = viewOf(store, seed, what, label)
    return first ? selection(whole, firstRow) : whole
  }, [store, seed, what, first, label])
  const shown = useMemo(() => view && (select ? selection(view, select, last) : view), [view, select, last])
  return useSyncExternalStore(shown?.subscribe ?? idle, shown?.get ?? nothing, shown?.onServer ?? nothing)
}

/** Something live, and what a server renders of it. */
type View = Live<unknown> & { onServer(): unknown }

function viewOf(
  store: Store,
  seed: Seed | undefined,
  what: Query<unknown> | Reactive<unknown>,
  label: string | undefined,
): View {
  const { get, subscribe }: Live<unknown> = store.live(what as Query<unknown>, { label })
  let value: { readonly onServer: unknown } | undefined
  const read = (asked: Query<unknown> | Reactive<unknown>): unknown => {
    if (!('kind' in asked)) return seed?.rows(asked) ?? none
    return asked.kind === 'signal' ? asked.get() : asked.compute(read as Get)
  }
  const onServer = () => {
    value ??= { onServer: read(what) }
    return value.onServer
  }
  return { get, subscribe, onServer }
}

type Select = (value: never) => unknown

/** What was selected last, by whichever function: an equal selection is the same object. */
type Last = { selected: unknown }

const noSelection = (): Last => ({ selected: undefined })

function selection({ get, subscribe, onServer }: View, select: Select, last = noSelection()): View {
  let from: unknown
  let selected: { readonly value: unknown } | undefined
  const selectFrom = (value: unknown) => {
    if (selected && Object.is(value, from)) return selected.value
    last.selected = share(last.selected, select(value as never))
    from = value
    selected = { value: last.selected }
    return selected.value
  }
  return { subscribe, get: () => selectFrom(get()), onServer: () => selectFrom(onServer()) }
}

const firstRow = (rows: readonly unknown[]) => rows[0]

const none: readonly never[] = []
const nothing = () => undefined
const idle = () => () => undefined
