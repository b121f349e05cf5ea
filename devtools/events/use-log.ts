import {
  keepPreviousData,
  type Query,
  useInfiniteQuery,
  useQueries,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import type { LogFilter, LoggedCommit, LogPlace } from '../../src/replica/inspection.ts'
import type { Source } from '../source.ts'

const pageSize = 100
/** What is new is read this often at most, milliseconds. */
const readEvery = 250
/** Pages that nobody looks at are let go. */
const gcTime = 20_000

type Pages = { readonly pages: readonly unknown[] }
/** A search of more pages is not made again by itself. */
const mostRead = 3

/** Commits of the log, newest first: `at(0)` is the newest. */
export type LogView = {
  /** Rows of the list. */
  readonly count: number
  readonly total: number | undefined
  /** The number that a search has come to, where there is more to look through. */
  readonly searchedTo?: number | undefined
  readonly error: Error | null
  /** Undefined while it is being read. */
  at(row: number): LoggedCommit | undefined
  /** There is more to find. */
  more(): void
}

/** Reads again what is shown when `newest` changes, which says how far the log is. */
export function useFresh(source: Source, newest: string) {
  const client = useQueryClient()
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new in the log is read as it comes
  useEffect(() => {
    const queryKey = ['log', source.storeId]
    const predicate = ({ state }: Query) => ((state.data as Partial<Pages>)?.pages?.length ?? 0) <= mostRead
    const timer = setTimeout(() => void client.invalidateQueries({ queryKey, predicate }), readEvery)
    return () => clearTimeout(timer)
  }, [client, source, newest])
}

/** All of the log by place: however long it is, only what is in view is read, and kept. */
export function useRange(source: Source, view: { readonly from: number; readonly to: number }): LogView {
  const key = ['log', source.storeId]
  const length = useQuery({
    queryKey: [...key, 'length'],
    queryFn: () => source.ask({ type: 'commits', from: 0, count: 0 }),
  })
  const total = length.data?.total ?? 0
  const page = (row: number) => Math.floor((total - 1 - row) / pageSize)
  const [last, first] = [page(view.from), page(Math.min(view.to, total) - 1)]
  const numbers = total === 0 ? [] : Array.from({ length: last - first + 1 }, (_, nth) => first + nth)
  const pages = useQueries({
    queries: numbers.map((nth) => ({
      queryKey: [...key, 'page', nth],
      queryFn: () => source.ask({ type: 'commits', from: nth * pageSize, count: pageSize }),
      placeholderData: keepPreviousData,
      gcTime,
    })),
  })
  return {
    count: total,
    total: length.data?.total,
    error: length.error ?? pages.find(({ error }) => error)?.error ?? null,
    at: (row) => pages[page(row) - first]?.data?.commits[(total - 1 - row) % pageSize],
    more: () => undefined,
  }
}

/** What fits a filter, as far as it was looked for. A search goes on by itself until a page is full. */
export function useSearch(source: Source, filter: LogFilter | undefined): LogView {
  const { data, error, hasNextPage, isFetching, fetchNextPage } = useInfiniteQuery({
    queryKey: ['log', source.storeId, 'search', filter],
    queryFn: ({ pageParam }) =>
      source.ask({
        type: 'search',
        limit: pageSize,
        filter: filter ?? {},
        ...(pageParam === undefined ? {} : { before: pageParam }),
      }),
    initialPageParam: undefined as LogPlace | undefined,
    getNextPageParam: ({ next }) => next,
    enabled: filter !== undefined,
    gcTime,
  })
  const pages = data?.pages ?? []
  const found = pages.flatMap(({ commits }) => commits)
  const next = pages.at(-1)?.next
  const more = () => {
    if (hasNextPage && !isFetching) void fetchNextPage()
  }
  return {
    count: found.length,
    total: pages[0]?.total,
    searchedTo: next && 'head' in next ? next.head.global : undefined,
    error,
    at: (row) => found[row],
    more,
  }
}
