import { useCallback, useMemo, useState } from 'react'
import type { Query, Store } from '../index.ts'
import { useQuery } from './useQuery.ts'

export type InfiniteQuery<Row> = {
  /** Those of the pages so far; kept up to date like those of `useQuery`. */
  readonly rows: readonly Row[]
  readonly hasMore: boolean
  /** Shows one page more: the same function at every render. */
  readonly loadMore: () => void
}

/**
 * A long list, from its beginning, a page more at a time.
 *
 * ```ts
 * const { rows, hasMore, loadMore } = useInfiniteQuery((limit) => select().from(todos).orderBy(todos.id).limit(limit))
 * ```
 */
export function useInfiniteQuery<Row>(
  /** The query of the first `limit` rows. */
  first: (limit: number) => Query<Row>,
  { pageSize = 50, store }: { readonly pageSize?: number; readonly store?: Store | undefined } = {},
): InfiniteQuery<Row> {
  const [pages, setPages] = useState(1)
  const limit = pages * pageSize
  // One more than is shown tells whether there are more.
  const found: readonly Row[] = useQuery(first(limit + 1), { store })
  const hasMore = found.length > limit
  const loadMore = useCallback(() => setPages((before) => before + 1), [])
  const rows = useMemo(() => (hasMore ? found.slice(0, limit) : found), [found, hasMore, limit])
  return { rows, hasMore, loadMore }
}
