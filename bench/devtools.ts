// What the panel costs the tab whose commits it shows, and how it shows a long log.
import { inBrowser } from './browser.ts'
import type { DevtoolsRun } from './pages/devtools/main.ts'
import type { LogRun } from './pages/devtools-log/main.ts'
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
  const logs = await inBrowser<LogRun>('devtools-log', { events: 1_000_000 }, 1) // which are a minute's commits
  const ofLog = (what: keyof LogRun, part: number) => logs.map((run) => percentile(run[what], part))
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
    median('devtools.log1m.frame.p50', 'ms', ofLog('frames', 0.5)),
    median('devtools.log1m.frame.p95', 'ms', ofLog('frames', 0.95)),
    median('devtools.log1m.jump.p50', 'ms', ofLog('jumps', 0.5)),
    median('devtools.log1m.jump.p95', 'ms', ofLog('jumps', 0.95)),
  ]
}
