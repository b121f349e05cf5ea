import { once } from 'node:events'
import { copyFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { BrowserContext, Page } from '@playwright/test'
import { build } from 'vite'
import type { Store } from '../src/index.ts'
import { headwater } from '../src/vite/index.ts'
import { crash } from './crash.ts'
import { test as base, expect } from './test.ts'

const repository = fileURLToPath(new URL('..', import.meta.url))
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' }

type EventName = 'noted' | 'starred'

/** A tab with one of the builds. */
type Tab = {
  readonly page: Page
  /** What the console of the page and its worker got. */
  readonly said: readonly string[]
  /** The name of the error, if the store did not open. */
  failure(): Promise<string | undefined>
  /** Resolves when what it commits is persisted. */
  note(id: string): Promise<void>
  star(id: string): Promise<void>
  rows(): Promise<unknown>
  leads(): Promise<boolean>
}

type Asked = { readonly profile?: BrowserContext; readonly storeId?: string; readonly unknown?: string }
type OpenBuild = (build: 'old' | 'next', asked?: Asked) => Promise<Tab>

const test = base.extend<{ openBuild: OpenBuild }, { site: string }>({
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
    await use((build, { profile = context, storeId: store = storeId, ...asked } = {}) => {
      const query = new URLSearchParams({ store, backend: backendUrl, ...asked })
      return openTab(profile, `${site}/${build}/index.html?${query}`)
    })
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

test('events that a build does not know, in each of the four ways; they apply after the upgrade', async ({
  openBuild,
  otherBrowser,
  storeId,
}) => {
  const ways = ['warn', 'ignore', 'callback', 'fail'] as const
  const store = (way: string) => `${storeId}-${way}`
  const open = (unknown: string) => openBuild('old', { storeId: store(unknown), unknown })
  const [warn, ignore, callback, fail] = await Promise.all(ways.map(open))
  const elsewhere = await openBuild('next', { profile: otherBrowser, storeId: store('warn') })
  for (const way of ways)
    await commit(
      elsewhere,
      store(way),
      [['noted', 'a']],
      [
        ['noted', 'b'],
        ['starred', 'b'],
      ],
      [['starred', 'b']],
    )

  for (const tab of [warn!, ignore!, callback!]) await expect.poll(tab.rows).toEqual([{ id: 'a' }, { id: 'b' }])
  const warnings = (tab: Tab | undefined) =>
    tab!.said.filter((text) => text.includes('does not know the event "v1.Starred"'))
  await expect.poll(() => warnings(warn)).toHaveLength(2) // one of the page, one of its worker
  expect([ignore, callback].map(warnings)).toEqual([[], []])
  const heard = () => callback!.page.evaluate(() => globalThis.heard ?? [])
  await expect.poll(async () => (await heard()).length).toBeGreaterThanOrEqual(2) // each time that it would apply
  expect([...new Set((await heard()).map((event) => JSON.stringify(event)))]).toEqual([
    JSON.stringify({ name: 'v1.Starred', args: { id: 'b' } }),
  ])

  await expect
    .poll(() => status(fail!))
    .toMatchObject({
      connection: { name: 'stopped', code: 'unknown_event', event: 'v1.Starred' },
    })
  await fail!.note('mine')
  expect(await status(fail!)).toMatchObject({ leader: { unconfirmed: 1 } })
  expect(await fail!.rows()).toEqual([{ id: 'a' }, { id: 'mine' }])

  const upgraded = await openBuild('next', { storeId: store('warn') })
  for (const way of ['warn', 'ignore', 'callback'])
    await expect.poll(() => rows(upgraded, store(way))).toEqual(stars({ a: 0, b: 2 }))
  await expect.poll(() => rows(upgraded, store('fail'))).toEqual(stars({ a: 0, b: 2, mine: 0 }))
  await expect.poll(() => rows(elsewhere, store('fail'))).toEqual(stars({ a: 0, b: 2, mine: 0 }))
  expect(
    await fail!.page.evaluate(async () =>
      ((await window.build) as { store: Store }).store.closed.then(({ name }) => name),
    ),
  ).toBe('UnknownEvent')
})

function status({ page }: Tab) {
  return page.evaluate(async () => ((await window.build) as { store: Store }).store.status.getState())
}

function rows({ page }: Tab, storeId: string) {
  return page.evaluate(async (storeId) => {
    const build = await window.openBuild(storeId)
    if (build instanceof Error) throw build
    return build.rows()
  }, storeId)
}

/** Resolves when the backend has them. */
function commit({ page }: Tab, storeId: string, ...commits: [EventName, string][][]) {
  return page.evaluate(
    async ([storeId, commits]) => {
      const build = await window.openBuild(storeId)
      if (build instanceof Error) throw build
      const events = build.events as unknown as Record<string, (args: { id: string }) => never>
      for (const commit of commits)
        await build.store.commit(...commit.map(([name, id]) => events[name]!({ id }))).confirmed
    },
    [storeId, commits] as const,
  )
}

function stars(of: Record<string, number>) {
  return Object.entries(of).map(([id, stars]) => ({ id, stars }))
}

async function openTab(context: BrowserContext, url: string): Promise<Tab> {
  const page = await context.newPage()
  const said: string[] = []
  page.on('console', (message) => said.push(message.text()))
  await page.goto(url)
  const commit = (name: EventName, id: string) =>
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
    said,
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
