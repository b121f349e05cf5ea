// A schema of another version: the state is made again from the log.
import { median, type Result } from './result.ts'
import { call, withTodos } from './todos.ts'

const runs = 5
const events = 100_000

export default async function rebuild(): Promise<Result[]> {
  const rates: number[] = []
  await withTodos(async ({ append, open, load }) => {
    await append(0, events)
    const tab = await open()
    await call(tab, 'confirmed', events)
    for (let run = 1; run <= runs; run++) {
      await tab.goto('about:blank')
      await new Promise((resolve) => setTimeout(resolve, 500))
      await load(tab, { version: String(run + 1) })
      rates.push(await call(tab, 'rebuildRate'))
      console.error(`rebuild: run ${run} of ${runs}`)
    }
  })
  return [median('rebuild.rate', 'events/s', rates, 50_000)]
}
