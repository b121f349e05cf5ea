import { createMemoryEngine, type RunningServer, type ServerOptions, startServer } from '../server/index.ts'
import { BankPage } from './bank.ts'
import { test as base, expect } from './test.ts'

type Fixtures = {
  /** A backend in this process, which refuses what says "forbidden". */
  readonly strictBackend: RunningServer
  /** Opens the bank in a tab of the first browser, or of the other one. */
  readonly openBank: (options?: {
    readonly conflict?: string
    readonly lax?: string
    readonly other?: boolean
  }) => Promise<BankPage>
}

const validate: ServerOptions['validate'] = (commit) =>
  JSON.stringify(commit).includes('forbidden') ? 'this name is not allowed' : undefined

const test = base.extend<Fixtures>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
  strictBackend: async ({}, use) => {
    const server = await startServer({ engine: createMemoryEngine(), port: 0, log: () => undefined, validate })
    await use(server)
    await server.close()
  },
  openBank: async ({ context, otherBrowser, storeId, strictBackend }, use) => {
    await use(async ({ other = false, ...options } = {}) => {
      const page = await (other ? otherBrowser : context).newPage()
      return new BankPage(page).open({ store: storeId, backend: strictBackend.url, ...options })
    })
  },
})

/** Ada has 10. The tab, offline, takes 8; meanwhile another browser takes 5, and so the 8 do not apply any more. */
async function overdraw(openBank: Fixtures['openBank'], options: { readonly conflict?: string } = {}) {
  const tab = await openBank(options)
  const other = await openBank({ ...options, other: true })
  await tab.commit('first', 'deposited', 'ada', 10)
  await other.shows('ada 10')
  await tab.setOnline(false)
  await tab.reaches({ connection: { name: 'offline' } })
  await tab.commit('late', 'withdrawn', 'ada', 8)
  await tab.commit('behind', 'deposited', 'bob', 1)
  await tab.isPersisted('behind')
  await other.commit('early', 'withdrawn', 'ada', 5)
  expect(await other.end('early')).toBe('confirmed')
  await tab.setOnline(true)
  return { tab, other }
}

test('a materializer that throws in commit: nothing of it is there, and the app goes on', async ({ openBank }) => {
  const bank = await openBank()
  expect(await bank.commit('a', 'withdrawn', 'ada', 5)).toBe(
    'MaterializeError: the materializer of v1.Withdrawn failed: ada does not have 5',
  )
  expect(await bank.commit('b', 'deposited', 'ada', 5)).toBeUndefined()
  expect(await bank.end('b')).toBe('confirmed')
  await bank.shows('ada 5')
})

test('one that throws on a commit from elsewhere: it has no effect, is listed in every tab, and the order goes on', async ({
  openBank,
}) => {
  const [strict, lax] = [await openBank(), await openBank({ lax: '', other: true })]
  await lax.commit('a', 'withdrawn', 'ada', 5)
  await lax.commit('b', 'deposited', 'ada', 7)
  expect(await lax.end('b')).toBe('confirmed')
  const listed = ['the materializer of v1.Withdrawn failed: ada does not have 5']
  await strict.shows('ada 7')
  await expect(strict.skipped).toHaveText(listed)
  await strict.reload()
  await expect(strict.skipped).toHaveText(listed)
  const second = await openBank()
  await second.shows('ada 7')
  await expect(second.skipped).toHaveText(listed)
})

test('after a rebase, without onConflict: parked, with the reason, in every tab and after a reload; what is behind lands', async ({
  openBank,
}) => {
  const { tab, other } = await overdraw(openBank)
  const reason = 'the materializer of v1.Withdrawn failed: ada does not have 8'
  expect(await tab.end('late')).toMatch(new RegExp(`^CommitSettled: commit .* was parked: ${reason}$`))
  expect(await tab.end('behind')).toBe('confirmed')
  await other.shows('ada 5', 'bob 1')
  await tab.shows('ada 5', 'bob 1')
  await expect(tab.parked).toHaveText([new RegExp(`^parked: ada 8: ${reason}`)])
  await expect(other.parked).toHaveCount(0)
  const second = await openBank()
  await expect(second.parked).toHaveCount(1)
  await tab.reload()
  await expect(tab.parked).toHaveCount(1)
})

test('onConflict keeps it: parked with what it said', async ({ openBank }) => {
  const { tab } = await overdraw(openBank, { conflict: 'keep' })
  expect(await tab.end('late')).toContain('was parked: look at it later')
  await expect(tab.parked).toHaveText([/^parked: ada 8: look at it later/])
})

test('onConflict drops it: its receipt says so, and no list', async ({ openBank }) => {
  const { tab } = await overdraw(openBank, { conflict: 'drop' })
  expect(await tab.end('late')).toContain('was dropped: never mind')
  expect(await tab.end('behind')).toBe('confirmed')
  await expect(tab.parked).toHaveCount(0)
})

test('onConflict replaces it: its receipt is confirmed with the replacement', async ({ openBank }) => {
  const { tab, other } = await overdraw(openBank, { conflict: 'replace' })
  expect(await tab.end('late')).toBe('confirmed')
  await tab.shows('ada 0', 'bob 1')
  await other.shows('ada 0', 'bob 1')
})

test('the backend rejects a commit: rolled back, and its reason reaches the receipt and the list', async ({
  openBank,
}) => {
  const tab = await openBank()
  await tab.setOnline(false)
  await tab.commit('bad', 'deposited', 'forbidden', 1)
  await tab.commit('good', 'deposited', 'ada', 1)
  await tab.shows('ada 1', 'forbidden 1')
  await tab.setOnline(true)
  expect(await tab.end('bad')).toMatch(/was rejected: this name is not allowed$/)
  expect(await tab.end('good')).toBe('confirmed')
  await tab.shows('ada 1')
  await expect(tab.parked).toHaveText([/^rejected: forbidden 1: this name is not allowed/])
})

test('a parked commit is retried: refused while it does not apply, then committed, by any tab', async ({
  openBank,
}) => {
  const { tab, other } = await overdraw(openBank)
  const second = await openBank()
  await second.parked.getByRole('button', { name: 'Retry' }).click()
  await expect(second.said).toHaveText(/^MaterializeError: .*ada does not have 8/)
  await expect(tab.parked).toHaveCount(1)

  await tab.commit('more', 'deposited', 'ada', 5)
  await second.shows('ada 10', 'bob 1')
  await second.parked.getByRole('button', { name: 'Retry' }).click()
  await expect(second.parked).toHaveCount(0)
  await expect(tab.parked).toHaveCount(0)
  await other.shows('ada 2', 'bob 1')
  await tab.shows('ada 2', 'bob 1')
  await tab.reload()
  await tab.shows('ada 2', 'bob 1')
  await expect(tab.parked).toHaveCount(0)
})

test('a parked commit is exported, then discarded, for all tabs and for good, whoever leads', async ({ openBank }) => {
  const { tab } = await overdraw(openBank)
  const second = await openBank()
  await expect(second.parked).toHaveCount(1)
  const text = await second.page.evaluate(() => window.bank.store.parked.export())
  expect(JSON.parse(text)).toMatchObject({
    format: 'headwater.parked.v1',
    commits: [{ outcome: 'parked', commit: { events: [{ name: 'v1.Withdrawn', args: { name: 'ada', amount: 8 } }] } }],
  })
  await second.parked.getByRole('button', { name: 'Discard' }).click()
  await expect(tab.parked).toHaveCount(0)
  await tab.page.close() // it led
  await second.reload()
  await second.shows('ada 5', 'bob 1')
  await expect(second.parked).toHaveCount(0)
})
