import type { Page } from '@playwright/test'

/** Ends the process of a page, as a crash does: it says no good-bye. */
export async function crash(page: Page) {
  const crashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  void session.send('Page.crash').catch(() => undefined) // nobody is left to answer
  await crashed
}

/** Stops the process of a page, with its worker and all else that runs there. */
export async function freeze(page: Page) {
  const renderer = await rendererOf(page)
  process.kill(renderer, 'SIGSTOP')
  return {
    thaw: () => process.kill(renderer, 'SIGCONT'),
    kill: () => process.kill(renderer, 'SIGKILL'),
  }
}

/** The operating system's id of the page's process: the one that works when the page does. */
async function rendererOf(page: Page): Promise<number> {
  const browser = await page.context().browser()!.newBrowserCDPSession()
  const renderers = async () => {
    const { processInfo } = await browser.send('SystemInfo.getProcessInfo')
    return processInfo.filter(({ type }) => type === 'renderer')
  }
  const before = new Map((await renderers()).map(({ id, cpuTime }) => [id, cpuTime]))
  await page.evaluate(() => {
    const end = performance.now() + 1_000
    while (performance.now() < end);
  })
  const worked = (await renderers()).map(({ id, cpuTime }) => ({ id, for: cpuTime - (before.get(id) ?? cpuTime) }))
  return worked.toSorted((a, b) => b.for - a.for)[0]!.id
}
