// What the panel costs the tab whose commits it shows.
import { inBrowser } from './browser.ts'
import type { DevtoolsRun } from './pages/devtools/main.ts'
import { median, percentile, type Result } from './result.ts'

export default async function devtools(): Promise<Result[]> {
  const runs = await inBrowser<DevtoolsRun>('devtools')
  const p50 = (which: keyof DevtoolsRun) => runs.map((run) => percentile(run[which], 0.5))
  const [closed, open] = [p50('closed'), p50('open')]
  return [
    median('devtools.commit.closed.p50', 'µs', closed),
    median('devtools.commit.open.p50', 'µs', open),
    median(
      'devtools.commit.ratio',
      '×',
      open.map((value, at) => value / closed[at]!),
      1.2,
    ),
  ]
}
