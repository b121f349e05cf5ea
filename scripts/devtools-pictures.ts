// node scripts/devtools-pictures.ts [URL]
// Makes the pictures of docs/devtools anew from the example at URL, `npm start` by default. Look at them before you commit them.
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BrowserContext, chromium, type Page } from '@playwright/test'
import { Panel } from '../e2e/devtools-panel.ts'
import { TodoApp } from '../e2e/todo-app.ts'
import { chromiumArgs, ensureChromium } from './chromium.ts'

const folder = fileURLToPath(new URL('../docs/devtools', import.meta.url))
const [url = 'http://127.0.0.1:5173/'] = process.argv.slice(2)
const storeId = `groceries-${Date.now().toString(36).slice(-3)}`
const wide = { width: 1280, height: 800 }
const narrow = { width: 400, height: 800 }

const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArgs })
const mine = await browser.newContext({ viewport: wide })
const theirs = await browser.newContext({ viewport: wide })

async function open(context: BrowserContext, devtools: string): Promise<TodoApp> {
  const todos = new TodoApp(await context.newPage())
  await todos.page.goto(new URL(`?${new URLSearchParams({ store: storeId, devtools })}`, url).href)
  await todos.isOpen()
  return todos
}

const first = await open(mine, 'open')
const { page } = first
const panel = new Panel(page)
const { root } = panel

/** What is chosen opens after a moment, and moves for a while. */
const isStill = (of: Page) => of.waitForTimeout(600)

async function picture(name: string, themes: readonly ('light' | 'dark')[], size: 'panel' | 'page' = 'panel') {
  for (const theme of themes) {
    await root.getByRole('combobox', { name: 'Theme' }).selectOption(theme)
    await page.mouse.move(0, 0)
    await isStill(page)
    await (size === 'panel' ? root : page).screenshot({ path: join(folder, `${name}-${theme}.png`) })
  }
}
const inBoth = (name: string) => picture(name, ['light', 'dark'])

await page.evaluate(() => {
  const key = 'headwater-devtools'
  localStorage.setItem(key, JSON.stringify({ ...JSON.parse(localStorage.getItem(key) ?? '{}'), height: 470 }))
})
await first.reload()
const second = await open(mine, 'closed')
const other = await open(theirs, 'off')
await page.bringToFront()
await first.add('Buy milk')
await second.add('Call Ada')
await other.add('Feed the cat')
await first.shows(['Buy milk', 'Call Ada', 'Feed the cat'])

await first.goOffline()
await first.add('Water the plants', 'Write to Ada')
await second.add('Mend the bicycle')
await other.add('Read the paper')
await other.isConfirmed()
await first.isPersisted()
await picture('sync', ['light', 'dark'], 'page')
await page.setViewportSize(narrow)
await picture('sync-narrow', ['light'], 'page')
await page.setViewportSize(wide)
await first.goOnline()
await first.isConfirmed()

await panel.tab('Rebases').click()
await root
  .getByRole('list', { name: /^Rebases/ })
  .getByRole('button', { name: /Leader/ })
  .first()
  .click()
await inBoth('rebases')
await first.toggle('Buy milk').check()
await first.toggle('Water the plants').check()
await first.rename('Write to Ada', 'Write to Ada, about the engine')
await first.destroy('Mend the bicycle')
await first.isConfirmed()

await panel.tab('Events').click()
await root.getByRole('button', { name: 'v1.TodoCreated' }).first().click()
await inBoth('events')
await panel.tab('Queries').click()
await root.getByRole('row').filter({ hasText: 'TodoList' }).getByRole('button').click()
await inBoth('queries')
await panel.tab('Data').click()
await root.getByRole('gridcell', { name: 'Water the plants' }).click()
await root.getByRole('button', { name: 'Show the events that wrote it' }).click()
await root.getByRole('button', { name: 'v1.TodoCompleted' }).first().click()
await inBoth('data')
await panel.tab('SQL').click()
await root
  .getByRole('textbox', { name: 'SQL' })
  .fill('SELECT completed, count(*) AS todos\nFROM todos\nWHERE deletedAt IS NULL\nGROUP BY completed')
await root.getByRole('button', { name: 'Run' }).click()
await inBoth('sql')
await panel.tab('Time travel').click()
await root.getByRole('slider', { name: 'Place in the log' }).focus()
for (let step = 0; step < 4; step++) await page.keyboard.press('ArrowLeft')
await root.getByRole('slider', { name: 'Place in the log' }).blur()
await inBoth('past')

await page.setViewportSize(narrow)
await picture('past-narrow', ['light', 'dark'], 'page')
await panel.tab('SQL').click()
await root.getByRole('button', { name: 'Run' }).click()
await picture('sql-narrow', ['light', 'dark'], 'page')
await panel.tab('Data').click()
await picture('data-narrow', ['light', 'dark'], 'page')
await panel.tab('Events').click()
await picture('events-narrow', ['light'], 'page')
await panel.tab('Rebases').click()
await picture('rebases-narrow', ['dark'], 'page')
await page.setViewportSize(wide)

await panel.tab('Faults').click()
await root.getByRole('switch', { name: 'Partition' }).click()
await root.getByRole('combobox', { name: 'Latency' }).selectOption('500')
await inBoth('faults')
await page.setViewportSize(narrow)
await picture('faults-narrow', ['dark'], 'page')
await page.setViewportSize(wide)
await root.getByRole('button', { name: 'End all' }).click()

await panel.tab('Evidence').click()
const [file] = await Promise.all([
  page.waitForEvent('download'),
  root.getByRole('button', { name: 'Save the recording' }).click(),
])
await root.getByLabel('Open a recording').setInputFiles(await file.path())
await root.getByRole('slider', { name: 'Step' }).focus()
for (let step = 0; step < 20; step++) await page.keyboard.press('ArrowLeft')
await panel.tab('Sync').click()
await inBoth('recording')
await root.getByRole('button', { name: 'Back to the store' }).click()

await root.getByRole('combobox', { name: 'Dock' }).selectOption('floating')
await picture('floating', ['light'], 'page')
const own = await mine.newPage()
await own.setViewportSize({ width: 1280, height: 640 })
await own.goto(new URL('/devtools/', url).href)
await own.getByRole('button', { name: storeId }).first().click()
await new Panel(own).lane('Leader').waitFor()
await isStill(own)
await own.screenshot({ path: join(folder, 'page-light.png') })
await browser.close()
