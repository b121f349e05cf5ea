import { type QueryClient, skipToken, type UseQueryOptions, type UseQueryResult, useQuery } from '@tanstack/react-query'
import type { Query, Store } from '../../index.ts'
import { useGivenStore } from '../useStore.ts'
import { leaderQueryOptions } from './options.ts'

export type UseLeaderQueryOptions<Row, Selected> = Omit<
  UseQueryOptions<readonly Row[], Error, Selected>,
  'queryKey' | 'queryFn' | 'queryKeyHashFn' | 'staleTime' | 'networkMode' | 'structuralSharing'
> & {
  /** Another store than the one around. */
  readonly store?: Store | undefined
  /** Another client than that of the nearest `<QueryClientProvider>`. */
  readonly queryClient?: QueryClient | undefined
}

type Falsy = undefined | null | false | 0 | ''

/**
 * The rows of a query on the leader's tables, kept up to date: what TanStack's `useQuery` gives for `leaderQueryOptions`. For
 * stores that are larger than a tab should hold; needs a `<QueryClientProvider>`. With a falsy query nothing is read.
 */
export function useLeaderQuery<Row, Selected = readonly Row[]>(
  query: Query<Row> | Falsy,
  { store: given, queryClient, ...options }: UseLeaderQueryOptions<Row, Selected> = {},
): UseQueryResult<Selected, Error> {
  const store = useGivenStore(given)
  const asked = query
    ? leaderQueryOptions(store, query)
    : { queryKey: ['headwater', store.storeId], queryFn: skipToken, enabled: false }
  return useQuery({ ...asked, ...options } as UseQueryOptions<readonly Row[], Error, Selected>, queryClient)
}
