// What the panel costs the tab whose commits it shows.
import { inBrowser } from './browser.ts'
import type { DevtoolsRun } from './pages/devtools/main.ts'
import { median, percentile, type Result } from './result.ts'

export default async function devtools(): Promise<Result[]> {
  const runs = await inBrowser<DevtoolsRun>('devtools')
  const p50 = (which: 'closed' | 'open') => runs.map((run) => percentile(run[which], 0.5))
  const [closed, open] = [p50('closed'), p50('open')]
  const burst = (which: 'closed' | 'open', what: 'commits' | 'persisted') =>
    runs.map(({ bursts }) =>
      percentile(
        bursts[which].map((each) => each[what]),
        0.5,
      ),
    )
  const ratio = (what: 'commits' | 'persisted') =>
    burst('open', what).map((value, at) => value / burst('closed', what)[at]!)
  return [
    median('devtools.commit.closed.p50', 'µs', closed),
    median('devtools.commit.open.p50', 'µs', open),
    median(
      'devtools.commit.ratio',
      '×',
      open.map((value, at) => value / closed[at]!),
      1.2,
    ),
    median('devtools.burst1000.closed', 'ms', burst('closed', 'commits')),
    median('devtools.burst1000.open', 'ms', burst('open', 'commits')),
    median('devtools.burst1000.ratio', '×', ratio('commits'), 1.2),
    median('devtools.burst1000.persisted.closed', 'ms', burst('closed', 'persisted')),
    median('devtools.burst1000.persisted.open', 'ms', burst('open', 'persisted')),
    median('devtools.burst1000.persisted.ratio', '×', ratio('persisted')),
  ]
}
