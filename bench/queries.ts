// What a change costs until those who watch it have it.
import { inBrowser } from './browser.ts'
import type { QueriesRun } from './pages/queries/main.tsx'
import { median, percentile, type Result } from './result.ts'

export default async function queries(): Promise<Result[]> {
  const runs = await inBrowser<QueriesRun>('queries', 'queries')
  const p = (share: number, pick: (run: QueriesRun) => number[]) => runs.map((run) => percentile(pick(run), share))
  const of = (pick: (run: QueriesRun) => number) => runs.map(pick)
  return [
    median(
      'queries.list.dom.p50',
      'ms',
      p(0.5, ({ list }) => list),
      0.55,
    ),
    median(
      'queries.rows.dom.p50',
      'ms',
      p(0.5, ({ rows }) => rows),
      0.3,
    ),
    median(
      'queries.point.reruns',
      'queries',
      of(({ reruns }) => reruns),
      1,
    ),
    median(
      'queries.point.renders',
      'components',
      of(({ renders }) => renders),
      1,
    ),
    median(
      'queries.point.dom.p50',
      'ms',
      p(0.5, ({ point }) => point),
      0.6,
    ),
    median(
      'queries.burst100',
      'ms',
      of(({ burst100 }) => burst100),
      6,
    ),
    median(
      'queries.loop.p50',
      'ms',
      p(0.5, ({ loop }) => loop),
      1.5,
    ),
    median(
      'queries.loop.p95',
      'ms',
      p(0.95, ({ loop }) => loop),
      4,
    ),
    median(
      'queries.mount1000',
      'ms',
      of(({ mount1000 }) => mount1000),
    ),
  ]
}
