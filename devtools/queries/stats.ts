import type { QueryStats } from '../model.ts'
import type { ToldCause } from '../protocol.ts'

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

export type CauseStats = {
  /** The table, and what of it. */
  readonly what: string
  /** Of the last commit that was such a cause. */
  readonly rows: readonly string[]
  readonly commitId: string
  readonly runs: number
  readonly wasted: number
}

/** Why a query ran again, the last cause first. */
export function causesOf(causes: readonly ToldCause[]): CauseStats[] {
  const found = new Map<string, CauseStats>()
  for (const { table, columns, rows, commitId, wasted } of causes) {
    const what = columns === '*' ? `${table}: rows came or went` : `${table}.${columns.join(', ')}`
    const before = found.get(what) ?? { what, rows, commitId, runs: 0, wasted: 0 }
    found.set(what, { ...before, runs: before.runs + 1, wasted: before.wasted + (wasted ? 1 : 0) })
  }
  return [...found.values()]
}
