import { execFileSync } from 'node:child_process'
import type { BrowserContext } from '@playwright/test'
import { createRandom } from '../src/testing/simulator/random.ts'
import { crash } from './crash.ts'
import { expect, JournalPage, test } from './journal-page.ts'

// CRASH_ROUNDS=200 CRASH_SEED=7 npm run e2e crash

const seed = Number(process.env.CRASH_SEED ?? 1)
const rounds = Number(process.env.CRASH_ROUNDS ?? 3)

type Running = { readonly browser: BrowserContext; readonly tabs: readonly JournalPage[] }

/** Ways to die, each at any moment. */
const deaths: Record<string, (running: Running, folder: string) => Promise<void>> = {
  'the browser': ({ browser }, folder) => killBrowser(browser, folder),
  'the tab that leads': ({ tabs }) => crashTab(tabs[0]!),
  'the other tab': ({ tabs }) => crashTab(tabs[1]!),
  'the worker': async ({ tabs }) => {
    await tabs[0]!.page
      .workers()[0]
      ?.evaluate(() => self.close())
      .catch(() => undefined) // it does not live to answer
  },
}

test(`whatever dies while two tabs commit, what was persisted is there, once (seed ${seed}, ${rounds} rounds)`, async ({
  profile,
  storeId,
  backendUrl,
  otherBrowser,
}) => {
  test.setTimeout(60_000 + rounds * 20_000)
  const random = createRandom(seed)
  const persisted = new Set<string>()
  const open = async (browser: BrowserContext) => {
    const tab = new JournalPage(await browser.newPage())
    return tab.open({ store: storeId, backend: backendUrl })
  }

  for (let round = 0; round < rounds; round++) {
    const browser = await profile.launch()
    const tabs = [await open(browser), await open(browser)]
    await isComplete(tabs[0]!, persisted)
    // The browser is killed at the end of every round, whatever died before.
    for (const [index, tab] of tabs.entries()) await tab.noteOn(`${round}-${index}-`)
    await havePersisted(tabs, random.below(150))
    const death = random.pick(Object.keys(deaths))
    await test.step(`round ${round}: ${death} dies`, () => deaths[death]!({ browser, tabs }, profile.folder))
    if (death !== 'the browser') {
      await survives(tabs)
      await killBrowser(browser, profile.folder)
    }
    for (const tab of tabs) for (const id of tab.persisted) persisted.add(id)
    expect(persisted.size, `notes were persisted in round ${round}`).toBeGreaterThan(round)
  }

  const browser = await profile.launch()
  const last = await open(browser)
  const notes = await isComplete(last, persisted)
  // The same as a replay of the log, which is the backend's by now.
  await expect.poll(async () => (await last.status()).leader.unconfirmed, { timeout: 30_000 }).toBe(0)
  const replay = await open(otherBrowser)
  const summary = (found: typeof notes) => ({ count: found.length, times: found.filter(({ times }) => times > 1) })
  await expect
    .poll(async () => ({ ...summary(await replay.notes()), connection: (await replay.status()).connection.name }), {
      timeout: 30_000,
    })
    .toEqual({ ...summary(notes), connection: 'online' })
  expect((await replay.notes()).every(({ id, text }, at) => notes[at]!.id === id && notes[at]!.text === text)).toBe(
    true,
  )
})

/** Everything that was said to be persisted is there, once, and whole. */
async function isComplete(tab: JournalPage, persisted: ReadonlySet<string>) {
  const notes = await tab.notes()
  const ids = new Set(notes.map(({ id }) => id))
  expect(
    [...persisted].filter((id) => !ids.has(id)),
    'notes that were persisted and are gone',
  ).toEqual([])
  expect(
    notes.filter(({ times }) => times !== 1),
    'notes that took effect more than once',
  ).toEqual([])
  expect(
    notes.filter(({ id, text }) => text.split(id).length < 2 && text !== ''),
    'notes that are not whole',
  ).toEqual([])
  return notes
}

/** A tab that is left goes on persisting. */
async function survives(tabs: readonly JournalPage[]) {
  const living = tabs.filter(({ page }) => !crashed.has(page))
  for (const tab of living) {
    const before = tab.persisted.size
    await expect.poll(() => tab.persisted.size, 'the tab that is left goes on').toBeGreaterThan(before)
  }
}

/** The moment of a death: in the middle of work, after more than so many notes. */
async function havePersisted(tabs: readonly JournalPage[], count: number) {
  const persisted = () => tabs.reduce((sum, tab) => sum + tab.persisted.size, 0)
  await expect.poll(persisted, { intervals: [1] }).toBeGreaterThan(count)
}

const crashed = new WeakSet<object>()

async function crashTab({ page }: JournalPage) {
  crashed.add(page)
  await crash(page)
}

/** As a power cut would, but for the disk: nothing of it gets a last word. */
async function killBrowser(browser: BrowserContext, folder: string) {
  const closed = new Promise((resolve) => browser.once('close', resolve))
  process.kill(browserOf(folder), 'SIGKILL')
  await closed
}

/** The main process, which has no type, of the browser on this profile. */
function browserOf(folder: string): number {
  const processes = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n')
  const main = processes.find((line) => line.includes(`--user-data-dir=${folder}`) && !line.includes('--type='))
  return Number.parseInt(main!, 10)
}
