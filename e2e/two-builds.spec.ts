import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from '@playwright/test'
import { build } from 'vite'
import { headwater } from '../src/vite/index.ts'
import { crash } from './crash.ts'
import { test as base, expect } from './test.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

/** A tab with one of the builds. */
type Tab = {
  readonly page: Page
  /** The name of the error, if the store did not open. */
  failure(): Promise<string | undefined>
  /** Resolves when what it commits is persisted. */
  note(id: string): Promise<void>
  star(id: string): Promise<void>
  rows(): Promise<unknown>
  leads(): Promise<boolean>
}

const test = base.extend<{ openBuild: (build: 'old' | 'next') => Promise<Tab> }, { site: string }>({
  site: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const folder = await buildBoth()
      const server = await serve(folder)
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
      server.closeAllConnections()
      server.close()
      rmSync(folder, { recursive: true, force: true })
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  openBuild: async ({ site, context, storeId, backendUrl }, use) => {
    const asked = new URLSearchParams({ store: storeId, backend: backendUrl })
    await use((build) => openTab(context, `${site}/${build}/index.html?${asked}`))
  },
})
// One worker builds both, and has them for all tests.
test.describe.configure({ mode: 'default' })

test('old tabs go on when a newer build is deployed and opened, which leads from then on', async ({ openBuild }) => {
  const [first, second] = [await openBuild('old'), await openBuild('old')]
  await first.note('a')
  const next = await openBuild('next')
  expect(await next.leads()).toBe(true)
  await next.star('a')
  await first.note('b')
  await second.note('c')
  await expect.poll(next.rows).toEqual(stars({ a: 1, b: 0, c: 0 }))
  for (const old of [first, second]) await expect.poll(old.rows).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  await crash(first.page)
  await second.note('d')
  await second.page.close()
  await expect.poll(next.rows).toEqual(stars({ a: 1, b: 0, c: 0, d: 0 }))
})

test('a tab of an older build that is opened beside a newer one is told to reload', async ({ openBuild }) => {
  const next = await openBuild('next')
  await next.note('a')
  const old = await openBuild('old')
  expect(await old.failure()).toBe('OutdatedBuild')
  await next.note('b')
  expect(await next.rows()).toEqual(stars({ a: 0, b: 0 }))
})

test('the newer tab crashes: the old one leads again and keeps all, and the next newer one has it', async ({
  openBuild,
}) => {
  const old = await openBuild('old')
  await old.note('a')
  const next = await openBuild('next')
  await next.star('a')
  await next.note('b')
  await crash(next.page)
  await old.note('c')
  await expect.poll(old.leads).toBe(true)
  expect(await old.rows()).toEqual([{ id: 'a' }, { id: 'b' }, { id: 'c' }])
  const again = await openBuild('next')
  expect(await again.leads()).toBe(true)
  expect(await again.rows()).toEqual(stars({ a: 1, b: 0, c: 0 }))
  await old.note('d')
  await expect.poll(again.rows).toEqual(stars({ a: 1, b: 0, c: 0, d: 0 }))
})

test('a newer tab goes on where a tab of the older build takes over', async ({ openBuild }) => {
  const old = await openBuild('old')
  const [leads, stays] = [await openBuild('next'), await openBuild('next')]
  await leads.note('a')
  await leads.page.close()
  await stays.star('a')
  await old.note('b')
  await expect.poll(stays.rows).toEqual(stars({ a: 1, b: 0 }))
  await expect.poll(old.rows).toEqual([{ id: 'a' }, { id: 'b' }])
})

function stars(of: Record<string, number>) {
  return Object.entries(of).map(([id, stars]) => ({ id, stars }))
}

async function openTab(context: BrowserContext, url: string): Promise<Tab> {
  const page = await context.newPage()
  await page.goto(url)
  const commit = (name: 'noted' | 'starred', id: string) =>
    page.evaluate(
      async ([name, id]) => {
        const build = await window.build
        if (build instanceof Error) throw build
        const events = build.events as unknown as Record<string, (args: { id: string }) => never>
        await build.store.commit(events[name]!({ id })).persisted
      },
      [name, id] as const,
    )
  await page.evaluate(() => window.build.then(() => undefined))
  return {
    page,
    failure: () => page.evaluate(async () => ((await window.build) as Error).name),
    note: (id) => commit('noted', id),
    star: (id) => commit('starred', id),
    rows: () => page.evaluate(async () => ((await window.build) as Exclude<Awaited<Window['build']>, Error>).rows()),
    leads: () =>
      page.evaluate(
        async () =>
          ((await window.build) as Exclude<Awaited<Window['build']>, Error>).store.status.getState().leader.isHere,
      ),
  }
}

/** Two deploys of one app, one after the other, of different schemas and at different addresses of one origin. */
async function buildBoth(): Promise<string> {
  mkdirSync(join(repository, '.headwater'), { recursive: true })
  const folder = mkdtempSync(join(repository, '.headwater/two-builds-'))
  for (const name of ['old', 'next']) {
    const root = join(folder, 'sources', name)
    cpSync(join(repository, 'e2e/two-builds'), root, { recursive: true })
    if (name === 'next') copyFileSync(join(root, 'schema.next.ts'), join(root, 'schema.ts'))
    await build({
      root,
      base: `/${name}/`,
      configFile: false,
      logLevel: 'error',
      plugins: [headwater({ schema: './schema.ts' })],
      resolve: {
        alias: [
          { find: /^headwater$/, replacement: join(repository, 'src/index.ts') },
          { find: /^headwater\/worker$/, replacement: join(repository, 'src/worker.ts') },
        ],
      },
      worker: { format: 'es' },
      build: { target: 'es2023', outDir: join(folder, name), reportCompressedSize: false, chunkSizeWarningLimit: 1000 },
    })
  }
  return folder
}

async function serve(folder: string): Promise<Server> {
  const server = createServer((request, response) => {
    const file = join(folder, new URL(request.url!, 'http://host').pathname)
    try {
      const body = readFileSync(file)
      response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream' }).end(body)
    } catch {
      response.writeHead(404).end()
    }
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}
