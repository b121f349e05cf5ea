import type { UseQueryResult } from '@tanstack/react-query'
import type { Query, Schema, Store } from '../../index.ts'
import { createHooks, type Hooks } from '../create-hooks.ts'
import { type LeaderPages, leaderInfiniteQueryOptions, leaderQueryOptions } from './options.ts'
import { type UseLeaderQueryOptions, useLeaderQuery } from './useLeaderQuery.ts'

type Defs = Schema['events']

/** Those that read the tab's tables. */
type OfTab = 'useQuery' | 'useInfiniteQuery' | 'useClientDocument'

type OfLeader<Events extends Defs> = {
  useLeaderQuery<Row, Selected = readonly Row[]>(
    query: Query<Row> | undefined | null | false | 0 | '',
    options?: Omit<UseLeaderQueryOptions<Row, Selected>, 'store'> & { readonly store?: Store<Events> | undefined },
  ): UseQueryResult<Selected, Error>
  leaderQueryOptions<Row>(store: Store<Events>, query: Query<Row>): ReturnType<typeof leaderQueryOptions<Row>>
  leaderInfiniteQueryOptions<Row, Page>(
    store: Store<Events>,
    pages: LeaderPages<Row, Page>,
  ): ReturnType<typeof leaderInfiniteQueryOptions<Row, Page>>
}

export type LeaderHooks<Events extends Defs> = Omit<Hooks<Events>, OfTab> & OfLeader<Events>

/**
 * `createHooks` for stores that leave their tables to the leader: with what reads there, and without what reads in the tab.
 *
 * ```ts
 * export const { useStore, useCommit, useLeaderQuery } = createLeaderHooks(schema)
 * ```
 */
export function createLeaderHooks<Events extends Defs>(schema: Schema<Events>): LeaderHooks<Events> {
  const { useQuery, useInfiniteQuery, useClientDocument, ...hooks } = createHooks(schema)
  return { ...hooks, useLeaderQuery, leaderQueryOptions, leaderInfiniteQueryOptions } as LeaderHooks<Events>
}
