import { infiniteQueryOptions, type QueryClient, type QueryKey, queryOptions } from '@tanstack/react-query'
import { keyOfQuery, LeaderQueryRefused, type Query, queryLeader, type Store, StoreClosed, share } from '../../index.ts'
import { isWatched, watchPage } from './watches.ts'

/**
 * A query on the leader's tables, for TanStack Query: for `useQuery`, `useSuspenseQuery`, `queryClient.prefetchQuery` and so
 * on. It is read once, and again when a commit of anybody has met what it reads; what is in the cache and not mounted is then
 * out of date. It is known by its SQL, its bindings and the storeId.
 */
export function leaderQueryOptions<Row>(store: Store, query: Query<Row>) {
  const key = keyOfQuery(query)
  return queryOptions<readonly Row[], Error, readonly Row[], LeaderQueryKey>({
    ...common(store),
    queryKey: ['headwater', store.storeId, key],
    queryFn: (context) => read(store, query, key, context),
  })
}

type LeaderQueryKey = readonly ['headwater', storeId: string, query: string, kind?: 'pages']

export type LeaderPages<Row, Page> = {
  /** The query of one page. */
  readonly query: (page: Page) => Query<Row>
  readonly initialPageParam: Page
  /** Undefined after the last page. */
  readonly getNextPageParam: (last: readonly Row[], pages: readonly (readonly Row[])[], page: Page) => Page | undefined
  readonly getPreviousPageParam?: (
    first: readonly Row[],
    pages: readonly (readonly Row[])[],
    page: Page,
  ) => Page | undefined
  /** Kept at most; others are read again when they are asked for. */
  readonly maxPages?: number
}

/**
 * The same a page at a time, for `useInfiniteQuery`. It is known by the SQL and the bindings of its first page.
 *
 * ```ts
 * useInfiniteQuery(leaderInfiniteQueryOptions(store, {
 *   query: (after) => select().from(notes).where(gt(notes.id, after)).orderBy(notes.id).limit(50),
 *   initialPageParam: '',
 *   getNextPageParam: (rows) => rows.at(49)?.id,
 * }))
 * ```
 */
export function leaderInfiniteQueryOptions<Row, Page>(store: Store, pages: LeaderPages<Row, Page>) {
  const { query, getNextPageParam, getPreviousPageParam, ...rest } = pages
  return infiniteQueryOptions<readonly Row[], Error, InfiniteRows<Row, Page>, LeaderQueryKey, Page>({
    ...common(store),
    ...rest,
    getNextPageParam,
    ...(getPreviousPageParam ? { getPreviousPageParam } : {}),
    queryKey: ['headwater', store.storeId, keyOfQuery(query(pages.initialPageParam)), 'pages'],
    queryFn(context) {
      const page = query(context.pageParam as Page)
      return read(store, page, keyOfQuery(page), context)
    },
  })
}

type InfiniteRows<Row, Page> = { readonly pages: (readonly Row[])[]; readonly pageParams: Page[] }

type Context = { readonly client: QueryClient; readonly queryKey: QueryKey; readonly signal: AbortSignal }

async function read<Row>(store: Store, query: Query<Row>, page: string, { client, queryKey, signal }: Context) {
  const watch = watchPage(client, queryKey, page, store)
  const { onInvalidated } = watch
  const rows = await queryLeader(store, query, { signal: AbortSignal.any([signal, watch.signal]), onInvalidated })
  watch.keep()
  return rows
}

/** Members of any leader query. */
const common = (store: Store) => ({
  // The leader is in this browser: there is nothing to wait for while it is offline.
  networkMode: 'always' as const,
  // Up to date until the leader says otherwise. What came into the cache in another way, nobody will tell of.
  // biome-ignore lint/suspicious/noExplicitAny: of any data
  staleTime: (query: any) => (isWatched(query, store) ? Number.POSITIVE_INFINITY : 0),
  structuralSharing: share as (before: unknown, next: unknown) => unknown,
  retry: (failures: number, error: Error) =>
    failures < 3 && !(error instanceof LeaderQueryRefused) && !(error instanceof StoreClosed),
})
