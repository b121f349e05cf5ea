import type { Page } from '@playwright/test'
import { createMemoryEngine, startServer } from '../server/index.ts'
import { storedCommit } from '../src/backend/event-log.ts'
import { crash } from './crash.ts'
import { test as base, expect } from './test.ts'

type Fixtures = {
  /** Notes of another client, from this id on. */
  readonly addElsewhere: (from: number, count: number) => Promise<void>
  readonly openLarge: (version?: string) => Promise<Page>
}

const test = base.extend<Fixtures & { readonly large: { readonly url: string; add: Fixtures['addElsewhere'] } }>({
  large: async ({ storeId }, use) => {
    const engine = createMemoryEngine()
    const server = await startServer({ engine, log: () => undefined })
    await use({
      url: server.url,
      async add(from, count) {
        const { backendId, head } = (await engine.open(storeId, { create: true }))!
        const commits = Array.from({ length: count }, (_, index) =>
          storedCommit([
            `elsewhere-${from + index}`,
            'others',
            'elsewhere',
            0,
            [['v1.NoteAdded', { id: from + index }]],
          ]),
        )
        expect(await engine.append(storeId, { backendId, parent: head.seq, commits })).toMatchObject({
          type: 'appended',
        })
      },
    })
    await server.close()
    await engine.close()
  },
  addElsewhere: async ({ large }, use) => use(large.add),
  openLarge: async ({ context, large, storeId }, use) => {
    await use(async (version = '1') => {
      const page = await context.newPage()
      const asked = new URLSearchParams({ store: storeId, backend: large.url, version })
      await page.goto(`/e2e/fixtures/large/index.html?${asked}`)
      await page.waitForFunction(() => 'large' in globalThis)
      return page
    })
  },
})

/** The last number of notes that was shown. */
const shown = (page: Page) => page.evaluate(() => large.counts.at(-1))

const counts = (page: Page) => page.evaluate(() => large.counts)

test('a first sync of many events tells how far it is, and is shown at once', async ({ addElsewhere, openLarge }) => {
  await addElsewhere(0, 20_000)
  const page = await openLarge()
  await expect.poll(() => shown(page)).toBe(20_000)
  // What was there when the tab came in, and all.
  const [first, ...rest] = await counts(page)
  expect(first === 20_000 ? rest : rest.slice(0, -1)).toEqual([])

  const { progress, status } = await page.evaluate(() => ({ progress: large.progress, status: large.status }))
  expect(progress.length).toBeGreaterThan(0)
  const done = progress.map((told) => told.done)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
  for (const told of progress) expect(told).toMatchObject({ name: 'sync', total: 20_000 })
  expect(status.progress).toBeUndefined()

  // From there on it follows as ever.
  await addElsewhere(20_000, 1)
  await expect.poll(() => shown(page)).toBe(20_001)
  const other = await openLarge()
  expect(await shown(other)).toBe(20_001)
})

test('what is committed during a first sync is shown, and stays', async ({ addElsewhere, openLarge }) => {
  await addElsewhere(0, 20_000)
  const page = await openLarge()
  for (let id = 1_000_000; id < 1_000_020; id++) await page.evaluate((id) => large.add(id, 1), id)
  await expect.poll(() => shown(page)).toBe(20_020)
  const told = await counts(page)
  expect(told.filter((count, at) => at > 0 && count < told[at - 1]!)).toEqual([])
  await expect.poll(() => page.evaluate(() => large.status)).toMatchObject({ leader: { unconfirmed: 0 } })
})

test('a rebase of many pending commits shows the state before it, then the one after, and takes commits meanwhile', async ({
  addElsewhere,
  openLarge,
}) => {
  await addElsewhere(0, 1)
  const page = await openLarge()
  await expect.poll(() => shown(page)).toBe(1)
  await page.evaluate(() => large.setOnline(false))
  for (let from = 1_000; from < 5_000; from += 1_000) await page.evaluate((from) => large.add(from, 1_000), from)
  await expect.poll(() => shown(page)).toBe(4_001)

  await addElsewhere(1, 1)
  const before = (await counts(page)).length
  await page.evaluate(async () => {
    large.setOnline(true)
    for (let id = 9_000; id < 9_020; id++) await large.add(id, 1)
  })
  await expect.poll(() => shown(page)).toBe(4_022)
  const told = (await counts(page)).slice(before)
  // Never fewer: nothing that was there is gone for a moment.
  expect(told.filter((count, at) => count < (told[at - 1] ?? 4_001))).toEqual([])
  await expect
    .poll(() => page.evaluate(() => large.status), { timeout: 30_000 })
    .toMatchObject({
      session: { pending: 0 },
      leader: { unconfirmed: 0 },
      backend: { head: 4_022 },
    })
})

test('another version of the app opens on what the last one made, tells how far its own state is, and has all of it', async ({
  addElsewhere,
  openLarge,
}) => {
  await addElsewhere(0, 10_000)
  const old = await openLarge()
  await expect.poll(() => shown(old)).toBe(10_000)
  await old.close()

  // It crashes in the middle, and leaves what the last version made to the next tab.
  const first = await openLarge('slow')
  await crash(first)

  const page = await openLarge('slow')
  await expect.poll(() => page.evaluate(() => large.status.progress)).toBeUndefined()
  expect(await counts(page)).toEqual([10_000])
  const progress = await page.evaluate(() => large.progress)
  const done = progress.flatMap((each) => (each.name === 'rebuild' ? each.done : []))
  expect(done.length).toBeGreaterThan(0)
  expect(done).toEqual(done.toSorted((a, b) => a - b))
  expect((await page.evaluate(() => large.boot)).at(-1)).toEqual({ phase: 'open' })
})
