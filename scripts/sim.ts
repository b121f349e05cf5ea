// npm run sim -- --seeds N [--from S] [--clients 3] [--tabs 2] [--commits 200] [--faults 30] [--jobs 2] [--trace] [--stop]
//
// Runs seeded histories of a whole cluster, with faults, on the real code, and says which promises were broken.
import { setImmediate } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { backendUnderTest } from '../server/testing/under-test.ts'
import { loadSqlite } from '../src/sqlite/wa-sqlite.ts'
import { defaultWorkload } from '../src/testing/simulator/default-workload.ts'
import { defaultProfile, type Profile, planOf, type Step, tell } from '../src/testing/simulator/plan.ts'
import { type Outcome, run } from '../src/testing/simulator/run.ts'
import { shrink } from '../src/testing/simulator/shrink.ts'

type Job = {
  readonly seeds: readonly number[]
  readonly profile: Profile
  readonly trace: boolean
  /** Ends with the first history that breaks a promise, without shortening it. */
  readonly stop: boolean
}
type Report = { readonly seed: number; readonly outcome: Outcome; readonly story?: readonly string[] }

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
      jobs: { type: 'string', default: '2' },
      trace: { type: 'boolean', default: false },
      stop: { type: 'boolean', default: false },
    },
  })
  const [clients, tabs, commits, faults] = [values.clients, values.tabs, values.commits, values.faults].map(Number)
  const profile = { ...defaultProfile, clients, tabs, commits, faults, names: defaultWorkload.names } as Profile
  const from = Number(values.from)
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => from + index)
  const jobs = Math.min(Number(values.jobs), seeds.length)
  const started = performance.now()
  const reports: Report[] = []
  await Promise.all(
    Array.from({ length: jobs }, (_, job) =>
      inWorker(
        { seeds: seeds.filter((_, at) => at % jobs === job), profile, trace: values.trace, stop: values.stop },
        (report) => {
          reports.push(report)
          if (values.stop && report.outcome.broken.length > 0) stop(reports.length)
          if (report.outcome.broken.length > 0) complain(report)
        },
      ),
    ),
  )
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

function stop(after: number): never {
  console.log(`stopped at the ${after}. seed`)
  process.exit(1)
}

async function work({ seeds, profile, trace, stop }: Job) {
  // What nobody catches is a broken promise too, of the code that left it.
  const uncaught: string[] = []
  process.on('unhandledRejection', (error) =>
    uncaught.push(`nobody caught ${error instanceof Error ? error.stack : error}`),
  )
  const sqlite = await loadSqlite()
  const runSteps = async (seed: number, steps: readonly Step[], latencies: readonly number[]): Promise<Outcome> => {
    try {
      return await runOnce(seed, steps, latencies)
    } catch (error) {
      const broken = [`it threw ${error instanceof Error ? error.stack : error}`]
      return { broken, commits: 0, rebases: 0, faults: {}, tasks: 0, ms: 0, fingerprint: '' }
    } finally {
      // A history is one long chain of promises: only here does Node tell of rejections, and storage that died get freed.
      await setImmediate()
    }
  }
  const runOnce = (seed: number, steps: readonly Step[], latencies: readonly number[]) =>
    run({
      server: backendUnderTest,
      seed,
      steps,
      latencies,
      workload: defaultWorkload,
      sqlite,
      ...(trace ? { onTrace: (at, who, told) => console.log(at.toFixed(1), who, JSON.stringify(told)) } : {}),
    })
  for (const seed of seeds) {
    const { steps, latencies } = planOf(seed, profile)
    const ran = await runSteps(seed, steps, latencies)
    const outcome = { ...ran, broken: [...ran.broken, ...uncaught.splice(0)] }
    if (outcome.broken.length === 0 || stop) {
      parentPort?.postMessage({ seed, outcome } satisfies Report)
      continue
    }
    const fails = async (shorter: readonly Step[]) => (await runSteps(seed, shorter, latencies)).broken.length > 0
    const story = (await shrink(steps, fails)).map(tell)
    parentPort?.postMessage({ seed, outcome, story } satisfies Report)
  }
}

function complain({ seed, outcome, story = [] }: Report) {
  console.log(`\nseed ${seed} broke ${outcome.broken.length} promises:`)
  for (const sentence of outcome.broken) console.log(`- ${sentence.slice(0, 2_000)}`)
  console.log(`\nThe shortest history found that still breaks one, of ${story.length} steps:`)
  for (const line of story) console.log(line)
  console.log(`\nRun it again: npm run sim -- --seeds 1 --from ${seed} --trace\n`)
}

function summarize(reports: readonly Report[], seconds: number) {
  const total = (of: (outcome: Outcome) => number) => reports.reduce((sum, { outcome }) => sum + of(outcome), 0)
  const faults: Record<string, number> = {}
  for (const { outcome } of reports) {
    for (const [kind, count] of Object.entries(outcome.faults)) faults[kind] = (faults[kind] ?? 0) + count
  }
  const failed = reports.filter(({ outcome }) => outcome.broken.length > 0).length
  console.log(
    `${reports.length} seeds in ${seconds.toFixed(1)} s, ${((reports.length / seconds) * 60).toFixed(0)} a minute`,
  )
  console.log(
    `${total(({ commits }) => commits)} commits, ${total(({ rebases }) => rebases)} rebases, ${total(({ tasks }) => tasks)} tasks`,
  )
  console.log(
    Object.entries(faults)
      .map(([kind, count]) => `${count} × ${kind}`)
      .join(', '),
  )
  console.log(`${reports.length - failed} passed, ${failed} failed`)
  process.exitCode = failed > 0 ? 1 : 0
}
