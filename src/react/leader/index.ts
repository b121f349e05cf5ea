export { createLeaderHooks, type LeaderHooks } from './create-leader-hooks.ts'
export { type LeaderPages, leaderInfiniteQueryOptions, leaderQueryOptions } from './options.ts'
export { type UseLeaderQueryOptions, useLeaderQuery } from './useLeaderQuery.ts'
