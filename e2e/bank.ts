import { expect, type Locator, type Page } from '@playwright/test'
import type { SyncStatus } from '../src/index.ts'

type EventName = 'deposited' | 'withdrawn'

/** The page of `e2e/fixtures/bank` in one tab: an app whose materializer refuses what an account does not have. */
export class BankPage {
  readonly page: Page
  readonly accounts: Locator
  readonly parked: Locator
  readonly skipped: Locator
  /** What a retry said that could not be done. */
  readonly said: Locator
  /** Why the store ended. */
  readonly alert: Locator

  constructor(page: Page) {
    this.page = page
    this.accounts = page.getByRole('list', { name: 'accounts' }).getByRole('listitem')
    this.parked = page.getByRole('list', { name: 'parked' }).getByRole('listitem')
    this.skipped = page.getByRole('list', { name: 'skipped' }).getByRole('listitem')
    this.said = page.locator('output')
    this.alert = page.getByRole('alert')
  }

  async open(asked: { readonly store: string; readonly backend: string; readonly [option: string]: string }) {
    await this.page.goto(`/e2e/fixtures/bank/index.html?${new URLSearchParams(asked)}`)
    await this.isOpen()
    return this
  }

  async isOpen() {
    await expect(this.page.getByRole('list', { name: 'accounts' })).toBeAttached()
  }

  async reload() {
    await this.page.reload()
    await this.isOpen()
  }

  /** Commits, and keeps the receipt under `key`. Gives what `commit` threw, if it did. */
  commit(key: string, event: EventName, name: string, amount: number): Promise<string | undefined> {
    return this.page.evaluate(
      ([key, event, name, amount]) => {
        const { store, events } = window.bank
        try {
          window.receipts[key] = store.commit(events[event]({ name, amount }))
          return undefined
        } catch (error) {
          return `${(error as Error).name}: ${(error as Error).message}`
        }
      },
      [key, event, name, amount] as const,
    )
  }

  isPersisted(key: string): Promise<void> {
    return this.page.evaluate((key) => window.receipts[key]!.persisted, key)
  }

  /** How the commit ended. */
  end(key: string): Promise<string> {
    return this.page.evaluate(
      (key) =>
        window.receipts[key]!.confirmed.then(
          () => 'confirmed',
          (error: Error) => `${error.name}: ${error.message}`,
        ),
      key,
    )
  }

  setOnline(online: boolean): Promise<void> {
    return this.page.evaluate((online) => window.bank.store.setOnline(online), online)
  }

  async shows(...accounts: string[]) {
    await expect(this.accounts).toHaveText(accounts)
  }

  async status(): Promise<SyncStatus> {
    return JSON.parse((await this.page.getByTestId('status').textContent())!) as SyncStatus
  }

  async reaches(status: Record<string, unknown>) {
    await expect.poll(() => this.status()).toMatchObject(status)
  }
}
