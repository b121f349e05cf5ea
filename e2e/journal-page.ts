import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from '@playwright/test'
import type { SyncStatus } from '../src/index.ts'
import type {} from './fixtures/journal/main.ts'
import { test as base } from './test.ts'

/** The page of `e2e/fixtures/journal` in one tab. */
export class JournalPage {
  readonly page: Page
  /** What this tab was told to be persisted. */
  readonly persisted = new Set<string>()

  constructor(page: Page) {
    this.page = page
  }

  async open(asked: { readonly store: string; readonly backend?: string }) {
    await this.page.exposeFunction('persisted', (id: string) => void this.persisted.add(id))
    await this.page.goto(`/e2e/fixtures/journal/index.html?${new URLSearchParams(asked)}`)
    await this.isOpen()
    return this
  }

  async isOpen() {
    await this.page.waitForFunction(() => 'journal' in window)
  }

  async reload() {
    await this.page.reload()
    await this.isOpen()
  }

  note(id: string, size?: number): Promise<void> {
    return this.page.evaluate(([id, size]) => window.journal.note(id, size), [id, size] as const)
  }

  noteOn(name: string): Promise<void> {
    return this.page.evaluate((name) => window.journal.noteOn(name), name)
  }

  notes() {
    return this.page.evaluate(() => window.journal.notes())
  }

  async ids() {
    return (await this.notes()).map(({ id }) => id)
  }

  status(): Promise<SyncStatus> {
    return this.page.evaluate(() => window.journal.store.status.getState())
  }

  async problem() {
    return (await this.status()).storage?.problem?.reason
  }

  async pending() {
    return (await this.status()).session.pending
  }
}

type Profile = {
  /** Starts the browser on this profile: the same files each time. */
  launch(): Promise<BrowserContext>
  /** Starts another browser on a copy of it, which is made while no browser runs on it. */
  launchCopy(): Promise<BrowserContext>
  readonly folder: string
}

/** A browser profile on disk, which outlives the browser. */
export const test = base.extend<{ profile: Profile }>({
  profile: async ({ playwright, launchOptions, baseURL }, use) => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-profile-'))
    const copy = `${folder}-copy`
    const browsers: BrowserContext[] = []
    const launchOn = async (place: string) => {
      const browser = await playwright.chromium.launchPersistentContext(place, { ...launchOptions, baseURL: baseURL! })
      browsers.push(browser)
      return browser
    }
    await use({
      folder,
      launch: () => launchOn(folder),
      async launchCopy() {
        cpSync(folder, copy, { recursive: true })
        return launchOn(copy)
      },
    })
    for (const browser of browsers) await browser.close().catch(() => undefined) // one that was killed is closed
    for (const place of [folder, copy]) rmSync(place, { recursive: true, force: true, maxRetries: 5 })
  },
})

export { expect } from './test.ts'
