import type { QueryStats } from '../model.ts'

export type Stats = Omit<QueryStats, 'ms'> & { readonly p50: number; readonly p95: number }

/** The queries with their quantiles, those first that took most time in all. */
export function statsOf(queries: readonly QueryStats[]): Stats[] {
  const stats = queries.map(({ ms, ...query }) => {
    const sorted = [...ms].sort((a, b) => a - b)
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
    return { ...query, p50: at(0.5), p95: at(0.95) }
  })
  return stats.sort((a, b) => b.p50 * b.runs - a.p50 * a.runs)
}
