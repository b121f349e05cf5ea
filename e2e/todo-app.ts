import { expect, type Locator, type Page } from '@playwright/test'
import type { Trace } from '../src/trace.ts'

/** The example as a user sees it in one tab. */
export class TodoApp {
  readonly page: Page
  readonly newTodo: Locator
  readonly items: Locator
  readonly toggleAll: Locator
  readonly count: Locator
  readonly clearCompleted: Locator
  readonly heads: Locator
  readonly pending: Locator
  readonly unconfirmed: Locator
  readonly connection: Locator
  readonly offlineSwitch: Locator

  constructor(page: Page) {
    this.page = page
    this.newTodo = page.locator('.new-todo')
    this.items = page.locator('.todo-list li')
    this.toggleAll = page.locator('.toggle-all')
    this.count = page.locator('.todo-count')
    this.clearCompleted = page.locator('.clear-completed')
    this.heads = page.getByTestId('heads')
    this.pending = page.getByTestId('pending')
    this.unconfirmed = page.getByTestId('unconfirmed')
    this.connection = page.getByTestId('connection')
    this.offlineSwitch = page.getByRole('switch', { name: 'Work offline' })
  }

  async open(options: {
    readonly storeId: string
    readonly backendUrl: string
    readonly hash?: string
    readonly devtools?: string
  }) {
    const asked = new URLSearchParams({
      store: options.storeId,
      backend: options.backendUrl,
      trace: '',
      devtools: options.devtools ?? 'off',
    })
    await this.page.goto(`/?${asked}${options.hash ?? ''}`)
    await this.isOpen()
  }

  async reload() {
    await this.page.reload()
    await this.isOpen()
  }

  async isOpen() {
    await expect(this.newTodo).toBeVisible()
  }

  async add(...texts: string[]) {
    for (const text of texts) {
      await this.newTodo.fill(text)
      await this.newTodo.press('Enter')
    }
  }

  item(text: string): Locator {
    return this.items.filter({ has: this.page.locator('label').getByText(text, { exact: true }) })
  }

  toggle(text: string): Locator {
    return this.item(text).locator('.toggle')
  }

  filter(name: 'All' | 'Active' | 'Completed'): Locator {
    return this.page.locator('.filters').getByRole('link', { name, exact: true })
  }

  /** The input of the todo that is being edited. */
  get edit(): Locator {
    return this.page.locator('.todo-list li.editing .edit')
  }

  async startEditing(text: string) {
    await this.item(text).locator('label').dblclick()
    await expect(this.edit).toBeFocused()
  }

  async rename(from: string, to: string) {
    await this.startEditing(from)
    await this.edit.fill(to)
    await this.edit.press('Enter')
  }

  async destroy(text: string) {
    await this.item(text).hover()
    await this.item(text).locator('.destroy').click()
  }

  async goOffline() {
    await this.offlineSwitch.click()
    await expect(this.connection).toHaveText('offline')
  }

  async goOnline() {
    await this.offlineSwitch.click()
    await this.isOnline()
  }

  async isOnline() {
    await expect(this.connection).toHaveText('online', { timeout: 15_000 })
  }

  async shows(texts: readonly string[]) {
    await expect(this.items.locator('label')).toHaveText(texts)
  }

  async showsCompleted(texts: readonly string[]) {
    await expect(this.page.locator('.todo-list li.completed label')).toHaveText(texts)
  }

  /** The log of this browser has all that this tab shows. */
  async isPersisted() {
    await expect
      .poll(() => this.tiers(), 'all is in the log of this browser')
      .toMatchObject({ pending: 0, ahead: false })
  }

  /** The backend has all that this tab shows. */
  async isConfirmed() {
    await expect
      .poll(() => this.tiers(), { message: 'all is in the log of the backend', timeout: 15_000 })
      .toMatchObject({ pending: 0, unconfirmed: 0, ahead: false, behind: 0 })
  }

  private async tiers() {
    const [heads, pending, unconfirmed] = await Promise.all(
      [this.heads, this.pending, this.unconfirmed].map((line) => line.textContent()),
    )
    const [, session, leader, backend] = /^session (\S+) · leader (\S+) · backend e(\d+)$/.exec(heads!)!
    return {
      pending: Number.parseInt(pending!, 10),
      unconfirmed: Number.parseInt(unconfirmed!, 10),
      ahead: session !== leader,
      behind: Number.parseInt(session!.slice(1), 10) - Number(backend),
    }
  }

  /** What the store told of itself since the page was loaded. */
  traces<Type extends Trace['type']>(type: Type): Promise<Extract<Trace, { type: Type }>[]> {
    return this.page.evaluate(
      (type) => (window.headwaterTraces ?? []).filter((trace) => trace.type === type) as never,
      type,
    )
  }
}
