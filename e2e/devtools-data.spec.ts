import { readFile } from 'node:fs/promises'
import type { Page } from '@playwright/test'
import { openPanel, type Panel } from './devtools-panel.ts'
import { expect, test } from './test.ts'

const isAccessibleInBothThemes = async (panel: Panel) => {
  for (const theme of ['light', 'dark']) {
    await panel.root.getByRole('combobox', { name: 'Theme' }).selectOption(theme)
    await panel.isAccessible()
  }
}

const clipboard = (page: Page) => page.evaluate(() => navigator.clipboard.readText())

test('tables are followed live, sorted, filtered and copied from; a cell says why it is so', async ({
  page,
  context,
  storeId,
  backendUrl,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  const { root } = panel
  await todos.add('Milk', 'Bread')
  await panel.tab('Data').click()
  await expect(root.getByRole('navigation', { name: 'Tables' }).getByRole('button')).toHaveText([
    /^todos2$/,
    /^uiState◆ client-only1$/,
  ])
  const grid = root.getByRole('grid', { name: 'Rows of todos' })
  const texts = grid.locator('tbody tr td:nth-child(2)')
  await expect(texts).toHaveText(['Milk', 'Bread'])

  await todos.add('Apples')
  await expect(texts).toHaveText(['Milk', 'Bread', 'Apples'])
  await expect(grid.getByRole('row').nth(3).getByRole('gridcell').first()).toHaveText(/changed: /)
  await todos.toggle('Milk').check()
  await expect(grid.getByRole('row').nth(1).getByRole('gridcell').nth(2)).toHaveText('●changed: 1')

  await grid.getByRole('button', { name: /^text/ }).click()
  await expect(texts).toHaveText(['Apples', 'Bread', 'Milk'])
  await expect(grid.getByRole('columnheader', { name: /^text/ })).toHaveAttribute('aria-sort', 'ascending')
  await root.getByRole('combobox', { name: 'Column to filter' }).selectOption('completed')
  await root.getByRole('searchbox', { name: 'Filter rows' }).fill('= 1')
  await expect(texts).toHaveText(['Milk'])
  await root.getByRole('searchbox', { name: 'Filter rows' }).fill('= 7')
  await expect(root.getByText('No row is like that.')).toBeVisible()
  await root.getByRole('searchbox', { name: 'Filter rows' }).fill('')

  await grid.getByRole('gridcell').first().focus()
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ControlOrMeta+c']) await page.keyboard.press(key)
  await expect(grid.locator('..').getByRole('status')).toHaveText('Copied')
  expect(await clipboard(page)).toBe('Milk')

  await page.keyboard.press('Enter')
  const detail = root.getByRole('complementary', { name: /^Row .* of todos/ })
  await detail.getByRole('button', { name: 'Show the events that wrote it' }).click()
  const history = detail.getByRole('list', { name: 'Events that wrote the row, newest first' })
  await expect(history.locator('.event-name')).toHaveText(['v1.TodoCompleted', 'v1.TodoCreated'])
  await expect(history.getByRole('listitem').first()).toContainText('completed0 → 1')
  await todos.rename('Milk', 'Oat milk') // it follows
  await expect(history.locator('.event-name')).toHaveText(['v1.TodoTextChanged', 'v1.TodoCompleted', 'v1.TodoCreated'])
  await detail.getByRole('button', { name: 'Why? What wrote completed' }).click()
  await expect(history.locator('.event-name')).toHaveText(['v1.TodoCompleted', 'v1.TodoCreated'])
  await isAccessibleInBothThemes(panel)

  await history.getByRole('button', { name: 'v1.TodoCompleted' }).click()
  await history.getByRole('button', { name: 'Travel to before it' }).click()
  await expect(panel.tab('Time travel')).toHaveAttribute('aria-selected', 'true')
  await expect(root.getByRole('region', { name: 'todos' })).toContainText('completed0 → 1')
})

test('an event that wrote many rows leads to each, and of a long table there are pages', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  const { root } = panel
  await todos.add(...Array.from({ length: 4 }, (_, nth) => `todo ${nth}`))
  await todos.toggleAll.check()
  await todos.clearCompleted.click()
  await panel.tab('Data').click()
  const grid = root.getByRole('grid', { name: 'Rows of todos' })
  await grid.getByRole('gridcell', { name: 'todo 0' }).click()
  await root.getByRole('button', { name: 'Show the events that wrote it' }).click()
  await root.getByRole('button', { name: 'v1.CompletedTodosCleared' }).click()
  await expect(root.getByText('It wrote besides 3 rows')).toBeVisible()
  await root.locator('.rows-of-event').getByRole('button').nth(2).click()
  await expect(
    root
      .getByRole('complementary', { name: /^Row .* of todos/ })
      .locator('.value')
      .nth(1),
  ).toHaveText('todo 3')

  await panel.tab('Events').click()
  await root.getByRole('button', { name: 'v1.CompletedTodosCleared' }).click()
  const event = root.getByRole('complementary', { name: 'Event v1.CompletedTodosCleared' })
  await event.getByRole('button', { name: 'Show the rows it changed' }).click()
  await expect(event.getByText('It wrote 4 rows')).toBeVisible()
  await event.locator('.rows-of-event').getByRole('button').first().click()
  await expect(panel.tab('Data')).toHaveAttribute('aria-selected', 'true')
  const detail = root.getByRole('complementary', { name: /^Row .* of todos/ })
  await expect(detail).toContainText('todo 0')
  await detail.getByRole('button', { name: 'Close the row' }).click()
  await todos.add('another')
  await expect(grid.getByRole('gridcell', { name: 'another' })).toBeVisible()
  await expect(detail).toHaveCount(0)

  await panel.tab('SQL').click()
  const numbers = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 250) SELECT i FROM n'
  await root.getByRole('textbox', { name: 'SQL' }).fill(numbers)
  await root.getByRole('button', { name: 'Run' }).click()
  const pages = root.getByRole('navigation', { name: 'Pages' })
  await expect(pages).toContainText('1–100 of 250 rows')
  await pages.getByRole('button', { name: 'Last page' }).click()
  await expect(root.getByRole('grid', { name: 'Rows of the result' }).getByRole('gridcell').last()).toHaveText('250')
  await expect(pages.getByRole('button', { name: 'Next page' })).toBeDisabled()
})

test('SQL runs on a copy: it reads, says where it is wrong, may write there, and leaves as CSV', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  const { root } = panel
  await todos.add('Milk', 'Bread')
  await panel.tab('SQL').click()
  const editor = root.getByRole('textbox', { name: 'SQL' })
  const run = async (sql: string) => {
    await editor.fill(sql)
    await editor.press('ControlOrMeta+Enter')
  }
  const cells = root.getByRole('grid', { name: 'Rows of the result' }).getByRole('gridcell')
  await run('SELECT text FROM todos ORDER BY text')
  await expect(cells).toHaveText(['Bread', 'Milk'])
  await todos.add('Apples')
  await root.getByRole('button', { name: 'Run' }).click() // on a copy of now
  await expect(cells).toHaveText(['Apples', 'Bread', 'Milk'])

  const downloading = page.waitForEvent('download')
  await root.getByRole('button', { name: 'Save as CSV' }).click()
  expect(await readFile(await (await downloading).path(), 'utf8')).toBe('text\r\nApples\r\nBread\r\nMilk\r\n')

  await run('SELECT id,\n  texts FROM todos')
  await expect(root.getByRole('alert')).toContainText('no such column: texts Line 2, column 3.')
  expect(await editor.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(13)
  await run('DELETE FROM todos')
  await expect(root.getByRole('alert')).toContainText('This would write.')
  await isAccessibleInBothThemes(panel)

  await root.getByRole('checkbox', { name: 'may write to the copy' }).check()
  await run('DELETE FROM todos; SELECT count(*) FROM todos')
  await expect(root.getByText('3 rows written')).toBeVisible()
  await expect(cells).toHaveText(['0'])
  await todos.shows(['Milk', 'Bread', 'Apples'])
  await root.getByRole('button', { name: 'New copy' }).click()
  await run('SELECT count(*) FROM todos')
  await expect(cells).toHaveText(['3'])

  await editor.fill('SELECT * FROM todos WHERE text = 1')
  await root.getByRole('button', { name: 'Plan' }).click()
  await expect(root.getByRole('region', { name: 'Query plan' })).toContainText('SCAN todos ! reads all rows')
  await root.getByRole('combobox', { name: 'What was run before' }).selectOption('SELECT count(*) FROM todos')
  await expect(editor).toHaveValue('SELECT count(*) FROM todos')
})

test('any earlier state is looked at, and the app goes on as if nothing were', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  const { root } = panel
  await todos.add('Milk', 'Bread')
  await todos.rename('Milk', 'Oat milk')
  await todos.destroy('Bread')
  await todos.isConfirmed()
  const heads = await todos.heads.textContent()
  await panel.tab('Time travel').click()
  const slider = root.getByRole('slider', { name: 'Place in the log' })
  await expect(slider).toHaveAttribute('aria-valuetext', 'now')
  await expect(root.getByText('Every table is as it was then.')).toBeVisible()

  await root.getByRole('button', { name: 'One commit back' }).click()
  await expect(root.getByText(/^After e3/)).toBeVisible()
  await expect(root.getByRole('region', { name: 'todos' })).toContainText('± changeddeletedAtNULL → ')
  await root.getByRole('button', { name: 'One commit back' }).click()
  await expect(root.getByRole('region', { name: 'todos' })).toContainText('textMilk → Oat milk')
  await isAccessibleInBothThemes(panel)
  await root.getByRole('button', { name: 'Tables as they were' }).click()
  const texts = root.getByRole('grid', { name: 'Rows of todos' }).locator('tbody tr td:nth-child(2)')
  await expect(texts).toHaveText(['Milk', 'Bread'])
  await slider.press('ArrowLeft')
  await expect(texts).toHaveText(['Milk'])
  await slider.press('Home')
  await expect(root.getByText('Before the first commit')).toBeVisible()
  await expect(root.getByText('No row.')).toBeVisible()

  await todos.shows(['Oat milk'])
  await expect(todos.heads).toHaveText(heads!)
  await todos.add('Apples') // while somebody is in the past
  await root.getByRole('button', { name: 'Now', exact: true }).click()
  await expect(texts).toHaveText(['Oat milk', 'Bread', 'Apples'])
  await panel.tab('Data').click()
  await todos.reload()
  await todos.shows(['Oat milk', 'Apples'])
})

test('a row is changed by events of the app, which are shown before they are committed', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  const { root } = panel
  await todos.add('Milk', 'Bread')
  await panel.tab('Data').click()
  await root.getByRole('gridcell', { name: 'Milk' }).click()
  await root.getByText('Change the row', { exact: true }).click()
  const form = root.getByRole('region', { name: 'Change the row' })
  await form.getByRole('textbox', { name: 'text' }).fill('Oat milk')
  await form.getByRole('textbox', { name: 'completed' }).fill('1')
  await form.getByRole('button', { name: 'Stage the change' }).click()
  const staged = root.getByRole('region', { name: 'What will be committed' })
  await expect(staged.getByRole('listitem')).toHaveText(/v1.TodoTextChanged .*"Oat milk".*v1.TodoCompleted/)
  await root.getByRole('button', { name: 'New row' }).click()
  const fresh = root.getByRole('region', { name: 'New row' })
  await fresh.getByRole('textbox', { name: 'text' }).fill('Apples')
  await fresh.getByRole('button', { name: 'Stage the row' }).click()
  await expect(staged).toContainText('3 events will be committed, as one commit')
  await isAccessibleInBothThemes(panel)
  await todos.shows(['Milk', 'Bread'])
  await staged.getByRole('button', { name: 'Commit' }).click()
  await todos.shows(['Oat milk', 'Bread', 'Apples'])
  await todos.showsCompleted(['Oat milk'])
  await expect(root.getByText(/^Committed 3 events as/)).toBeVisible()
})
