import type { Page } from '@playwright/test'
import { expect, JournalPage, test } from './journal-page.ts'

/** How much this origin may store from now on; undefined is what the browser says by itself. */
async function setQuota(page: Page, quotaSize: number | undefined) {
  const browser = await page.context().newCDPSession(page)
  const { origin } = new URL(page.url())
  await browser.send('Storage.overrideQuotaForOrigin', { origin, ...(quotaSize === undefined ? {} : { quotaSize }) })
}

test('a full disk: the session goes on and says so, and persists by itself when there is room', async ({
  profile,
  storeId,
}) => {
  const browser = await profile.launch()
  const tab = await new JournalPage(await browser.newPage()).open({ store: storeId })
  await tab.note('before')
  await expect.poll(() => tab.persisted).toEqual(new Set(['before']))

  await setQuota(tab.page, 100_000)
  for (const id of ['a', 'b', 'c']) await tab.note(id, 3_000_000) // files grow into room that the browser gave them before
  await expect.poll(() => tab.problem()).toBe('full')
  expect(await tab.ids()).toEqual(['a', 'b', 'before', 'c'])
  expect([await tab.pending(), [...tab.persisted]]).toEqual([3, ['before']])

  const other = await new JournalPage(await browser.newPage()).open({ store: storeId }) // a tab opens all the same
  expect([await other.ids(), await other.problem()]).toEqual([['before'], 'full'])

  await setQuota(tab.page, undefined)
  await expect.poll(() => tab.pending(), { timeout: 40_000 }).toBe(0)
  await expect.poll(() => tab.persisted).toEqual(new Set(['before', 'a', 'b', 'c']))
  expect(await tab.problem()).toBeUndefined()
  await expect.poll(() => other.ids()).toEqual(['a', 'b', 'before', 'c'])
  await tab.reload()
  expect(await tab.ids()).toEqual(['a', 'b', 'before', 'c'])
  expect((await tab.notes()).every(({ times }) => times === 1)).toBe(true)
})

test('a store that is new on a full disk opens in memory and says so, and is persisted when there is room', async ({
  profile,
  storeId,
}) => {
  const browser = await profile.launch()
  const page = await browser.newPage()
  await page.goto('/e2e/fixtures/sqlite/index.html') // of the same origin, without a store
  await setQuota(page, 1)
  const tab = await new JournalPage(page).open({ store: storeId })
  const other = await new JournalPage(await browser.newPage()).open({ store: storeId })
  await tab.note('a')
  await other.note('b')
  expect([await tab.ids(), await tab.problem(), await other.ids(), await other.problem()]).toEqual([
    ['a'],
    'full',
    ['b'],
    'full',
  ])
  expect([await tab.pending(), tab.persisted.size, other.persisted.size]).toEqual([1, 0, 0])
  await setQuota(page, undefined)
  await expect.poll(() => [...tab.persisted, ...other.persisted], { timeout: 40_000 }).toEqual(['a', 'b'])
  expect((await tab.status()).storage).toEqual({ kind: 'opfs' })
  await tab.reload()
  await expect.poll(() => tab.ids()).toEqual(['a', 'b'])
})

test('a full disk under the example: its status bar says it, and says when it is over', async ({ todos }) => {
  const storage = todos.page.getByTestId('storage')
  await expect(storage).toHaveText('stored in this browser (opfs)')
  await setQuota(todos.page, 1)
  const long = 'long '.repeat(20_000)
  await todos.add(`${long}1`, `${long}2`, `${long}3`)
  await expect(storage).toHaveText('not stored: the disk is full')
  await expect(todos.items).toHaveCount(3)
  await setQuota(todos.page, undefined)
  await expect(storage).toHaveText('stored in this browser (opfs)', { timeout: 40_000 })
  await todos.isPersisted()
  await todos.reload()
  await expect(todos.items).toHaveCount(3)
})

test('the browser is asked to keep what is stored, and says how much that is', async ({ page, storeId }) => {
  const tab = await new JournalPage(page).open({ store: storeId })
  await tab.note('a', 100_000)
  await expect.poll(() => tab.persisted.size).toBe(1)
  const { usage, quota, persistent } = await page.evaluate(() => window.journal.store.storage.estimate())
  expect(usage).toBeGreaterThan(100_000)
  expect(quota).toBeGreaterThan(usage!)
  const granted = await page.evaluate(() => window.journal.store.storage.persist())
  expect(typeof granted).toBe('boolean')
  expect(await page.evaluate(() => window.journal.store.storage.estimate())).toMatchObject({
    persistent: persistent || granted,
  })
})

test('where the browser keeps no files, all is in memory, and said to be', async ({ page, storeId }) => {
  await page.route('**/*leader.worker*', async (route) => {
    const answer = await route.fetch()
    const body = `delete FileSystemFileHandle.prototype.createSyncAccessHandle;\n${await answer.text()}`
    await route.fulfill({ response: answer, body })
  })
  const tab = await new JournalPage(page).open({ store: storeId })
  await tab.note('a')
  await expect.poll(() => tab.persisted.size).toBe(1)
  expect((await tab.status()).storage).toMatchObject({ kind: 'memory', problem: { reason: 'missing' } })
  await tab.reload()
  expect(await tab.ids()).toEqual([])
})

/** How many bytes the file of the store has that holds `what`. With `damaged` the first of them are others then; no leader may run. */
function sizeOf(page: Page, storeId: string, what: string, how: 'as it is' | 'damaged' = 'as it is') {
  return page.evaluate(
    async ([storeId, what, how]) => {
      const root = await navigator.storage.getDirectory()
      const store = await (await root.getDirectoryHandle('headwater')).getDirectoryHandle(storeId)
      for await (const entry of (store as unknown as { values(): AsyncIterable<FileSystemFileHandle> }).values()) {
        const bytes = new Uint8Array(await (await entry.getFile()).arrayBuffer())
        const name = new TextDecoder().decode(bytes.subarray(6, 6 + bytes[4]!))
        if (name !== what) continue
        if (how === 'as it is') return bytes.length
        const file = await entry.createWritable({ keepExistingData: true })
        await file.write({ type: 'write', position: 4096, data: new Uint8Array(4096).fill(7) })
        await file.close()
        return bytes.length
      }
      throw new Error(`no file holds ${what}`)
    },
    [storeId, what, how] as const,
  )
}

for (const [file, what] of [
  ['state.db', 'a damaged state is made again'],
  ['eventlog.db', 'a damaged log is put aside and said, filled again by the backend, and can be exported'],
] as const) {
  test(what, async ({ page, storeId, backendUrl }) => {
    const tab = await new JournalPage(page).open({ store: storeId, backend: backendUrl })
    for (const id of ['a', 'b', 'c']) await tab.note(id, 100_000)
    await expect.poll(async () => (await tab.status()).backend.head).toBe(3)
    // What SQLite keeps beside a database counts more than the file.
    await expect.poll(() => sizeOf(page, storeId, file)).toBeGreaterThan(300_000)
    await page.evaluate(() => window.journal.store.shutdown())
    await page.goto('/e2e/fixtures/quick-start/index.html') // of the same origin, without this store
    await sizeOf(page, storeId, file, 'damaged')
    await page.goBack()
    await tab.isOpen()
    await expect.poll(() => tab.ids()).toEqual(['a', 'b', 'c'])
    const archives = (await tab.status()).storage?.archives ?? []
    expect(archives.map(({ reason }) => reason)).toEqual(file === 'eventlog.db' ? ['damaged'] : [])
    for (const { name } of archives) {
      const files = await page.evaluate(async (name) => {
        const files = await window.journal.store.storage.exportArchive(name)
        return files.map(({ name, bytes }) => ({ name, damaged: bytes[0] === 7, size: bytes.length }))
      }, name)
      expect(files[0]).toMatchObject({ name: 'eventlog.db', damaged: true })
      expect(files[0]!.size).toBeGreaterThan(50_000)
      await page.evaluate((name) => window.journal.store.storage.deleteArchive(name), name)
      await expect.poll(async () => (await tab.status()).storage).toEqual({ kind: 'opfs' })
    }
  })
}

test('files that a leader of another protocol holds: a tab that opens says so after five seconds, and opens once they are free', async ({
  page,
  context,
  storeId,
}) => {
  const other = await context.newPage()
  await other.route('**/*.js', async (route) => {
    const answer = await route.fetch()
    await route.fulfill({ response: answer, body: (await answer.text()).replaceAll('headwater:v1', 'headwater:v9') })
  })
  const later = await new JournalPage(other).open({ store: storeId })
  await later.note('a')
  await expect.poll(() => later.persisted.size).toBe(1)

  const refused = page.waitForEvent('pageerror')
  const url = `/e2e/fixtures/journal/index.html?store=${storeId}`
  await page.goto(url)
  expect(await refused).toMatchObject({
    name: 'BootFailed',
    message: expect.stringContaining('held by another worker'),
  })
  await later.note('b')
  await expect.poll(() => later.persisted.size).toBe(2)
  await other.close()
  await page.goto(url)
  const tab = new JournalPage(page)
  await tab.isOpen()
  expect(await tab.ids()).toEqual(['a', 'b'])
})

test('files that the browser clears under a running store are missed: it is said, and another log begins', async ({
  profile,
  storeId,
  backendUrl,
}) => {
  const browser = await profile.launch()
  const tab = await new JournalPage(await browser.newPage()).open({ store: storeId, backend: backendUrl })
  await tab.note('before')
  await expect.poll(async () => (await tab.status()).backend.head).toBe(1)
  // It may be over before anybody looks at the status again.
  const reasons = await tab.page.evaluateHandle(() => {
    const reasons: string[] = []
    window.journal.store.trace((trace) => {
      if (trace.type === 'storage changed' && trace.storage.problem) reasons.push(trace.storage.problem.reason)
    })
    return reasons
  })
  const { origin } = new URL(tab.page.url())
  const protocol = await browser.newCDPSession(tab.page)
  await protocol.send('Storage.clearDataForOrigin', { origin, storageTypes: 'file_systems' })
  let count = 0
  await expect // it is noticed while commits come
    .poll(async () => {
      await tab.note(`after${count++}`)
      return reasons.jsonValue()
    })
    .toContain('evicted')
  await expect.poll(() => tab.problem()).toBeUndefined()
  await tab.note('again')
  await expect.poll(() => tab.persisted).toContain('again')
  await tab.reload()
  await expect.poll(() => tab.ids()).toEqual(expect.arrayContaining(['again', 'before']))
  expect((await tab.notes()).every(({ times }) => times === 1)).toBe(true)
})
