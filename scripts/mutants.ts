// npm run mutants [-- --seeds 60] [--jobs 2]
//
// Breaks the library on purpose, one line at a time, and says after how many seeds the simulated cluster noticed. A mutant that
// survives all of them means that the oracles do not see what it breaks, and fails the command.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { type Mutant, mutants } from './mutants-list.ts'

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '60' },
    jobs: { type: 'string', default: '2' },
    only: { type: 'string' },
  },
})

const chosen = mutants.filter(({ name }) => !values.only || name.includes(values.only))
const waiting = [...chosen]
let survived = 0

await Promise.all(
  Array.from({ length: Number(values.jobs) }, async () => {
    for (let mutant = waiting.shift(); mutant; mutant = waiting.shift()) {
      const after = await caughtAfter(mutant)
      if (after === undefined) survived++
      console.log(
        `${after === undefined ? 'SURVIVED' : `caught after ${String(after).padStart(3)} seeds`}  ${mutant.name}`,
      )
    }
  }),
)

console.log(`${chosen.length - survived} passed, ${survived} failed`)
process.exitCode = survived > 0 ? 1 : 0

/** How many seeds it took; undefined if none of them noticed. */
function caughtAfter({ name }: Mutant): Promise<number | undefined> {
  const here = (file: string) => fileURLToPath(new URL(file, import.meta.url))
  const args = ['--import', here('mutate.ts'), here('sim.ts'), '--seeds', values.seeds, '--jobs', '1', '--stop']
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      env: { ...process.env, MUTANT: name },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    // One that turns in a circle for ever is caught by the clock.
    const clock = setTimeout(() => child.kill('SIGKILL'), 120_000)
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (said += chunk))
    child.once('close', (code, signal) => {
      clearTimeout(clock)
      if (signal === 'SIGKILL') return resolve(1)
      const caught = /stopped at the (\d+)\. seed/.exec(said)
      if (caught) resolve(Number(caught[1]))
      else if (code === 0) resolve(undefined)
      else reject(new Error(`the simulation of "${name}" ended with ${code}:\n${said.slice(-2_000)}`))
    })
  })
}
