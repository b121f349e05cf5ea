import { doubled } from '../replica/doubled.ts'

const wait = { first: 500, most: 30_000 }

/** Milliseconds to wait before attempt `attempt` (from 1): 0.5 s doubled each time, at most 30 s, with full jitter. */
export function backoff(attempt: number, random: number): number {
  return Math.round(random * doubled(wait, attempt - 1))
}
