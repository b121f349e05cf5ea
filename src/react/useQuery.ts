import { useMemo, useSyncExternalStore } from 'react'
import type { Query, Store } from '../index.ts'
import { useGivenStore } from './useStore.ts'

export type UseQueryOptions = {
  /** Another store than the one around. */
  readonly store?: Store | undefined
}

type Falsy = undefined | null | false | 0 | ''

/**
 * The rows of a Drizzle select or of `sql`, now and after every change: the same array until they change, and the same
 * object for a row that did not. A query is its SQL and bindings, so it may be built anew at every render.
 *
 * With a falsy query nothing is read, and the answer is undefined. A server renders, and a client hydrates, an empty array.
 */
export function useQuery<Row>(query: Query<Row>, options?: UseQueryOptions): readonly Row[]
export function useQuery<Row>(query: Query<Row> | Falsy, options?: UseQueryOptions): readonly Row[] | undefined
export function useQuery<Row>(query: Query<Row> | Falsy, options: UseQueryOptions = {}): readonly Row[] | undefined {
  const store = useGivenStore(options.store)
  const live = useMemo(() => (query ? store.live(query) : undefined), [store, query])
  return useSyncExternalStore(live?.subscribe ?? idle, live?.get ?? nothing, live ? noRows : nothing)
}

const none: readonly never[] = []
const noRows = () => none
const nothing = () => undefined
const idle = () => () => undefined
