import { openPanel as open } from './devtools-panel.ts'
import { expect, test } from './test.ts'

test('a commit is seen in every lane, and moves from pending to confirmed', async ({
  context,
  storeId,
  backendUrl,
}) => {
  const first = await open(await context.newPage(), storeId, backendUrl)
  const second = await open(await context.newPage(), storeId, backendUrl, 'closed')
  await first.todos.page.bringToFront()
  await first.todos.isOnline()
  await expect(first.panel.lane('Tab 2, head')).toBeVisible()

  await first.todos.goOffline()
  await first.todos.add('a')
  const created = 'e1.1, v1.TodoCreated, v1.DraftChanged'
  for (const lane of ['This tab', 'Tab 2', 'Leader']) {
    await expect.poll(() => first.panel.says(lane)).toContainEqual(expect.stringContaining(`${created}, persisted`))
  }
  expect(await first.panel.says('Backend')).toEqual([])

  await first.todos.goOnline()
  for (const lane of ['This tab', 'Tab 2', 'Leader']) {
    await expect.poll(() => first.panel.says(lane)).toContainEqual(expect.stringContaining(`${created}, confirmed`))
  }
  await expect.poll(() => first.panel.says('Backend')).toEqual([expect.stringMatching(/^e1, v1.TodoCreated/)])

  await second.todos.page.close()
  await expect(first.panel.lane('Tab 2')).toHaveCount(0)
})

test('the leader is shown in any tab, and after it has changed', async ({ context, storeId, backendUrl }) => {
  const first = await open(await context.newPage(), storeId, backendUrl, 'closed')
  const second = await open(await context.newPage(), storeId, backendUrl)
  await second.todos.add('a')
  await expect(second.panel.lane('Leader')).toContainText('in another tab')
  await expect.poll(() => second.panel.says('Leader')).toContainEqual(expect.stringContaining('v1.TodoCreated'))
  await first.todos.page.close()
  await expect(second.panel.lane('Leader')).toContainText('in this tab')
  await second.todos.add('b')
  await expect(second.panel.lane('Leader, head e2.1')).toBeVisible()
})

test('a conflict of two browsers is listed as a rebase, and stepped through', async ({
  context,
  otherBrowser,
  storeId,
  backendUrl,
}) => {
  const mine = await open(await context.newPage(), storeId, backendUrl)
  const theirs = await open(await otherBrowser.newPage(), storeId, backendUrl, 'off')
  await mine.todos.isOnline()
  await mine.todos.goOffline()
  await mine.todos.add('mine')
  await mine.todos.isPersisted()
  await theirs.todos.add('theirs')
  await theirs.todos.isConfirmed()
  await mine.todos.goOnline()
  await mine.todos.isConfirmed()

  const { panel } = mine
  await panel.tab('Rebases').click()
  const entries = panel.root.getByRole('list', { name: 'Rebases, newest first' }).getByRole('button')
  await entries.filter({ hasText: 'Leader' }).first().click()
  await expect(entries.filter({ hasText: 'Leader' }).first()).toContainText(
    'of other clients came first at the backend',
  )
  await expect(panel.root.getByRole('img', { name: /e1\S* became e2\S*r1/ })).toBeVisible()
  const ofTab = entries.filter({ hasText: 'This tab' }).first()
  await ofTab.click()
  const changed = panel.root.getByRole('table', { name: /ended different/ })
  await expect(changed.getByRole('row').filter({ hasText: 'theirs' })).toBeVisible()
  await expect(changed.getByRole('row').filter({ hasText: 'mine' })).toHaveCount(0)
  await entries.filter({ hasText: 'Leader' }).first().click()
  const steps = panel.root.getByRole('navigation', { name: 'Steps of the rebase' })
  const words = panel.root.getByTestId('step')
  await steps.getByRole('button', { name: 'Diverged' }).click()
  await expect(words).toContainText('upstream went on without them')
  for (const expected of [
    'undone, back to where both agree',
    'applied, each with the number',
    'applied again on top',
    'all heads align',
  ]) {
    await steps.getByRole('button', { name: 'Next step' }).click()
    await expect(words).toContainText(expected)
  }
  await expect(steps.getByRole('button', { name: 'Next step' })).toBeDisabled()
})

test('the button of the example shows a rebase in one click', async ({ page, storeId, backendUrl }) => {
  const { todos, panel } = await open(page, storeId, backendUrl)
  await todos.isOnline()
  await page.getByRole('button', { name: 'Make a conflict' }).click()
  await expect(panel.tab('Rebases')).toContainText(/[1-9]/)
  await todos.isConfirmed()
  await expect(todos.items).toHaveCount(2)
  await expect.poll(() => panel.says('Backend')).toContainEqual(expect.stringContaining('by client'))
})

test('it opens and closes by key, is used by keyboard, and remembers how it was left', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await open(page, storeId, backendUrl, 'closed')
  await expect(page.getByRole('button', { name: 'Open Headwater devtools' })).toBeVisible()
  await page.keyboard.press('Alt+Shift+KeyH')
  await expect(panel.tab('Sync')).toBeFocused()
  await page.keyboard.press('ArrowRight')
  await expect(panel.tab('Rebases')).toBeFocused()
  await expect(panel.tab('Rebases')).toHaveAttribute('aria-selected', 'true')
  await panel.root.getByRole('separator', { name: 'Resize devtools' }).focus()
  const height = (await panel.root.boundingBox())!.height
  await page.keyboard.press('ArrowUp')
  await expect.poll(async () => (await panel.root.boundingBox())!.height).toBe(height + 24)
  await panel.root.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
  await panel.root.getByRole('combobox', { name: 'Dock' }).selectOption('right')
  await todos.reload()
  await expect(panel.tab('Rebases')).toHaveAttribute('aria-selected', 'true')
  await expect(panel.root).toHaveAttribute('data-dock', 'right')
  await expect(panel.root).toHaveCSS('color-scheme', 'dark')
  await page.keyboard.press('Alt+Shift+KeyH')
  await expect(panel.root).toHaveCount(0)
  await expect(page.getByRole('button', { name: 'Open Headwater devtools' })).toBeFocused()
})

test('what is typed in the panel does not reach the page', async ({ page, storeId, backendUrl }) => {
  const { panel } = await open(page, storeId, backendUrl)
  await page.evaluate(() => addEventListener('keydown', () => document.body.setAttribute('data-heard', '')))
  await panel.tab('Events').click()
  await panel.root.getByRole('searchbox').first().fill('')
  await page.keyboard.press('x')
  await expect(panel.root.getByRole('searchbox').first()).toHaveValue('x')
  await expect(page.locator('body')).not.toHaveAttribute('data-heard')
})

test('a strict content security policy needs no exception for it', async ({ page, storeId, backendUrl }) => {
  const broken: string[] = []
  page.on('console', (message) => /Content Security Policy/.test(message.text()) && broken.push(message.text()))
  await page.route('**/?*', async (route) => {
    const response = await route.fetch()
    const policy = "style-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
    await route.fulfill({ response, headers: { ...response.headers(), 'content-security-policy': policy } })
  })
  const { panel } = await open(page, storeId, backendUrl)
  await expect(panel.root).toHaveCSS('display', 'flex')
  await expect(panel.lane('This tab')).toBeVisible()
  expect(broken).toEqual([])
})

test('axe finds no serious violation in any tab, in both themes', async ({ page, storeId, backendUrl }) => {
  const { todos, panel } = await open(page, storeId, backendUrl)
  await todos.isOnline()
  await page.getByRole('button', { name: 'Make a conflict' }).click()
  await expect(panel.tab('Rebases')).toContainText(/[1-9]/)
  await todos.isConfirmed()
  for (const theme of ['light', 'dark']) {
    await panel.root.getByRole('combobox', { name: 'Theme' }).selectOption(theme)
    for (const tab of ['Sync', 'Rebases', 'Events', 'Queries']) {
      await panel.tab(tab).click()
      await panel.isAccessible()
    }
    await panel.tab('Rebases').click()
    for (const step of ['Diverged', 'Roll back', 'Push']) {
      await panel.root.getByRole('button', { name: step }).click()
      await panel.isAccessible()
    }
  }
})

test('motion is left out where it is not wanted', async ({ page, storeId, backendUrl }) => {
  await page.emulateMedia({ reducedMotion: 'reduce' })
  const { todos, panel } = await open(page, storeId, backendUrl)
  await todos.add('a')
  await expect(panel.lane('This tab').getByRole('listitem').first()).toHaveCSS('animation-name', 'none')
})
