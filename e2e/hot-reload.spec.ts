import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test as base, expect, type Page } from '@playwright/test'
import react from '@vitejs/plugin-react'
import { createServer } from 'vite'
import { headwater } from '../src/vite/index.ts'
import { alias } from '../vite.config.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))

type Development = {
  readonly url: string
  /** Replaces in the schema, as an editor does that saves it. */
  edit(replace: { readonly [what: string]: string }): void
}

/** What `npm run build` does for Vite's sake: where packages are bundled, the name of another one is no address. */
const wasmBesideIt = {
  name: 'wasm',
  transform: {
    filter: { id: /src\/sqlite\/wasm\.ts$/ },
    handler: (code: string) => code.replaceAll("'wa-sqlite/", "'../../node_modules/wa-sqlite/"),
  },
}

/** Vite's development server, with a copy of e2e/hot that may be edited. */
const test = base.extend<{ development: Development }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
  development: async ({}, use) => {
    mkdirSync(join(repository, '.headwater'), { recursive: true })
    const root = mkdtempSync(join(repository, '.headwater/hot-'))
    cpSync(join(repository, 'e2e/hot'), root, { recursive: true })
    const server = await createServer({
      root,
      configFile: false,
      cacheDir: join(root, '.vite'),
      logLevel: 'error',
      plugins: [react(), headwater({ schema: './schema.ts' })],
      resolve: { alias },
      worker: { format: 'es' },
      // As if it were installed: from its sources a page asks for some 200 files.
      optimizeDeps: {
        include: ['headwater', 'headwater/react', 'headwater/worker'],
        rolldownOptions: { plugins: [wasmBesideIt] },
      },
      // Of an edit the server is told here, once: the watcher passes over what follows within 50 ms.
      server: { host: '127.0.0.1', port: 0, fs: { allow: [repository] }, watch: { ignored: '**/schema.ts' } },
    })
    await server.listen()
    await use({
      url: server.resolvedUrls!.local[0]!,
      edit(replace) {
        const file = join(root, 'schema.ts')
        let source = readFileSync(file, 'utf8')
        for (const [what, other] of Object.entries(replace)) {
          if (!source.includes(what)) throw new Error(`the schema has no ${what}`)
          source = source.replace(what, other)
        }
        writeFileSync(file, source)
        server.watcher.emit('change', file)
      },
    })
    await server.close()
    rmSync(root, { recursive: true, force: true })
  },
})

test('an edit of the schema takes place in open pages, which keep what is typed, and what is committed meanwhile', async ({
  context,
  development: { url, edit },
}) => {
  const open = async (address: string) => {
    const page = await context.newPage()
    await page.goto(address)
    await page.getByLabel('draft').fill('typed')
    return page
  }
  const [first, second] = [await open(url), await open(`${url}#provided`)]
  const loaded = [await timeOrigin(first), await timeOrigin(second)]
  /** Every note with these columns, in both pages. */
  const show = async (columns: RegExp) => {
    for (const page of [first, second]) await expect(page.getByRole('listitem').first()).toHaveText(columns)
  }
  await first.evaluate(() => window.note())
  await show(/^note 0$/)

  const stop = await first.evaluateHandle(() => {
    const timer = setInterval(() => window.note(), 25)
    return () => clearInterval(timer)
  })
  edit({ 'values({ id, text })': "values({ id, text: text + '!' })" })
  await show(/^note 0!$/)
  edit({
    'text().notNull() })': 'text().notNull(), size: text().notNull() })',
    "values({ id, text: text + '!' })": 'values({ id, text, size: String(text.length) })',
  })
  await show(/^note 0 6$/)
  await stop.evaluate((end) => end())
  const notes = await first.evaluate(() => window.notes)
  for (const page of [first, second]) await expect(page.getByRole('listitem')).toHaveCount(notes)

  const overlay = first.locator('vite-error-overlay')
  edit({ "'v1.Noted': (": "'v1.Noticed': (" })
  await expect(overlay).toContainText('v1.Noticed')
  await show(/^note 0 6$/)
  edit({ "'v1.Noticed': (": "'v1.Noted': (", 'text.length': '7' })
  await show(/^note 0 7$/)
  await expect(overlay).toHaveCount(0)

  for (const page of [first, second]) await expect(page.getByLabel('draft')).toHaveValue('typed')
  expect([await timeOrigin(first), await timeOrigin(second)]).toEqual(loaded)
})

/** When the page was loaded. */
const timeOrigin = (page: Page) => page.evaluate(() => performance.timeOrigin)
