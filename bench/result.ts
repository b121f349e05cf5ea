/** One measured number, as `npm run bench -- GROUP --json` prints it. `budget` is the one of the design, if it has one. */
export type Result = {
  id: string
  value: number
  unit: string
  min: number
  max: number
  runs: number
  budget?: number
}

/** The median of one value a run, with its spread. */
export function median(id: string, unit: string, samples: number[], budget?: number): Result {
  const sorted = samples.toSorted((a, b) => a - b)
  if (sorted.length === 0) throw new Error(`${id} was never measured`)
  const middle = (sorted[(sorted.length - 1) >> 1]! + sorted[sorted.length >> 1]!) / 2
  const spread = { value: round(middle), unit, min: round(sorted[0]!), max: round(sorted.at(-1)!) }
  return { id, ...spread, runs: sorted.length, ...(budget !== undefined && { budget }) }
}

/** The value that `share` (0.5, 0.95) of the samples do not exceed: what a run gives to `median`. */
export function percentile(samples: number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  if (sorted.length === 0) throw new Error('No samples')
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!
}

/** Three significant digits; all of them before the point. */
function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3))
}
