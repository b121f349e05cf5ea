// npm test [-- STAGE...]: runs the stages, all of them whatever fails, and ends with `N passed, N failed`.
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

type Count = { passed: number; failed: number; skipped: number }
type Stage = { name: string; args: string[]; minutes: number; count?: (report: string) => Count }
type VitestReport = Record<'numPassedTests' | 'numFailedTests' | 'numPendingTests' | 'numTodoTests', number>
type PlaywrightReport = { stats: Record<'expected' | 'unexpected' | 'flaky' | 'skipped', number> }

const root = fileURLToPath(new URL('..', import.meta.url))
const reports = mkdtempSync(join(tmpdir(), 'headwater-test-'))
const reportOf = (stage: string) => join(reports, `${stage}.json`)

const stages: Stage[] = [
  { name: 'check', args: ['run', 'check'], minutes: 3 },
  {
    name: 'unit',
    args: ['run', 'unit', '--', '--reporter=default', '--reporter=json', `--outputFile.json=${reportOf('unit')}`],
    minutes: 5,
    count: ofVitest,
  },
  { name: 'explorer', args: ['run', 'explorer'], minutes: 4 },
  { name: 'seeds', args: ['run', 'sim', '--', '--seeds', '300'], minutes: 5 },
  {
    name: 'e2e',
    args: ['run', 'e2e', '--', '--reporter=list,json'],
    minutes: 11, // an installation of Chromium included
    count: ofPlaywright,
  },
]

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !stages.some((stage) => stage.name === name))
if (unknown.length > 0) throw new Error(`No stage ${unknown}: there are ${stages.map((stage) => stage.name)}`)

const total: Count = { passed: 0, failed: 0, skipped: 0 }
const lines: string[] = []
for (const stage of stages.filter(({ name }) => asked.length === 0 || asked.includes(name))) {
  console.log(`\n━━ ${stage.name}`)
  const started = performance.now()
  const count = result(stage, await run(stage))
  const seconds = ((performance.now() - started) / 1000).toFixed(1)
  lines.push(`${stage.name.padEnd(8)} ${seconds.padStart(6)} s   ${told(count)}`)
  for (const key of ['passed', 'failed', 'skipped'] as const) total[key] += count[key]
}
rmSync(reports, { recursive: true })
console.log(`\n${lines.join('\n')}\n\n${told(total)}`)
process.exitCode = total.failed === 0 ? 0 : 1

function ofVitest(json: string): Count {
  const report: VitestReport = JSON.parse(json)
  const skipped = report.numPendingTests + report.numTodoTests
  return { passed: report.numPassedTests, failed: report.numFailedTests, skipped }
}

function ofPlaywright(json: string): Count {
  const { stats }: PlaywrightReport = JSON.parse(json)
  return { passed: stats.expected, failed: stats.unexpected + stats.flaky, skipped: stats.skipped }
}

function told({ passed, failed, skipped }: Count): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
}

/** What the stage's report says; a stage that failed in another way than by a test counts as one failure. */
function result(stage: Stage, succeeded: boolean): Count {
  const none = { passed: 0, failed: 0, skipped: 0 }
  const count = stage.count ? (read(stage) ?? none) : { ...none, passed: succeeded ? 1 : 0 }
  return succeeded || count.failed > 0 ? count : { ...count, failed: 1 }
}

function read(stage: Stage): Count | undefined {
  try {
    return stage.count!(readFileSync(reportOf(stage.name), 'utf8'))
  } catch (error) {
    console.error(`The stage ${stage.name} left no report: ${error}`)
    return undefined
  }
}

/** Runs `npm run …` in a process group of its own, which is ended as a whole when its time is over. */
function run(stage: Stage): Promise<boolean> {
  const env = { ...process.env, PLAYWRIGHT_JSON_OUTPUT_FILE: reportOf(stage.name) }
  const child = spawn('npm', stage.args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  const end = () => {
    if (child.pid && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  const late = setTimeout(() => {
    console.error(`The stage ${stage.name} took more than ${stage.minutes} minutes and was ended.`)
    end()
  }, stage.minutes * 60_000)
  const interrupted = () => {
    end()
    process.exit(130)
  }
  process.once('SIGINT', interrupted).once('SIGTERM', interrupted)
  return new Promise((resolve) => {
    child.once('error', () => resolve(false))
    child.once('close', (code) => {
      clearTimeout(late)
      process.off('SIGINT', interrupted).off('SIGTERM', interrupted)
      resolve(code === 0)
    })
  })
}
