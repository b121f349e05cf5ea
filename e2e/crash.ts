import type { Page } from '@playwright/test'

/** Ends the process of a page, as a crash does: it says no good-bye. */
export async function crash(page: Page) {
  const crashed = page.waitForEvent('crash')
  const session = await page.context().newCDPSession(page)
  void session.send('Page.crash').catch(() => undefined) // nobody is left to answer
  await crashed
}
