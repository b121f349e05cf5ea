import type { Tier, Trace, Tracer } from '../trace.ts'
import type { Env } from './env.ts'
import { after, beadsOf, isOfLeader, type QueryRuns, type Told, toldOf } from './inspection.ts'

/** What is heard is told together, this often, milliseconds. */
const tellEvery = 50
/** More than this in a second is told as numbers. */
const mostPerSecond = 200
const mostSamples = 32
/** To tell an order of so many commits takes as much as another trace. */
const commitsPerCost = 500

/** However much happens: so many rebases of a moment are told whole, and so many steps are looked through for beads. */
const mostRebases = 8
const mostSteps = 24

type Heard = Exclude<Trace, { readonly type: 'queried' }>
type Stepped = Extract<Trace, { readonly type: 'committed' | 'advanced' | 'rebased' }>
type Counted = {
  readonly since: number
  readonly counts: Record<string, number>
  at: number
  last: Stepped | undefined
  confirmed: number
  readonly steps: Stepped[]
}

/**
 * Tells devtools what is heard, in time and in bounds. Hearing keeps a reference and no more: what a trace refers to never
 * changes, so it is made small later, between tasks.
 */
export function createTap(env: Pick<Env, 'now' | 'after'>, tell: (told: readonly Told[]) => void) {
  let heard: { readonly at: number; readonly trace: Heard }[] = []
  let queries = new Map<string, { runs: number; wasted: number; rows: number; ms: number[] }>()
  let many = new Map<Tier, Counted>()
  let rebases = 0
  let cancel: (() => void) | undefined
  /** How many more may be told one by one; grows with time. */
  let allowed = mostPerSecond
  let allowedAt = env.now()

  const mayTell = (trace: Heard, now: number) => {
    allowed = Math.min(mostPerSecond, allowed + ((now - allowedAt) / 1_000) * mostPerSecond)
    allowedAt = now
    if (allowed < 1) return false
    allowed -= costOf(trace)
    return true
  }

  const count = (trace: Heard, now: number) => {
    const tier = 'tier' in trace ? trace.tier : isOfLeader(trace) ? 'leader' : 'session'
    const counted = many.get(tier) ?? { since: now, counts: {}, at: now, last: undefined, confirmed: 0, steps: [] }
    many.set(tier, counted)
    counted.counts[trace.type] = (counted.counts[trace.type] ?? 0) + 1
    counted.at = now
    if (!isStep(trace)) return
    counted.last = trace
    if (trace.type === 'committed' || trace.merged.confirmed.length === 0) return
    counted.confirmed += trace.merged.confirmed.length
    counted.steps.push(trace)
    if (counted.steps.length > mostSteps) counted.steps.shift()
  }

  const flush = () => {
    cancel = undefined
    const told = heard.map(({ trace, at }) => toldOf(trace, at))
    for (const [tier, { at, since, counts, last, confirmed, steps }] of many) {
      const beads = steps.flatMap((step) => beadsOf(after(step).confirmed))
      const order = last && after(last).order
      const stretch = { count: confirmed, first: [], last: beads.slice(-mostSteps) }
      told.push({ about: 'many', at, tier, since, counts, order, confirmed: stretch })
    }
    if (queries.size > 0) {
      const runs: QueryRuns[] = [...queries].map(([sql, run]) => ({ sql, ...run }))
      told.push({ about: 'queries', at: env.now(), runs })
    }
    heard = []
    many = new Map()
    queries = new Map()
    rebases = 0
    tell(told)
  }

  const hearQuery = ({ sql, rows, ms, changed }: Extract<Trace, { readonly type: 'queried' }>) => {
    const run = queries.get(sql) ?? { runs: 0, wasted: 0, rows: 0, ms: [] }
    run.runs += 1
    if (!changed) run.wasted += 1
    run.rows = rows
    if (run.ms.length < mostSamples) run.ms.push(ms)
    queries.set(sql, run)
  }

  const hear: Tracer = (trace) => {
    cancel ??= env.after(tellEvery, flush)
    if (trace.type === 'queried') return hearQuery(trace)
    const now = env.now()
    const isTold = many.size === 0 && mayTell(trace, now)
    const isKept = trace.type === 'rebased' && ++rebases <= mostRebases
    if (isTold || isKept) heard.push({ at: now, trace })
    if (!isTold) count(trace, now)
  }

  return {
    hear,
    close() {
      cancel?.()
      cancel = undefined
    },
  }
}

function isStep(trace: Heard): trace is Stepped {
  return trace.type === 'committed' || trace.type === 'advanced' || trace.type === 'rebased'
}

function costOf(trace: Heard): number {
  if (!isStep(trace)) return 1
  const { accepted, pending } = trace.type === 'committed' ? trace.sync : trace.merged.sync
  return 1 + (accepted.length + pending.length) / commitsPerCost
}
