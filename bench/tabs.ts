// A commit in one tab, and when another tab shows it.
import { median, percentile, type Result } from './result.ts'
import { call, withTodos } from './todos.ts'

const runs = 5
const commits = 100

export default async function tabs(): Promise<Result[]> {
  const times: number[][] = []
  for (let run = 1; run <= runs; run++) {
    times.push(await measure())
    console.error(`tabs: run ${run} of ${runs}`)
  }
  return [
    median(
      'tabs.p50',
      'ms',
      times.map((run) => percentile(run, 0.5)),
    ),
    median(
      'tabs.p95',
      'ms',
      times.map((run) => percentile(run, 0.95)),
      12,
    ),
  ]
}

/** Both directions: into the tab that leads, and into the other. */
function measure(): Promise<number[]> {
  return withTodos(async ({ append, open }) => {
    await append(0, 200)
    const leader = await open()
    await call(leader, 'confirmed', 200)
    const other = await open()
    const found: number[] = []
    for (let number = 1_000; number < 1_010 + commits; number++) {
      const [from, to] = number % 2 === 0 ? [leader, other] : [other, leader]
      await call(to, 'await', number)
      const at = await call(from, 'commitAt', number)
      const ms = (await call(to, 'shown')) - at
      if (number >= 1_010) found.push(ms)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    return found
  })
}
