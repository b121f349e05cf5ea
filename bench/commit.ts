// What one commit costs the tab.
import { inBrowser } from './browser.ts'
import type { CommitRun } from './pages/commit/main.tsx'
import { median, percentile, type Result } from './result.ts'

export default async function commit(): Promise<Result[]> {
  const runs = await inBrowser<CommitRun>('commit')
  for (const { storage } of runs) if (storage !== 'opfs') throw new Error(`measured on ${storage}, not on OPFS`)
  const of = (pick: (run: CommitRun) => number) => runs.map(pick)
  return [
    median(
      'commit.prepared.p50',
      'µs',
      of((run) => percentile(run.prepared, 0.5)),
      40,
    ),
    median(
      'commit.builder.p50',
      'µs',
      of((run) => percentile(run.built, 0.5)),
      90,
    ),
    median(
      'commit.watched.p50',
      'µs',
      of((run) => percentile(run.watched, 0.5)),
    ),
    median(
      'commit.batch10k',
      'ms',
      of((run) => run.batch10k),
      250,
    ),
  ]
}
