// How long until the leader has a commit on disk.
import { inBrowser } from './browser.ts'
import type { PersistRun } from './pages/persist/main.tsx'
import { median, percentile, type Result } from './result.ts'

export default async function persist(): Promise<Result[]> {
  const runs = await inBrowser<PersistRun>('persist')
  for (const { storage } of runs) if (storage !== 'opfs') throw new Error(`measured on ${storage}, not on OPFS`)
  const of = (pick: (run: PersistRun) => number) => runs.map(pick)
  return [
    median(
      'persist.p50',
      'ms',
      of((run) => percentile(run.paced, 0.5)),
      3,
    ),
    median(
      'persist.p95',
      'ms',
      of((run) => percentile(run.paced, 0.95)),
    ),
    median(
      'persist.burst1000',
      'ms',
      of((run) => run.burst1000),
      250,
    ),
  ]
}
