// A tab with pending commits, and the backend brings one that comes before them.
import { median, type Result } from './result.ts'
import { call, withTodos } from './todos.ts'

const runs = 7

export default async function rebase(): Promise<Result[]> {
  const small = await ofSize(1_000)
  const large = await ofSize(10_000)
  return [
    median(
      'rebase.tab.1000',
      'ms',
      small.map(({ ms }) => ms),
      20,
    ),
    median(
      'rebase.tab.10000',
      'ms',
      large.map(({ ms }) => ms),
    ),
    median(
      'rebase.tab.10000.longest-task',
      'ms',
      large.map(({ longestTask }) => longestTask),
      50,
    ),
  ]
}

async function ofSize(pending: number) {
  const found: { ms: number; longestTask: number }[] = []
  for (let run = 1; run <= runs; run++) {
    found.push(await measure(pending))
    console.error(`rebase ${pending}: run ${run} of ${runs}`)
  }
  return found
}

function measure(pending: number) {
  return withTodos(async ({ append, open }) => {
    await append(0, 100)
    const tab = await open()
    await call(tab, 'confirmed', 100)
    await call(tab, 'setOnline', false)
    for (let done = 0; done < pending; done += 1_000) await call(tab, 'commit', 1_000 + done, 1_000)
    // The highest id, so that it is shown.
    const arriving = 9_000_000
    await append(arriving, 1)
    await call(tab, 'await', arriving)
    await call(tab, 'setOnline', true)
    const ms = await call(tab, 'arrivalToDom')
    return { ms, longestTask: await call(tab, 'longestTask') }
  })
}
