import { chromiumArgs } from '../scripts/chromium.ts'
import { expect, test } from './test.ts'
import { TodoApp } from './todo-app.ts'

declare global {
  interface Window {
    /** What the page that came back showed. */
    shown?: Promise<readonly string[]>
  }
}

test('the page that leads is put aside: the other leads, and it joins when it is back as it was', async ({
  playwright,
  baseURL,
  storeId,
  backendUrl,
}) => {
  const browser = await playwright.chromium.launch({
    executablePath: process.env.PLAYWRIGHT_CHROMIUM!,
    args: chromiumArgs,
    ignoreDefaultArgs: ['--disable-back-forward-cache'],
  })
  const context = await browser.newContext({ baseURL: baseURL! })
  const open = async () => {
    const todos = new TodoApp(await context.newPage())
    await todos.open({ storeId, backendUrl })
    return todos
  }
  const leader = await open()
  const other = await open()
  await leader.add('a')
  await other.shows(['a'])

  // Playwright loses a page that was put aside, so it tells of itself when it is back.
  await leader.page.evaluate(() => {
    window.addEventListener('pageshow', ({ persisted }) => {
      if (!persisted) return
      const look = setInterval(() => {
        const texts = [...document.querySelectorAll('.todo-list label')].map(({ textContent }) => textContent)
        if (texts.length < 2) return
        clearInterval(look)
        new BroadcastChannel('test').postMessage(texts)
        document.querySelector<HTMLElement>('.toggle')!.click()
      }, 100)
    })
  })
  await other.page.evaluate(() => {
    window.shown = new Promise((resolve) => {
      new BroadcastChannel('test').onmessage = ({ data }) => resolve(data)
    })
  })
  const session = await context.newCDPSession(leader.page)
  const { currentIndex, entries } = await session.send('Page.getNavigationHistory')
  await leader.page.goto('about:blank')
  await other.add('b')
  await other.isPersisted()
  await session.send('Page.navigateToHistoryEntry', { entryId: entries[currentIndex]!.id })
  expect(await other.page.evaluate(() => window.shown)).toEqual(['a', 'b'])
  await other.showsCompleted(['a'])
  await browser.close()
})
