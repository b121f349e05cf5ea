// npm run bench -- GROUP... [--json]
//
// A group is a module `bench/GROUP.ts` whose default export measures and returns its results:
//
//   export default async (): Promise<Result[]> => {
//     const runs = await inBrowser<{ p50: number }>('commit', { commits: 1000 }) // bench/pages/commit, a fresh browser a run
//     return [median('commit.prepared.p50', 'µs', runs.map((run) => run.p50), 40)]
//   }
//
// Name it in `groups` below. The ids and budgets are those of the design.
import { parseArgs } from 'node:util'
import { closeSite } from './browser.ts'
import type { Result } from './result.ts'

const groups = [
  'commit',
  'persist',
  'boot',
  'failover',
  'rebuild',
  'rebase',
  'tabs',
  'queries',
  'react',
  'devtools',
  'size',
  'types',
]

const { values, positionals } = parseArgs({ allowPositionals: true, options: { json: { type: 'boolean' } } })
if (positionals.length === 0 || positionals.some((name) => !groups.includes(name))) {
  console.error(`npm run bench -- GROUP... [--json], where GROUP is one of ${groups.join(', ')}`)
  process.exit(2)
}

try {
  for (const name of positionals) {
    const { default: measure }: { default: () => Promise<Result[]> } = await import(`./${name}.ts`)
    const results = await measure()
    if (values.json) for (const result of results) console.log(JSON.stringify(result))
    else console.log(`\n${table(results)}`)
  }
} finally {
  await closeSite()
}

function table(results: Result[]): string {
  const head = ['', 'median', 'min', 'max', 'runs', 'budget', '']
  const rows = results.map(({ id, value, unit, min, max, runs, budget }) => {
    const isHeld = budget === undefined || (isRate(unit) ? value >= budget : value <= budget)
    const stands = budget === undefined ? '' : isHeld ? 'ok' : `${(value / budget).toFixed(2)} × budget`
    return [id, `${value} ${unit}`, `${min}`, `${max}`, `${runs}`, budget === undefined ? '' : `${budget}`, stands]
  })
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]!.length)))
  const line = (row: string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[column]!))).join('  ')
  return [head, ...rows].map((row) => line(row).trimEnd()).join('\n')
}

/** Of a rate the budget is the least. */
function isRate(unit: string): boolean {
  return unit.endsWith('/s')
}
