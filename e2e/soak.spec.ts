import type { BrowserContext } from '@playwright/test'
import { createRandom } from '../src/testing/simulator/random.ts'
import { crash } from './crash.ts'
import { expect, JournalPage, test } from './journal-page.ts'

// SOAK_STEPS=1000 SOAK_SEED=7 npm run e2e soak

const seed = Number(process.env.SOAK_SEED ?? 1)
const steps = Number(process.env.SOAK_STEPS ?? 30)

/** Fewer are made more, and more are made fewer. */
const tabsAtOnce = { least: 2, most: 4 }

test(`tabs are opened, closed and crash while others commit: all come to the same, and nothing is lost (seed ${seed}, ${steps} steps)`, async ({
  context,
  storeId,
  backendUrl,
  otherBrowser,
}) => {
  test.setTimeout(60_000 + steps * 5_000)
  const random = createRandom(seed)
  const everyTab: JournalPage[] = []
  const living = new Set<JournalPage>()
  const persisted = () => everyTab.reduce((sum, tab) => sum + tab.persisted.size, 0)

  const open = async (browser: BrowserContext) => {
    const tab = new JournalPage(await browser.newPage())
    everyTab.push(tab)
    tab.page.once('crash', () => living.delete(tab)) // one process may have several tabs
    return tab.open({ store: storeId, backend: backendUrl })
  }

  const actions = {
    async open() {
      const tab = await open(context)
      living.add(tab)
      await noteNowAndThen(tab, `${everyTab.length}-`)
    },
    async close() {
      const tab = random.pick([...living])
      living.delete(tab)
      await tab.page.close()
    },
    async crash() {
      await crash(random.pick([...living]).page)
    },
  }

  const next = (): keyof typeof actions => {
    if (living.size < tabsAtOnce.least) return 'open'
    return random.pick(living.size < tabsAtOnce.most ? ['open', 'close', 'crash'] : ['close', 'crash'])
  }

  for (let step = 0; step < steps; step++) {
    const action = next()
    await test.step(`step ${step}: ${action}`, actions[action])
    if (living.size === 0) continue
    const before = persisted()
    const more = random.below(30)
    await expect
      .poll(persisted, { message: `persisted after step ${step}`, intervals: [10] })
      .toBeGreaterThan(before + more)
  }

  const last = [...living]
  if (last.length === 0) last.push(await open(context))
  for (const { page } of last) await page.evaluate(() => window.dispatchEvent(new Event('enough')))
  for (const tab of last) {
    await expect
      .poll(async () => {
        const { session, leader } = await tab.status()
        return session.pending + leader.unconfirmed
      })
      .toBe(0)
  }
  const notes = await last[0]!.notes()
  expect(notes.filter(({ times }) => times !== 1)).toEqual([])
  const there = new Set(notes.map(({ id }) => id))
  expect(everyTab.flatMap((tab) => [...tab.persisted]).filter((id) => !there.has(id))).toEqual([])
  for (const tab of [...last.slice(1), await open(otherBrowser)]) await expect.poll(() => tab.notes()).toEqual(notes)
})

/** Notes until the page goes, or has done enough; not as fast as it can, for all of it is compared. */
function noteNowAndThen({ page }: JournalPage, name: string) {
  return page.evaluate((name) => {
    let count = 0
    const next = () => {
      window.journal.note(`${name}${count++}`)
      timer = setTimeout(next, (count * 7) % 40)
    }
    let timer = setTimeout(next)
    window.addEventListener('enough', () => clearTimeout(timer))
  }, name)
}
