import { readFileSync } from 'node:fs'
import type { BrowserContext, Page } from '@playwright/test'
import type {} from './fixtures/archive/main.tsx'
import { test as base, expect } from './journal-page.ts'

// ARCHIVE_MB=1000 npm run e2e leader-queries

/** On disk: the log and the tables together. */
const megabytes = Number(process.env.ARCHIVE_MB ?? 16)
/** A note is 8 kB in the log, and 8 kB in its table. */
const stored = Math.ceil((megabytes * 1e6) / (2 * 8192) / 100) * 100

const test = base.extend<{ openArchive: (browser?: BrowserContext) => Promise<Page> }>({
  openArchive: async ({ context, storeId }, use) => {
    await use(async (browser = context) => {
      const page = await browser.newPage()
      await page.goto(`/e2e/fixtures/archive/index.html?store=${storeId}`)
      await page.waitForFunction(() => 'archive' in window)
      return page
    })
  },
})

const add = (page: Page, id: number, title: string) =>
  page.evaluate(([id, title]) => window.archive.add(id, title), [id, title] as const)

const shows = async (page: Page, ...titles: string[]) => {
  await expect(page.getByRole('status')).toHaveText(`${titles.length} notes`)
  await expect(page.getByRole('listitem')).toHaveText(titles.map((title) => `${title}: short`))
}

test('a commit in one tab is shown in another that keeps no tables; after a reload, and under another leader', async ({
  openArchive,
}) => {
  const first = await openArchive()
  const second = await openArchive()
  await add(first, 1, 'apples')
  await shows(first, 'apples')
  await shows(second, 'apples')
  await add(second, 2, 'bread')
  await shows(first, 'apples', 'bread')
  await second.reload()
  await shows(second, 'apples', 'bread')

  const third = await openArchive()
  await first.close() // which led
  await add(third, 3, 'cheese')
  await shows(second, 'apples', 'bread', 'cheese')
  await add(second, 4, 'dates')
  await shows(third, 'apples', 'bread', 'cheese', 'dates')
})

test(`a store of ${megabytes} MB is paged through in a tab that stays under 100 MB`, async ({
  profile,
  openArchive,
}) => {
  const browser = await profile.launch() // one whose files are files
  test.setTimeout(60_000 + megabytes * 400)
  const before = await openArchive(browser)
  for (let from = 1; from <= stored; from += 5_000) await fill(before, from, Math.min(5_000, stored - from + 1))
  await before.close()

  const page = await openArchive(browser)
  await expect(page.getByRole('status')).toHaveText(`${stored} notes`)
  for (let shown = 50; shown < Math.min(stored, 500); shown += 50) {
    await page.getByRole('button', { name: 'more' }).click()
    await expect(page.getByRole('listitem').last()).toContainText(`note ${shown + 50}:`)
  }
  await add(page, stored + 1, 'one more')
  await expect(page.getByRole('status')).toHaveText(`${stored + 1} notes`)

  const { usage = 0 } = await page.evaluate(() => navigator.storage.estimate())
  const memory = await memoryOf(page)
  console.log(`on disk ${mb(usage)} MB, in memory ${mb(memory)} MB`)
  expect(mb(usage)).toBeGreaterThan(megabytes * 0.9)
  expect(mb(memory)).toBeLessThan(100)
})

const fill = (page: Page, from: number, notes: number) =>
  page.evaluate(([from, notes]) => window.archive.fill(from, notes), [from, notes] as const)

const mb = (bytes: number) => Math.round(bytes / 1e5) / 10

/** What the page's process has for itself alone, with its workers: JavaScript, DOM, SQLite, and all else. */
async function memoryOf(page: Page): Promise<number> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  const browser = await page.context().browser()!.newBrowserCDPSession()
  const { processInfo } = await browser.send('SystemInfo.getProcessInfo')
  const renderers = processInfo.filter(({ type }) => type === 'renderer')
  return Math.max(...renderers.map(({ id }) => privateMemory(id)))
}

function privateMemory(pid: number): number {
  const lines = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8').matchAll(/^Private_\w+:\s+(\d+) kB/gm)
  return [...lines].reduce((sum, [, kB]) => sum + Number(kB) * 1024, 0)
}
