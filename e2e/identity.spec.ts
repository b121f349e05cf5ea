import type { BrowserContext } from '@playwright/test'
import { BankPage } from './bank.ts'
import { test as base, expect, JournalPage } from './journal-page.ts'

type Fixtures = {
  /** Opens the bank in a tab of the first browser, or of the other one, on a backend of this test. */
  readonly openBank: (options?: { readonly mismatch?: string; readonly other?: boolean }) => Promise<BankPage>
}

const test = base.extend<Fixtures>({
  openBank: async ({ context, otherBrowser, storeId, ownBackend }, use) => {
    await use(async ({ other = false, ...options } = {}) => {
      const page = await (other ? otherBrowser : context).newPage()
      return new BankPage(page).open({ store: storeId, backend: ownBackend.url, ...options })
    })
  },
})

/** A page that is loaded again forgets it. */
const mark = ({ page }: BankPage) => page.evaluate(() => document.documentElement.setAttribute('data-mark', ''))
const isMarked = ({ page }: BankPage) => expect(page.locator('html[data-mark]')).toBeAttached()

/** Without waiting for the next attempt, which may be half a minute away. */
async function reconnect(...tabs: BankPage[]) {
  for (const tab of tabs) {
    await tab.setOnline(false)
    await tab.setOnline(true)
  }
}

test('the backend was wiped: every tab goes on without a reload; what it had not confirmed is parked, and can be retried', async ({
  openBank,
  ownBackend,
}) => {
  const [one, two] = [await openBank(), await openBank()]
  await one.commit('a', 'deposited', 'ada', 10)
  expect(await one.end('a')).toBe('confirmed')
  await two.shows('ada 10')
  await Promise.all([mark(one), mark(two)])
  await ownBackend.kill()
  await one.commit('b', 'deposited', 'bob', 1)
  await two.commit('c', 'deposited', 'cleo', 2)
  await Promise.all([one.isPersisted('b'), two.isPersisted('c')])
  await ownBackend.wipe()
  await reconnect(one)

  expect(await one.end('b')).toMatch(/^StoreReset: /)
  expect(await two.end('c')).toMatch(/^StoreReset: /)
  for (const tab of [one, two]) {
    await tab.shows()
    await expect(tab.parked).toHaveText([/^parked: bob 1: the backend began anew/, /^parked: cleo 2: the backend/])
    await isMarked(tab)
  }
  await two.parked.first().getByRole('button', { name: 'Retry' }).click()
  await one.commit('d', 'deposited', 'dora', 4)
  expect(await one.end('d')).toBe('confirmed')
  await one.shows('bob 1', 'dora 4')
  await two.shows('bob 1', 'dora 4')
  const other = await openBank({ other: true })
  await other.shows('bob 1', 'dora 4')
  await one.reload()
  await one.shows('bob 1', 'dora 4')
  await expect(one.parked).toHaveText([/cleo 2/])
  await one.reaches({ storage: { archives: [{ reason: 'reset' }] } })
})

test('the backend was restored from a backup: all browsers come to what the backup has', async ({
  openBank,
  ownBackend,
}) => {
  const [one, other] = [await openBank(), await openBank({ other: true })]
  await one.commit('a', 'deposited', 'ada', 1)
  expect(await one.end('a')).toBe('confirmed')
  const restore = await ownBackend.backup()
  await one.commit('b', 'deposited', 'bob', 2)
  expect(await one.end('b')).toBe('confirmed')
  await other.shows('ada 1', 'bob 2')
  await restore()
  await reconnect(one, other)
  await Promise.all([one.shows('ada 1'), other.shows('ada 1')])
  await other.commit('c', 'deposited', 'cleo', 3)
  expect(await other.end('c')).toBe('confirmed')
  await one.shows('ada 1', 'cleo 3')
})

test("'shutdown': the store ends in every tab with the reason, and the data is still there", async ({
  openBank,
  ownBackend,
}) => {
  const options = { mismatch: 'shutdown' }
  const [one, two] = [await openBank(options), await openBank(options)]
  await one.commit('a', 'deposited', 'ada', 1)
  expect(await one.end('a')).toBe('confirmed')
  await ownBackend.wipe()
  await reconnect(one)
  for (const { alert } of [one, two]) await expect(alert).toHaveText(/^BackendMismatch: backend_mismatch/)
  await ownBackend.kill()
  await one.reload()
  await one.shows('ada 1')
})

test("'ignore': the app goes on offline on its data, and the status says why", async ({ openBank, ownBackend }) => {
  const one = await openBank({ mismatch: 'ignore' })
  await one.commit('a', 'deposited', 'ada', 1)
  expect(await one.end('a')).toBe('confirmed')
  await ownBackend.wipe()
  await reconnect(one)
  await one.reaches({ connection: { name: 'stopped', code: 'backend_mismatch' } })
  await one.commit('b', 'deposited', 'bob', 1)
  await one.isPersisted('b')
  await one.reload()
  await one.shows('ada 1', 'bob 1')
})

test('a copy of a browser profile has the same client id: one of them takes another, and all of both arrives', async ({
  profile,
  storeId,
  backendUrl,
}) => {
  const open = async (browser: BrowserContext) =>
    new JournalPage(await browser.newPage()).open({ store: storeId, backend: backendUrl })
  const isSynced = (tab: JournalPage) =>
    expect.poll(async () => (await tab.status()).leader.unconfirmed + (await tab.pending())).toBe(0)
  const before = await profile.launch()
  const first = await open(before)
  await first.note('a')
  await isSynced(first)
  await before.close()

  const copy = await profile.launchCopy()
  const tabs = await Promise.all([profile.launch().then(open), open(copy)])
  for (const [at, tab] of tabs.entries()) for (const id of ['b', 'c']) await tab.note(`${id}${at}`)
  for (const tab of tabs) await expect.poll(() => tab.ids()).toEqual(['a', 'b0', 'b1', 'c0', 'c1'])
  for (const tab of tabs) await isSynced(tab)
  const [one, other] = await Promise.all(tabs.map(async (tab) => (await tab.status()).clientId))
  expect(one).not.toBe(other)
  for (const tab of tabs) expect((await tab.notes()).every(({ times }) => times === 1)).toBe(true)
})
