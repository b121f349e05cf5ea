import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, type Locator, type Page } from '@playwright/test'
import { TodoApp } from './todo-app.ts'

/** The panel of one tab. */
export class Panel {
  readonly page: Page
  readonly root: Locator

  constructor(page: Page) {
    this.page = page
    this.root = page.getByRole('region', { name: 'Headwater devtools' })
  }

  tab(name: string): Locator {
    return this.root.getByRole('tab', { name: new RegExp(`^${name}`) })
  }

  lane(name: string): Locator {
    return this.root.getByRole('region', { name: new RegExp(`^${name}`) })
  }

  /** What a screen reader says of the beads of a lane. */
  async says(lane: string): Promise<string[]> {
    const beads = this.lane(lane).getByRole('button')
    return beads.evaluateAll((buttons) => buttons.map((button) => button.getAttribute('aria-label') ?? ''))
  }

  /** Without a serious violation, by axe. */
  async isAccessible() {
    await this.page.evaluate(axe)
    const found = await this.page.evaluate(async () => {
      const host = document.querySelector('headwater-devtools')!
      const { axe } = window as unknown as { axe: { run(of: unknown, options: unknown): Promise<Report> } }
      type Report = { violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[] }
      await Promise.all(host.shadowRoot!.getAnimations().map(({ finished }) => finished))
      const { violations } = await axe.run(
        { include: [host] },
        { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] },
      )
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => [id, nodes[0]?.html, nodes[0]?.failureSummary])
    })
    expect(found).toEqual([])
  }
}

const axe = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')

export const openPanel = async (page: Page, storeId: string, backendUrl: string, devtools = 'open') => {
  const todos = new TodoApp(page)
  await todos.open({ storeId, backendUrl, devtools })
  return { todos, panel: new Panel(page) }
}
