import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { beforeAll, expect, test } from 'vitest'

const config = fileURLToPath(new URL('../vite.config.ts', import.meta.url))

/** Words of the panel, its button and its connection, which no minifier changes. */
const marks = [
  'wasted',
  'headwater-devtools',
  'aria-selected',
  'Rebases, newest first',
  'Headwater devtools',
  'fork_tail',
]

let before: string | undefined
beforeAll(() => {
  before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production' // as it is where nobody tests
  return () => {
    process.env.NODE_ENV = before
  }
})

/** All that the page and its workers load, by file. */
async function siteOf(mode: string): Promise<Map<string, string>> {
  const built = (await build({
    configFile: config,
    mode,
    logLevel: 'error',
    build: { write: false, sourcemap: false },
  })) as Rolldown.RolldownOutput
  return new Map(built.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : String(file.source)]))
}

const withMark = (files: Map<string, string>, mark: string) =>
  [...files].filter(([, code]) => code.includes(mark)).map(([name]) => name)

test('a production build of the example contains nothing of the devtools', { timeout: 120_000 }, async () => {
  const site = await siteOf('production')
  expect(site.size).toBeGreaterThan(3)
  for (const mark of marks) expect(withMark(site, mark)).toEqual([])
})

test('a build that asks for them has them, the panel in a file of its own that is loaded when it is opened', {
  timeout: 120_000,
}, async () => {
  const site = await siteOf('e2e')
  for (const mark of marks) expect(withMark(site, mark)).not.toEqual([])
  const [panel] = withMark(site, 'Rebases, newest first')
  const [launcher] = withMark(site, 'Open Headwater devtools')
  expect(panel).not.toBe(launcher)
})
