// The tab that leads goes; how long until another tab's next commit is persisted.
import type { BrowserContext } from '@playwright/test'
import { median, percentile, type Result } from './result.ts'
import { call, type Tab, type Todos, withTodos } from './todos.ts'

const runs = 3
const failovers = 8

type Leave = (context: BrowserContext, tab: Tab) => Promise<void>

export default async function failover(): Promise<Result[]> {
  return [...(await ofKind('orderly', (_, tab) => tab.close(), 100)), ...(await ofKind('crash', crash, 500))]
}

async function crash(context: BrowserContext, tab: Tab) {
  const cdp = await context.newCDPSession(tab)
  const crashed = tab.waitForEvent('crash')
  cdp.send('Page.crash').catch(() => undefined) // nobody is left to answer
  await crashed
  await tab.close()
}

async function ofKind(name: string, leave: Leave, budget: number): Promise<Result[]> {
  const gaps: number[][] = []
  for (let run = 1; run <= runs; run++) {
    gaps.push(await withTodos((todos) => measure(todos, leave)))
    console.error(`failover ${name}: run ${run} of ${runs}`)
  }
  return [
    median(
      `failover.${name}.p50`,
      'ms',
      gaps.map((run) => percentile(run, 0.5)),
    ),
    median(
      `failover.${name}.p95`,
      'ms',
      gaps.map((run) => percentile(run, 0.95)),
      budget,
    ),
  ]
}

/** A row of tabs: the oldest leads and goes, the next one is watched. */
async function measure({ append, open, context }: Todos, leave: Leave): Promise<number[]> {
  await append(0, 1_000)
  let leader = await open()
  await call(leader, 'confirmed', 1_000)
  let next = await open()
  const gaps: number[] = []
  for (let count = 1; count <= failovers; count++) {
    const after = await open() // a third tab, as users have them
    await new Promise((resolve) => setTimeout(resolve, 1_000)) // standbys are warm after this long
    await call(next, 'survive', count * 100_000)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await leave(context, leader)
    await new Promise((resolve) => setTimeout(resolve, 1_500))
    gaps.push(await call(next, 'stopSurviving'))
    leader = next
    next = after
  }
  return gaps
}
