import { type BrowserContext, test as base } from '@playwright/test'
import { nanoid } from 'nanoid'
import { type Backend, startBackend } from './backend.ts'
import { TodoApp } from './todo-app.ts'

export { expect } from '@playwright/test'

type Fixtures = {
  /** A store that no other test uses. */
  readonly storeId: string
  /** Opens the example in a new tab of this test's browser profile, or of another one. */
  readonly openTab: (context?: BrowserContext) => Promise<TodoApp>
  /** The first tab. */
  readonly todos: TodoApp
  /** Another browser profile: nothing but the backend connects it to the first. */
  readonly otherBrowser: BrowserContext
  /** A backend that this test may kill. */
  readonly ownBackend: Backend
  /** The backend that tabs sync with: the shared one. */
  readonly backendUrl: string
}

type WorkerFixtures = {
  /** Each test has a store of its own in it. */
  readonly sharedBackend: Backend
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  sharedBackend: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads from the pattern what a fixture needs
    async ({}, use) => {
      const backend = await startBackend()
      await use(backend)
      await backend.stop()
    },
    { scope: 'worker' },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above
  ownBackend: async ({}, use) => {
    const backend = await startBackend()
    await use(backend)
    await backend.stop()
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above
  storeId: async ({}, use) => {
    await use(`e2e-${nanoid()}`)
  },
  backendUrl: async ({ sharedBackend }, use) => {
    await use(sharedBackend.url)
  },
  openTab: async ({ context, storeId, backendUrl }, use) => {
    await use(async (profile = context) => {
      const todos = new TodoApp(await profile.newPage())
      await todos.open({ storeId, backendUrl })
      return todos
    })
  },
  todos: async ({ openTab }, use) => {
    await use(await openTab())
  },
  otherBrowser: async ({ browser, contextOptions }, use, testInfo) => {
    testInfo.setTimeout(60_000) // two browsers and a backend take their time where others work too
    const other = await browser.newContext(contextOptions)
    await use(other)
    await other.close()
  },
})
