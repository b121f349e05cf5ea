import { openPanel, Panel } from './devtools-panel.ts'
import type {} from './fixtures/guest/main.ts'
import { expect, test } from './test.ts'

test('the panel moves to a window of its own, and back to the page when that is closed', async ({
  page,
  storeId,
  backendUrl,
}) => {
  // Playwright does not show windows that stay above others; where there is none, a plain one is opened.
  await page.addInitScript(() => Reflect.deleteProperty(window, 'documentPictureInPicture'))
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  const [window] = await Promise.all([
    page.waitForEvent('popup'),
    panel.root.getByRole('combobox', { name: 'Dock' }).selectOption('window'),
  ])
  const own = new Panel(window)
  await expect(own.lane('This tab')).toBeVisible()
  await expect(panel.root).toHaveCount(0)
  await todos.add('a')
  await expect.poll(() => own.says('Leader')).toContainEqual(expect.stringContaining('v1.TodoCreated'))
  await own.tab('Events').click()
  await expect(own.root.getByRole('region', { name: 'Events, newest first' })).toContainText('v1.TodoCreated')
  await own.isAccessible()
  await own.root.getByRole('combobox', { name: 'Theme' }).selectOption('dark')
  await expect(own.root).toHaveCSS('color-scheme', 'dark')
  await window.close()
  await expect(panel.tab('Events')).toHaveAttribute('aria-selected', 'true')
  await expect(panel.root).toHaveAttribute('data-dock', 'bottom')
})

test('a page of its own shows any store of the origin, and says when its tab is gone', async ({
  context,
  storeId,
  backendUrl,
}) => {
  const { todos } = await openPanel(await context.newPage(), storeId, backendUrl, 'closed')
  const page = await context.newPage()
  const problems: string[] = []
  page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
  await page.goto(new URL('/devtools/', todos.page.url()).href)
  const store = page.getByRole('button', { name: storeId })
  await expect(store).toContainText('todos • Headwater · ')
  const session = (await store.textContent())!.slice(-6)
  await store.click()
  const remote = new Panel(page)
  await expect(remote.lane(`Tab ${session}, head`)).toContainText('todos • Headwater, hosts the leader')
  await expect(remote.lane('Leader')).toContainText(`in tab ${session}`)
  await todos.add('a')
  await expect.poll(() => remote.says('Leader')).toContainEqual(expect.stringContaining('v1.TodoCreated'))
  await remote.tab('Events').click()
  const list = remote.root.getByRole('region', { name: 'Events, newest first' })
  await list.getByRole('button', { name: 'v1.TodoCreated' }).click()
  await expect(remote.root.getByRole('complementary', { name: 'Event v1.TodoCreated' })).toContainText("text: 'a'")
  await remote.isAccessible()
  await remote.tab('Data').click()
  const rows = remote.root.getByRole('grid', { name: 'Rows of todos' }).locator('tbody tr td:nth-child(2)')
  await expect(rows).toHaveText(['a'])
  await todos.add('b')
  await expect(rows).toHaveText(['a', 'b'])
  await remote.isAccessible()
  await remote.tab('SQL').click()
  await remote.root.getByRole('textbox', { name: 'SQL' }).fill('SELECT count(*) FROM todos')
  await remote.root.getByRole('button', { name: 'Run' }).click()
  await expect(remote.root.getByRole('gridcell')).toHaveText(['2'])
  await remote.tab('Time travel').click()
  await expect(remote.root).toContainText('This needs the page of the app')
  await remote.tab('Events').click()
  await todos.page.close()
  await expect(page.getByRole('status').filter({ hasText: `Tab ${session} of ${storeId} is gone` })).toBeVisible()
  await expect(list).toContainText('v1.TodoCreated')
  expect(problems).toEqual([])
})

test('a leader that does not let itself be inspected, and a store that is closed, are said in place, and the panel stays', async ({
  page,
}) => {
  await page.goto('/e2e/fixtures/closing/')
  const panel = new Panel(page)
  await expect(panel.root.getByRole('region', { name: 'Leader' })).toContainText('does not let its leader be inspected')
  await panel.tab('Events').click()
  await expect(panel.root.getByRole('status')).toContainText('does not let its leader be inspected')
  await panel.tab('Data').click()
  await expect(panel.root).toContainText('Buy milk')
  await page.getByRole('button', { name: 'Close the store' }).click()
  await expect(panel.root.getByRole('status').filter({ hasText: 'The store is closed' })).toBeVisible()
  for (const tab of ['Queries', 'SQL', 'Faults', 'Evidence', 'Events', 'Sync']) await panel.tab(tab).click()
  await expect(panel.root.getByRole('region', { name: 'This tab' })).toContainText('e1')
  await panel.root.getByRole('button', { name: 'Close devtools' }).click()
  await expect(page.locator('headwater-devtools')).toHaveCount(0)
})

test('floating it is moved and resized by pointer and keys, stays in the window, and remembers its place', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  const { root } = panel
  await page.setViewportSize({ width: 1200, height: 800 })
  await root.getByRole('combobox', { name: 'Dock' }).selectOption('floating')
  const place = () => root.evaluate((element) => element.getBoundingClientRect().toJSON())
  const isAt = (expected: Partial<DOMRect>) => expect.poll(place).toMatchObject(expected)
  await isAt({ x: 432, y: 372, width: 760, height: 420 })
  const drag = async (x: number, y: number, byX: number, byY: number) => {
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.mouse.move(x + byX, y + byY, { steps: 3 })
    await page.mouse.up()
  }

  const { x, y, width } = (await root.locator('.bar').boundingBox())!
  await drag(x + width - 115, y + 20, -100, -200)
  await isAt({ x: 332, y: 172, width: 760, height: 420 })
  await root.getByRole('button', { name: 'Move devtools' }).press('ArrowLeft')
  await isAt({ x: 308, y: 172 })
  await drag(308 + 755, 172 + 415, 40, 5_000)
  await isAt({ x: 308, y: 172, width: 800, height: 620 })
  await root.getByRole('separator', { name: 'Width of devtools' }).press('ArrowLeft')
  await isAt({ x: 308, width: 776 })
  await panel.isAccessible()

  await page.setViewportSize({ width: 900, height: 500 })
  await isAt({ x: 116, y: 8, width: 776, height: 484 })
  await todos.reload()
  await page.setViewportSize({ width: 1200, height: 800 })
  await isAt({ x: 308, y: 172, width: 776, height: 620 })
})

test('as a plugin of TanStack Devtools it fills the element that it is given, in the theme that it is told', async ({
  page,
}) => {
  await page.goto('/e2e/fixtures/guest/')
  await page.waitForFunction(() => 'guest' in window)
  const panel = new Panel(page)
  await page.evaluate(() => {
    const { plugin, theirs } = window.guest
    plugin().render(theirs, 'light')
    plugin().render(theirs, { theme: 'dark' }) // as newer versions say it, and by another object of an app that renders
  })
  await expect(panel.lane('This tab')).toContainText('e1')
  await expect(page.locator('headwater-devtools')).toHaveCount(1)
  await expect(panel.root).toHaveCSS('color-scheme', 'dark')
  expect(await panel.root.boundingBox()).toEqual(await page.locator('#theirs').boundingBox())
  await expect(panel.root.getByRole('combobox')).toHaveCount(0)
  await expect(panel.root.getByRole('button', { name: 'Close devtools' })).toHaveCount(0)
  await panel.tab('Data').click()
  await expect(panel.root).toContainText('Buy milk')
  await panel.isAccessible()

  await page.evaluate(() => {
    const { plugin, theirs } = window.guest
    const theLast = plugin()
    theLast.render(theirs)
    theLast.destroy()
  })
  await expect(page.locator('#theirs')).toBeEmpty()
})
