// npm run sim -- --seeds N [--from S] [--clients 3] [--tabs 2] [--commits 200] [--faults 30] [--jobs N] [--trace] [--stop]
//
// `--faults 10`, `--faults crash,stall`, `--faults '60,cut power=3,crash'`: how many, of which kinds, how often each against the others.
//
// Runs seeded histories of a whole cluster, with faults, on the real code, and says which promises were broken.
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createHistories, profile as defaultProfile, type History } from '../server/testing/histories.ts'
import { parseFaults } from '../src/testing/simulator/faults.ts'
import { type Profile, planOf } from '../src/testing/simulator/plan.ts'
import type { Outcome } from '../src/testing/simulator/run.ts'
import { shrink } from '../src/testing/simulator/shrink.ts'
import { type Step, tell } from '../src/testing/simulator/step.ts'
import type { Trace } from '../src/trace.ts'

type Job = {
  readonly seeds: readonly number[]
  /** How many of the seeds were taken, for all threads: each takes the next one when it is done with the last. */
  readonly taken: Int32Array
  readonly profile: Profile
  readonly trace: boolean
  /** Ends with the first history that breaks a promise, without shortening it. */
  readonly stop: boolean
}
type Report = { readonly seed: number; readonly outcome: Outcome; readonly shortest?: History }

/** Of real time, milliseconds: for one history, on a machine that does other things as well. */
const endsWithin = 60_000

if (isMainThread) await main()
else await work(workerData as Job)

async function main() {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '100' },
      from: { type: 'string', default: '1' },
      clients: { type: 'string', default: String(defaultProfile.clients) },
      tabs: { type: 'string', default: String(defaultProfile.tabs) },
      commits: { type: 'string', default: String(defaultProfile.commits) },
      faults: { type: 'string', default: String(defaultProfile.faults) },
      jobs: { type: 'string', default: String(availableParallelism()) },
      trace: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
    },
  })
  const { count: faults = defaultProfile.faults, weights = defaultProfile.weights } = parseFaults(values.faults)
  const [clients, tabs, commits] = [values.clients, values.tabs, values.commits].map(Number)
  const profile = { ...defaultProfile, clients, tabs, commits, faults, weights } as Profile
  const from = Number(values.from)
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index)
  const jobs = Math.min(Number(values.jobs), seeds.length)
  const started = performance.now()
  const reports: Report[] = []
  // With --stop one that turns in a circle for ever has broken a promise as well.
  const watchdog = () => setTimeout(() => stop(reports.length + 1, `it does not end in ${endsWithin} ms`), endsWithin)
  let clock = values.stop ? watchdog() : undefined
  const hear = (report: Report) => {
    clearTimeout(clock)
    reports.push(report)
    const [broken] = report.outcome.broken
    if (values.stop) clock = watchdog()
    if (values.stop && broken) stop(reports.length, broken)
    if (broken) complain(report)
  }
  const { trace, stop: stopping } = values
  const taken = new Int32Array(new SharedArrayBuffer(4))
  const job = { seeds, taken, profile, trace, stop: stopping }
  await Promise.all(Array.from({ length: jobs }, () => inWorker(job, hear)))
  clearTimeout(clock)
  summarize(reports, (performance.now() - started) / 1000)
}

function inWorker(job: Job, hear: (report: Report) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: job })
    worker.on('message', hear)
    worker.once('error', reject)
    worker.once('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`a simulation thread ended with ${code}`)),
    )
  })
}

function stop(after: number, broken: string): never {
  console.log(`stopped at the ${after}. seed: ${broken}`)
  process.exit(1)
}

async function work({ seeds, taken, profile, trace, stop }: Job) {
  const run = await createHistories()
  const take = () => Atomics.add(taken, 0, 1)
  const onTrace = (at: number, who: string, told: Trace) =>
    console.log(at.toFixed(1), who, JSON.stringify(told, withoutOrders))
  for (let at = take(); at < seeds.length; at = take()) {
    const seed = seeds[at]!
    const { clients, steps } = planOf(seed, profile)
    const outcome = await run({ seed, clients, steps, ...(trace ? { onTrace } : {}) })
    if (outcome.broken.length === 0 || stop) {
      parentPort?.postMessage({ seed, outcome } satisfies Report)
      continue
    }
    const fails = async (shorter: readonly Step[]) => (await run({ seed, clients, steps: shorter })).broken.length > 0
    const shortest = { seed, clients, steps: await shrink(steps, fails) }
    parentPort?.postMessage({ seed, outcome, shortest } satisfies Report)
  }
}

/** The orders before and after a step are long, and follow from the steps. */
function withoutOrders(key: string, value: unknown): unknown {
  return key === 'sync' || key === 'before' || key === 'merged' ? undefined : value
}

function complain({ seed, outcome, shortest }: Report) {
  console.log(`\nseed ${seed} broke ${outcome.broken.length} promises:`)
  for (const sentence of outcome.broken) console.log(`- ${sentence.slice(0, 2_000)}`)
  if (shortest) {
    console.log(`\nThe shortest history found that still breaks one, of ${shortest.steps.length} steps:`)
    for (const step of shortest.steps) console.log(tell(step))
    console.log(`\nTo keep it, in server/testing/kept-histories.ts:\n${JSON.stringify(shortest)}`)
  }
  console.log(`\nRun it again: npm run sim -- --seeds 1 --from ${seed} --trace\n`)
}

function summarize(reports: readonly Report[], seconds: number) {
  const outcomes = reports.map(({ outcome }) => outcome)
  const total = (of: (outcome: Outcome) => number) => outcomes.reduce((sum, outcome) => sum + of(outcome), 0)
  const failed = outcomes.filter(({ broken }) => broken.length > 0).length
  const longest = Math.max(0, ...outcomes.map(({ longestWait }) => longestWait))
  const perMinute = ((reports.length / seconds) * 60).toFixed(0)
  console.log(`${reports.length} seeds in ${seconds.toFixed(1)} s, ${perMinute} a minute`)
  console.log(
    `${total(({ commits }) => commits)} commits, ${total(({ rebases }) => rebases)} rebases, ${total(({ tasks }) => tasks)} tasks`,
  )
  console.log(`faults: ${sums(outcomes.map(({ faults }) => faults))}`)
  console.log(`commits that ended otherwise: ${sums(outcomes.map(({ settled }) => settled))}`)
  console.log(`the longest that a connected client waited for any of its commits: ${(longest / 1000).toFixed(1)} s`)
  console.log(`${reports.length - failed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}

/** How many there were of each kind, in words. */
function sums(counts: readonly Readonly<Record<string, number>>[]): string {
  const total: Record<string, number> = {}
  for (const [kind, count] of counts.flatMap(Object.entries)) total[kind] = (total[kind] ?? 0) + count
  return Object.entries(total)
    .map(([kind, count]) => `${count} × ${kind}`)
    .join(', ')
}
