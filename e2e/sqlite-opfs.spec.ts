import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, type Page, test } from '@playwright/test'
import type {} from './fixtures/sqlite/page.ts'

const store = 'headwater/store'
const file = `${store}/state.db`
/** Handed to the page, whose functions cannot see ours. */
const paths = { store, file }

// A private window, Playwright's default, keeps OPFS in memory and fails in other ways: most tests want a profile on disk.
const onDisk = test.extend<{ profile: string }>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's names
  profile: async ({}, use) => {
    const profile = await mkdtemp(join(tmpdir(), 'headwater-'))
    await use(profile)
    await rm(profile, { recursive: true, force: true, maxRetries: 3 })
  },
  context: async ({ playwright, launchOptions, profile }, use) => {
    const context = await playwright.chromium.launchPersistentContext(profile, launchOptions)
    await use(context)
    await context.close()
  },
})

test.beforeEach(({ page, baseURL }) => open(page, baseURL))

async function open(page: Page, baseURL: string | undefined): Promise<void> {
  await page.goto(`${baseURL}/e2e/fixtures/sqlite/index.html`)
  await page.waitForFunction(() => 'fixture' in window)
}

test('SQLite keeps its contract in memory on the main thread', async ({ page }) => {
  expect(await page.evaluate(() => window.fixture.brokenRulesInMemory())).toEqual([])
})

onDisk('SQLite keeps its contract on OPFS in a worker', async ({ page }) => {
  expect(await page.evaluate(() => window.fixture.start('only').brokenRules())).toEqual([])
})

onDisk('what was committed survives the worker', async ({ page }) => {
  await startWith(page, 'first', 'CREATE TABLE t (x); INSERT INTO t VALUES (1), (2)')
  await page.evaluate(() => window.fixture.terminate('first'))
  await startWith(page, 'second')
  expect(await page.evaluate(({ store }) => window.fixture.api('second').files(store), paths)).toEqual(['state.db'])
  expect(await rows(page, 'second', 'SELECT x FROM t')).toEqual([[1], [2]])
})

onDisk('what was committed survives a reload of the page', async ({ page }) => {
  await startWith(page, 'before', 'CREATE TABLE t (x); INSERT INTO t VALUES (7)')
  await page.reload()
  await page.waitForFunction(() => 'fixture' in window)
  await startWith(page, 'after')
  expect(await rows(page, 'after', 'SELECT x FROM t')).toEqual([[7]])
})

onDisk('what was committed survives the browser', async ({ page, playwright, launchOptions, profile, baseURL }) => {
  await startWith(page, 'before', 'CREATE TABLE t (x); INSERT INTO t VALUES (7); BEGIN; INSERT INTO t VALUES (8)')
  await page.context().close()
  const next = await playwright.chromium.launchPersistentContext(profile, launchOptions)
  const nextPage = await next.newPage()
  await open(nextPage, baseURL)
  await startWith(nextPage, 'after')
  expect(await rows(nextPage, 'after', 'SELECT x FROM t')).toEqual([[7]])
  await next.close()
})

onDisk('a worker that is killed in the middle of a transaction leaves exactly what was committed', async ({ page }) => {
  await startWith(page, 'killed', 'CREATE TABLE t (x, filler)')
  await page.evaluate(async ({ file }) => {
    const { exec } = window.fixture.api('killed')
    for (let i = 0; i < 20; i++) await exec(file, `INSERT INTO t VALUES (${i}, zeroblob(5000))`)
    // So much that SQLite already writes pages of the open transaction to its log.
    await exec(file, 'PRAGMA cache_size = 10; BEGIN')
    for (let i = 0; i < 100; i++) await exec(file, 'INSERT INTO t VALUES (100, zeroblob(20000)); SAVEPOINT s')
    window.fixture.terminate('killed')
  }, paths)
  await startWith(page, 'next')
  expect(await rows(page, 'next', 'SELECT count(*), max(x) FROM t')).toEqual([[20, 19]])
  expect(await rows(page, 'next', 'PRAGMA integrity_check')).toEqual([['ok']])
})

onDisk('a second worker waits for the first to die, and no longer', async ({ page }) => {
  await startWith(page, 'first', 'CREATE TABLE t (x)')
  const seen = await page.evaluate(async ({ store, file }) => {
    const seen: string[] = []
    const opened = window.fixture.start('second').openPool(store)
    void opened.then(() => seen.push('second opened'))
    await new Promise((resolve) => setTimeout(resolve, 300))
    await window.fixture.api('first').exec(file, 'INSERT INTO t VALUES (1)') // still alive and well
    seen.push('first terminated')
    window.fixture.terminate('first')
    await opened
    return seen
  }, paths)
  expect(seen).toEqual(['first terminated', 'second opened'])
  expect(await rows(page, 'second', 'SELECT x FROM t')).toEqual([[1]])
})

onDisk('a pool that was closed is free for another worker while the first lives', async ({ page }) => {
  await startWith(page, 'first', 'CREATE TABLE t (x); INSERT INTO t VALUES (1); BEGIN; INSERT INTO t VALUES (2)')
  await page.evaluate(({ store }) => window.fixture.api('first').closePool(store), paths)
  await startWith(page, 'second')
  expect(await rows(page, 'second', 'SELECT x FROM t')).toEqual([[1]])
})

onDisk('several stores live in one worker, each in a directory of its own', async ({ page }) => {
  const seen = await page.evaluate(async () => {
    const api = window.fixture.start('only')
    for (const store of ['headwater/a', 'headwater/b']) {
      await api.openPool(store)
      for (const file of ['eventlog.db', 'state.db']) {
        await api.exec(`${store}/${file}`, `CREATE TABLE t (x); INSERT INTO t VALUES ('${store} ${file}')`)
      }
    }
    await api.closePool('headwater/a')
    return [(await api.files('headwater/b')).toSorted(), await api.all('headwater/b/state.db', 'SELECT x FROM t')]
  })
  expect(seen).toEqual([['eventlog.db', 'state.db'], [['headwater/b state.db']]])
})

onDisk('a full disk is SQLITE_FULL, and writing goes on when there is room', ({ page }) => fillAndFree(page))

test('in a private window too', ({ page }) => fillAndFree(page))

async function fillAndFree(page: Page): Promise<void> {
  await startWith(page, 'only', 'CREATE TABLE t (x); INSERT INTO t VALUES (1)')
  const { origin } = new URL(page.url())
  const browser = await page.context().newCDPSession(page)
  await browser.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 300_000 })
  const failure = await page.evaluate(
    ({ file }) => window.fixture.api('only').failure(file, 'INSERT INTO t VALUES (zeroblob(5000000))'),
    paths,
  )
  expect(failure).toEqual({ primary: 13, hasCause: true })
  await browser.send('Storage.overrideQuotaForOrigin', { origin })
  await page.evaluate(({ file }) => window.fixture.api('only').exec(file, 'INSERT INTO t VALUES (2)'), paths)
  expect(await rows(page, 'only', 'SELECT x FROM t')).toEqual([[1], [2]])
}

/** Starts a worker that opens the store and runs some SQL in its database. */
async function startWith(page: Page, name: string, sql = ''): Promise<void> {
  await page.evaluate(
    async ({ store, file, name, sql }) => {
      const api = window.fixture.start(name)
      await api.openPool(store)
      await api.exec(file, sql)
    },
    { ...paths, name, sql },
  )
}

function rows(page: Page, worker: string, sql: string): Promise<unknown[][]> {
  return page.evaluate(({ file, worker, sql }) => window.fixture.api(worker).all(file, sql), { ...paths, worker, sql })
}
