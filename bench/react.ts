// What components with queries cost to mount, and what is left of them.
import { inBrowser } from './browser.ts'
import type { ReactRun } from './pages/queries/main.tsx'
import { median, percentile, type Result } from './result.ts'

export default async function react(): Promise<Result[]> {
  const runs = await inBrowser<ReactRun>('queries', 'react', 3)
  return [
    median(
      'react.mount1000.p50',
      'ms',
      runs.map(({ mount1000 }) => percentile(mount1000, 0.5)),
    ),
    median(
      'react.mounts10000.growth',
      'MB',
      runs.map(({ growth }) => growth / 1e6),
    ),
  ]
}
