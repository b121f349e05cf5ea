// npm run mutants [-- --seeds 60] [--jobs 2]
//
// Breaks the library on purpose, one line at a time, and says after how many seeds the simulated cluster noticed. A mutant that
// survives all of them means that the oracles do not see what it breaks, and fails the command; so does one whose line is not
// there any more, before anything runs.
import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Mutant, mutants, timesIn } from './mutants-list.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '60' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})

const chosen = mutants.filter(({ name }) => !values.only || name.includes(values.only))
if (chosen.length === 0) throw new Error(`no mutant has "${values.only}" in its name`)
const stale = mutants.filter(({ file, find }) => timesIn(readFileSync(here(`../${file}`), 'utf8'), find) !== 1)
if (stale.length > 0) {
  for (const { name, file, find } of stale) console.error(`"${name}" does not apply: ${file} has not once\n  ${find}`)
  process.exit(1)
}

const waiting = [...chosen]
let failed = 0

await Promise.all(
  Array.from({ length: Number(values.jobs) }, async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const verdict = await judge(mutant)
      if (verdict.type !== 'caught') failed++
      console.log(`${mutant.name}\n  ${tell(verdict)}`)
    }
  }),
)

console.log(`${chosen.length - failed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

type Verdict =
  | { readonly type: 'caught'; readonly after: number; readonly by: string }
  | { readonly type: 'survived' }
  /** It is no mistake that anybody could make: the library does not even load. */
  | { readonly type: 'broken'; readonly said: string }

function tell(verdict: Verdict): string {
  switch (verdict.type) {
    case 'caught':
      return `caught after ${verdict.after} seeds: ${verdict.by.slice(0, 100)}`
    case 'survived':
      return 'SURVIVED'
    case 'broken':
      return `DOES NOT RUN\n${verdict.said}\n`
    default:
      return verdict satisfies never
  }
}

function here(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}

/** Whether the simulated cluster notices a mutant, and after how many seeds. */
function judge({ name, faults }: Mutant): Promise<Verdict> {
  const args = ['--import', here('mutate.ts'), here('sim.ts'), '--seeds', values.seeds, '--jobs', '1', '--stop']
  if (faults) args.push('--faults', faults)
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, MUTANT: name },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
    child.once('close', (code) => {
      const [, after, by = ''] = /stopped at the (\d+)\. seed: (.*)/.exec(said) ?? []
      if (after !== undefined) resolve({ type: 'caught', after: Number(after), by })
      else if (code === 0) resolve({ type: 'survived' })
      else resolve({ type: 'broken', said: said.slice(-2_000) })
    })
  })
}
