// From the first script to the first rows; a first sync; what a tab weighs.
import { median, percentile, type Result } from './result.ts'
import { call, type Todos, withTodos } from './todos.ts'

const runs = 3
const boots = 20

export default async function boot(): Promise<Result[]> {
  return [...(await ofSize('10k', 10_000, 200)), ...(await ofSize('100k', 100_000, 250))]
}

type Run = { syncMs: number; longestTask: number; warm: number[]; second: number[]; memory: number }

async function ofSize(name: string, rows: number, budget: number): Promise<Result[]> {
  const found: Run[] = []
  for (let run = 1; run <= runs; run++) {
    found.push(await withTodos((todos) => measure(todos, rows)))
    console.error(`boot ${name}: run ${run} of ${runs}`)
  }
  const of = (pick: (run: Run) => number) => found.map(pick)
  return [
    median(
      `boot.warm${name}.p50`,
      'ms',
      of(({ warm }) => percentile(warm, 0.5)),
    ),
    median(
      `boot.warm${name}.p95`,
      'ms',
      of(({ warm }) => percentile(warm, 0.95)),
      budget,
    ),
    median(
      `boot.second${name}.p95`,
      'ms',
      of(({ second }) => percentile(second, 0.95)),
      budget,
    ),
    median(
      `boot.sync${name}.rate`,
      'events/s',
      of(({ syncMs }) => (rows / syncMs) * 1_000),
    ),
    median(
      `boot.sync${name}.longest-task`,
      'ms',
      of(({ longestTask }) => longestTask),
      50,
    ),
    median(
      `boot.memory${name}`,
      'MB',
      of(({ memory }) => memory / 1e6),
    ),
  ]
}

async function measure({ append, open, load }: Todos, rows: number): Promise<Run> {
  await append(0, rows)
  const tab = await open()
  const syncMs = await call(tab, 'confirmed', rows)
  const longestTask = await call(tab, 'longestTask')

  const warm: number[] = []
  for (let boot = 0; boot < boots; boot++) {
    await tab.goto('about:blank')
    await new Promise((resolve) => setTimeout(resolve, 300)) // a boot, not a hand-over
    await load(tab)
    warm.push(await call(tab, 'firstQuery'))
  }
  const memory = await call(tab, 'memory')

  const second: number[] = []
  for (let boot = 0; boot < boots; boot++) {
    const other = await open()
    second.push(await call(other, 'firstQuery'))
    await other.close()
  }
  return { syncMs, longestTask, warm, second, memory }
}
