import { DatabaseSync } from 'node:sqlite'
import { BankPage } from './bank.ts'
import { freeze } from './crash.ts'
import { test as base, expect } from './test.ts'

type Fixtures = {
  readonly openBank: () => Promise<BankPage>
}

const test = base.extend<Fixtures>({
  openBank: async ({ context, storeId, backendUrl }, use) => {
    await use(async () => new BankPage(await context.newPage()).open({ store: storeId, backend: backendUrl }))
  },
})

const wipe = ({ page }: BankPage, storeId: string) =>
  page.evaluate(
    (storeId) =>
      window.bank.wipe(storeId, { timeoutMs: 2_000 }).then(
        () => 'wiped',
        (error: Error) => error.name,
      ),
    storeId,
  )

/** The folders of stores that this browser has. */
const folders = ({ page }: BankPage) =>
  page.evaluate(async () => {
    const root = await navigator.storage.getDirectory()
    const stores = await root.getDirectoryHandle('headwater')
    const names: string[] = []
    for await (const name of (stores as unknown as { keys(): AsyncIterable<string> }).keys()) names.push(name)
    return names
  })

test('who leads, and how far each tier is, is told in every tab', async ({ openBank }) => {
  const one = await openBank()
  const two = await openBank()
  await one.reaches({ leader: { isHere: true }, connection: { name: 'online' } })
  await two.reaches({ leader: { isHere: false }, storage: { kind: 'opfs' } })
  await two.setOnline(false)
  await one.reaches({ connection: { name: 'offline' } })
  await one.commit('a', 'deposited', 'ada', 1)
  await one.isPersisted('a')
  await two.reaches({
    session: { pending: 0 },
    leader: { unconfirmed: 1 },
    backend: { head: 0, confirmed: { global: 0 } },
  })
  await two.setOnline(true)
  await two.reaches({ leader: { unconfirmed: 0 }, backend: { head: 1, confirmed: { global: 1 } } })
  await one.page.close()
  await two.reaches({ leader: { isHere: true } })
})

test('store.reset() in one tab: all begin anew from what the backend has', async ({ openBank }) => {
  const [one, two] = [await openBank(), await openBank()]
  await one.commit('a', 'deposited', 'ada', 1)
  expect(await one.end('a')).toBe('confirmed')
  await one.setOnline(false)
  await two.reaches({ connection: { name: 'offline' } })
  await two.commit('b', 'deposited', 'bob', 2)
  await two.isPersisted('b')
  await one.page.evaluate(() => window.bank.store.reset())
  await Promise.all([one.shows(), two.shows()])
  expect(await two.end('b')).toMatch(/^StoreReset/)
  await expect(one.parked).toHaveText([/^parked: bob 2/])
  await one.setOnline(true)
  await Promise.all([one.shows('ada 1'), two.shows('ada 1')])
})

test('wipe while tabs have the store open: they end with the reason, and nothing is left', async ({
  openBank,
  storeId,
}) => {
  const [one, two] = [await openBank(), await openBank()]
  await one.setOnline(false)
  await one.commit('a', 'deposited', 'ada', 1)
  await one.isPersisted('a')
  expect(await folders(one)).toContain(storeId)
  expect(await wipe(two, storeId)).toBe('wiped')
  for (const { alert } of [one, two])
    await expect(alert).toHaveText('StoreReset: the local data of this store was wiped')
  expect(await one.end('a')).toMatch(/^StoreReset/)
  expect(await folders(one)).not.toContain(storeId)
  await one.reload()
  await one.shows()
  await one.reaches({ parked: 0, connection: { name: 'online' } })
})

test('wipe when no tab has it open; another store stays as it is', async ({
  openBank,
  context,
  storeId,
  backendUrl,
}) => {
  const one = await openBank()
  await one.commit('a', 'deposited', 'ada', 1)
  await one.isPersisted('a')
  await one.page.close()
  const other = new BankPage(await context.newPage())
  await other.open({ store: `${storeId}-other`, backend: backendUrl })
  await other.commit('b', 'deposited', 'bob', 1)
  await other.isPersisted('b')
  expect(await wipe(other, storeId)).toBe('wiped')
  expect(await folders(other)).toEqual([`${storeId}-other`])
  await other.commit('c', 'deposited', 'bob', 1)
  await other.shows('bob 2')
})

test('the browser asks before it leaves a page with something that is not persisted, and only then', async ({
  openBank,
}) => {
  const tab = await openBank()
  await tab.commit('a', 'deposited', 'ada', 1)
  await tab.isPersisted('a')
  const asked: string[] = []
  tab.page.on('dialog', (dialog) => {
    asked.push(dialog.type())
    void dialog.accept()
  })
  await tab.page.mouse.click(1, 1) // browsers ask only on pages that were used
  await tab.page.reload()
  await tab.isOpen()
  expect(asked).toEqual([])
  await tab.page.mouse.click(1, 1)
  await tab.page.evaluate(() => {
    const { store, events } = window.bank
    store.commit(events.deposited({ name: 'bob', amount: 1 }))
    queueMicrotask(() => location.reload()) // in the same task: no leader can have it
  })
  await expect.poll(() => asked).toEqual(['beforeunload'])
})

/** Commits, and shuts the store down at once. */
const commitAndShutDown = ({ page }: BankPage, options?: { readonly timeoutMs: number }) =>
  page.evaluate(async (options) => {
    const { store, events } = window.bank
    const { commitId, persisted } = store.commit(events.deposited({ name: 'bob', amount: 1 }))
    const ended = persisted.then(
      () => 'persisted',
      (error: Error) => error.name,
    )
    const started = performance.now()
    const { unpersisted } = await store.shutdown(options)
    const isAll = JSON.stringify(unpersisted) === JSON.stringify([commitId])
    return { isAll, ended: await ended, seconds: (performance.now() - started) / 1_000 }
  }, options)

test('shutdown ends within its bound where the leader is frozen or hangs, and says what was not persisted', async ({
  openBank,
}) => {
  const [one, two] = [await openBank(), await openBank()]
  await one.commit('a', 'deposited', 'ada', 1)
  await two.shows('ada 1')
  const lost = { isAll: true, ended: 'StoreClosed' }
  const { thaw } = await freeze(one.page)
  const ofFrozen = await commitAndShutDown(two, { timeoutMs: 300 })
  expect(ofFrozen).toMatchObject(lost)
  expect(ofFrozen.seconds).toBeLessThan(1.9)
  thaw()

  await two.reload()
  await one.page.workers()[0]!.evaluate(() => {
    // In a task of its own: what a debugger runs cannot be terminated.
    setTimeout(() => {
      for (;;);
    })
  })
  const shutDown = await Promise.all([commitAndShutDown(one), commitAndShutDown(two)])
  expect(shutDown).toMatchObject([lost, lost])
  // Two for the leader to answer, and one for the tab's own worker to let go. The watch on the worker would take five to end it.
  for (const { seconds } of shutDown) expect(seconds).toBeLessThan(4.5)
  await two.reload()
  await two.reaches({ leader: { isHere: true } })
  await two.commit('b', 'deposited', 'ada', 1)
  await two.isPersisted('b')
})

/** What the tab downloads as `name`, as a file on this machine. */
async function downloaded({ page }: BankPage): Promise<Map<string, string>> {
  const files = new Map<string, string>()
  const both = new Promise<void>((resolve) => {
    page.on('download', async (download) => {
      files.set(download.suggestedFilename(), await download.path())
      if (files.size === 2) resolve()
    })
  })
  await page.getByRole('button', { name: 'Download' }).click()
  await both
  return files
}

const rows = (file: string, sql: string) => {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db
      .prepare(sql)
      .all()
      .map((row) => Object.values(row))
  } finally {
    db.close()
  }
}

test('a download opens in any SQLite tool, and another browser goes on from it; what is no log is refused', async ({
  openBank,
  otherBrowser,
  storeId,
  backendUrl,
}) => {
  const tab = await openBank()
  await tab.commit('a', 'deposited', 'ada', 10)
  expect(await tab.end('a')).toBe('confirmed')
  await tab.setOnline(false)
  await tab.commit('b', 'withdrawn', 'ada', 4)
  await tab.isPersisted('b')
  const files = await downloaded(tab)
  const [log, state] = [files.get('log.db')!, files.get('state.db')!]
  expect(rows(state, 'SELECT name, balance FROM accounts')).toEqual([['ada', 6]])
  expect(rows(log, 'SELECT name FROM events ORDER BY position')).toEqual([['v1.Deposited'], ['v1.Withdrawn']])
  for (const file of [log, state]) expect(rows(file, 'PRAGMA integrity_check')).toEqual([['ok']])
  await tab.commit('c', 'deposited', 'ada', 1)
  await tab.isPersisted('c')

  const other = new BankPage(await otherBrowser.newPage())
  await other.open({ store: storeId, backend: backendUrl })
  await other.shows('ada 10')
  await other.setOnline(false)
  await other.reaches({ connection: { name: 'offline' } })
  await other.page.getByLabel('Import').setInputFiles(log)
  await other.shows('ada 6')
  await other.reaches({ leader: { unconfirmed: 1 }, storage: { kind: 'opfs', archives: [{ reason: 'reset' }] } })
  await other.page.getByLabel('Import').setInputFiles(state)
  await expect(other.said).toHaveText(/^ImportRefused: this is not a log of Headwater/)

  // It is online again, and pushes what the first browser had not.
  await other.reload()
  await other.shows('ada 6')
  await other.reaches({ leader: { unconfirmed: 0 } })
  await tab.setOnline(true)
  expect(await Promise.all([tab.end('b'), tab.end('c')])).toEqual(['confirmed', 'confirmed'])
  await tab.shows('ada 7')
  await other.shows('ada 7')
})
