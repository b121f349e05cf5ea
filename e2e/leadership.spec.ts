import type { CDPSession, Page } from '@playwright/test'
import { crash, freeze } from './crash.ts'
import { expect, test } from './test.ts'
import type { TodoApp } from './todo-app.ts'

/** The worker that leads: that of the first tab, which got the lock first. */
const leaderOf = ({ page }: TodoApp) => page.workers()[0]!

test.describe('the worker that leads', () => {
  test('hangs in an endless loop: its tab replaces it, and nothing is lost', async ({ todos: leader, openTab }) => {
    const other = await openTab()
    await leader.add('before')
    await leader.isPersisted()
    const hung = leaderOf(leader)
    const ended = new Promise((resolve) => hung.once('close', resolve))
    await hung.evaluate(() => {
      // In a task of its own: what a debugger runs cannot be terminated.
      setTimeout(() => {
        for (;;);
      })
    })
    await leader.add('meanwhile, here')
    await other.add('meanwhile, there')
    await expect(other.pending).not.toHaveText('0 pending')
    await ended
    await leader.isPersisted()
    await other.isPersisted()
    await expect(other.items).toHaveCount(3)
    // Who comes to the new leader first stands first.
    const texts = await other.items.locator('label').allTextContents()
    expect(texts.toSorted()).toEqual(['before', 'meanwhile, here', 'meanwhile, there'])
    await leader.shows(texts)
    await other.reload()
    await other.shows(texts)
  })

  for (const [how, end] of [
    ['ends', () => self.close()],
    [
      'throws what nobody catches',
      () => {
        setTimeout(() => {
          throw new Error('nobody catches this')
        })
      },
    ],
  ] as const) {
    test(`${how}, alone in its tab: another takes its place`, async ({ todos }) => {
      await todos.add('before')
      await todos.isPersisted()
      const first = leaderOf(todos)
      const ended = new Promise((resolve) => first.once('close', resolve))
      await first.evaluate(end)
      await ended
      await todos.add('after')
      await todos.isPersisted()
      await todos.isConfirmed()
      await todos.reload()
      await todos.shows(['before', 'after'])
    })
  }
})

test('the tab that leads crashes, and takes the broker with it: the others go on', async ({
  todos: leader,
  openTab,
}) => {
  const [second, third] = [await openTab(), await openTab()]
  await leader.add('before')
  await third.shows(['before'])
  await crash(leader.page)
  await second.add('after')
  await third.shows(['before', 'after'])
  await second.isPersisted()
  const late = await openTab()
  await late.shows(['before', 'after'])
  await late.add('late')
  await second.shows(['before', 'after', 'late'])
})

test('the broker ends alone: tabs that come later find the leader, and the next leader is found', async ({
  todos: leader,
  openTab,
}) => {
  await leader.add('before')
  await endBroker(await leader.page.context().browser()!.newBrowserCDPSession(), leader.page)
  const other = await openTab()
  await other.shows(['before'])
  await leader.page.close()
  await other.add('after')
  await other.isPersisted()
  const late = await openTab()
  await late.shows(['before', 'after'])
})

test.describe('the tab that leads is frozen', () => {
  test('the others go on in memory, a new one opens with what they have; they say so, and persist once they can', async ({
    todos: leader,
    openTab,
  }) => {
    const other = await openTab()
    await leader.add('before')
    await other.shows(['before'])
    const { thaw } = await freeze(leader.page)
    await other.add('meanwhile')
    const late = await openTab()
    await late.shows(['before'])
    await late.add('late')
    for (const tab of [other, late]) await isBlocked(tab)
    await other.shows(['before', 'meanwhile'])
    await late.shows(['before', 'late'])
    thaw()
    for (const tab of [other, late]) {
      await expect(tab.page.getByTestId('storage')).toHaveText('stored in this browser (opfs)')
      await tab.isPersisted()
    }
    await expect(leader.items).toHaveCount(3)
    const texts = await leader.items.locator('label').allTextContents()
    expect(texts.toSorted()).toEqual(['before', 'late', 'meanwhile'])
    for (const tab of [other, late]) await tab.shows(texts)
  })

  test('and killed: the other persists what it kept', async ({ todos: leader, openTab }) => {
    const other = await openTab()
    await leader.add('before')
    await other.shows(['before'])
    const { kill } = await freeze(leader.page)
    await other.add('meanwhile')
    await isBlocked(other)
    kill()
    await other.isPersisted()
    await other.reload()
    await other.shows(['before', 'meanwhile'])
  })

  test('and nobody else is there: a tab that opens says so, and opens by itself once it can', async ({
    todos: leader,
    context,
  }) => {
    await leader.add('before')
    await leader.isPersisted()
    const { thaw } = await freeze(leader.page)
    const late = new (leader.constructor as typeof TodoApp)(await context.newPage())
    await late.page.goto(leader.page.url())
    await expect(late.page.getByRole('status')).toHaveText('Another tab keeps the store, and does not respond…')
    thaw()
    await late.shows(['before'])
    await late.add('late')
    await leader.shows(['before', 'late'])
  })
})

test('where there is no SharedWorker, tabs share one log all the same', async ({ context, openTab }) => {
  await context.addInitScript(() => Reflect.deleteProperty(window, 'SharedWorker'))
  const first = await openTab()
  const second = await openTab()
  expect(await first.page.evaluate(() => typeof SharedWorker)).toBe('undefined')
  await first.add('a')
  await second.shows(['a'])
  await second.add('b')
  await first.shows(['a', 'b'])
  await second.isConfirmed()
  await first.page.close()
  await second.add('c')
  await second.isPersisted()
  const third = await openTab()
  await third.shows(['a', 'b', 'c'])
  await crash(second.page)
  await third.add('d')
  await third.isPersisted()
})

test('tabs of two builds, whose brokers have other addresses, share one log', async ({ context, openTab }) => {
  const first = await openTab()
  await context.addInitScript(() => {
    const { SharedWorker: Original } = window
    window.SharedWorker = class extends Original {
      constructor(url: string | URL, options?: string | WorkerOptions) {
        super(`${url}?another-build`, options)
      }
    }
  })
  const second = await openTab()
  await first.add('a')
  await second.shows(['a'])
  await second.add('b')
  await first.shows(['a', 'b'])
  await first.page.close()
  await second.add('c')
  await second.isPersisted()
})

test('a tab that is duplicated is a session of its own', async ({ todos: first, context }) => {
  await first.add('a')
  await first.page.evaluate(() => sessionStorage.setItem('copied', 'yes'))
  const opened = context.waitForEvent('page')
  await first.page.evaluate(() => void window.open(location.href))
  const second = new (first.constructor as typeof TodoApp)(await opened)
  await second.isOpen()
  expect(await second.page.evaluate(() => sessionStorage.getItem('copied'))).toBe('yes')
  await second.shows(['a'])
  await second.add('b')
  await first.shows(['a', 'b'])
  const sessions = await first.page.evaluate(async () => {
    const { held } = await navigator.locks.query()
    return held!.map(({ name }) => name!).filter((name) => name.includes(':session:'))
  })
  expect(new Set(sessions).size).toBe(2)
})

/** The broker of this page's browser profile, and no other one. */
async function endBroker(browser: CDPSession, page: Page) {
  const session = await page.context().newCDPSession(page)
  const { targetInfo } = await session.send('Target.getTargetInfo')
  const { targetInfos } = await browser.send('Target.getTargets')
  const broker = targetInfos.find(
    ({ type, browserContextId }) => type === 'shared_worker' && browserContextId === targetInfo.browserContextId,
  )
  await browser.send('Target.closeTarget', { targetId: broker!.targetId })
}

const isBlocked = ({ page }: TodoApp) =>
  expect(page.getByTestId('storage')).toHaveText('not stored: blocked by another tab')
