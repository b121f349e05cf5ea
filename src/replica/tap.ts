import type { Tier, Trace, Tracer, WroteRows } from '../trace.ts'
import type { Env } from './env.ts'
import {
  after,
  beadsOf,
  causeTold,
  isOfLeader,
  type QueryRuns,
  rowsOf,
  type Told,
  type ToldCause,
  toldOf,
} from './inspection.ts'

/** What is heard is told together, this often, milliseconds. */
const tellEvery = 50
/** More than this in a second is told as numbers. */
const mostPerSecond = 200
/** And so many at once: a burst of commits is over before its single steps could be looked at, and telling them would delay it. */
const mostAtOnce = 32
const mostSamples = 32
/** To tell an order of so many commits takes as much as another trace. */
const commitsPerCost = 500

/** However much happens: so many rebases of a moment are told whole, and so many steps are looked through for beads. */
const mostRebases = 8
const mostSteps = 24

/** So many of the commits of a moment are told with the rows that they wrote. */
const mostWrote = 64
const mostCauses = 8

type Heard = Exclude<Trace, { readonly type: 'queried' | 'wrote' }>
type Stepped = Extract<Trace, { readonly type: 'committed' | 'advanced' | 'rebased' }>
type Runs = {
  runs: number
  wasted: number
  rows: number
  label: string | undefined
  params: readonly unknown[]
  readonly ms: number[]
  readonly causes: ToldCause[]
}
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
  let queries = new Map<string, Runs>()
  let many = new Map<Tier, Counted>()
  let wrote: WroteRows[] = []
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
    if (wrote.length > 0) told.push({ about: 'rows', at: env.now(), commits: wrote.map(rowsOf) })
    if (queries.size > 0) {
      const runs: QueryRuns[] = [...queries].map(([sql, run]) => ({ sql, ...run, params: run.params.map(plain) }))
      told.push({ about: 'queries', at: env.now(), runs })
    }
    heard = []
    many = new Map()
    queries = new Map()
    wrote = []
    rebases = 0
    tell(told)
  }

  const hearQuery = ({
    sql,
    rows,
    ms,
    changed,
    params,
    label,
    cause,
  }: Extract<Trace, { readonly type: 'queried' }>) => {
    const run = queries.get(sql) ?? { runs: 0, wasted: 0, rows: 0, label, params, ms: [], causes: [] }
    run.runs += 1
    if (!changed) run.wasted += 1
    run.rows = rows
    run.params = params
    run.label ??= label
    if (run.ms.length < mostSamples) run.ms.push(ms)
    if (cause && run.causes.length < mostCauses) run.causes.push(causeTold(cause, changed))
    queries.set(sql, run)
  }

  const hear: Tracer = (trace) => {
    cancel ??= env.after(tellEvery, flush)
    if (trace.type === 'queried') return hearQuery(trace)
    if (trace.type === 'wrote') {
      if (wrote.length < mostWrote) wrote.push(...trace.commits.slice(0, mostWrote - wrote.length))
      return
    }
    const now = env.now()
    const isTold = many.size === 0 && heard.length < mostAtOnce && mayTell(trace, now)
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

/** What JSON can say of a parameter. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  return typeof value === 'string' && value.length > 200 ? `${value.slice(0, 200)}…` : value
}
