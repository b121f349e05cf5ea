/** Milliseconds to wait before attempt `attempt` (from 1): 0.5 s doubled each time, at most 30 s, with full jitter. */
export function backoff(attempt: number, random: number): number {
  return Math.round(random * Math.min(30_000, 500 * 2 ** Math.min(attempt - 1, 10)))
}
