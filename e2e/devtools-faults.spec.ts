import { readFileSync } from 'node:fs'
import { openPanel } from './devtools-panel.ts'
import { expect, test } from './test.ts'

test('what is broken on purpose is felt by the app, said over every tab, and ended', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  await todos.isOnline()
  await panel.tab('Faults').click()
  const banner = panel.root.getByRole('status').filter({ hasText: 'Broken on purpose' })
  const end = panel.root.getByRole('button', { name: 'End all' })
  const turn = (name: string) => panel.root.getByRole('switch', { name }).click()
  await panel.isAccessible()

  await turn('Reject the next commit')
  await expect(banner).toContainText('the next commit is rejected')
  await todos.add('refused')
  await expect(todos.items).toHaveCount(0)
  await expect(banner).toHaveCount(0)

  await turn('Partition')
  await expect(banner).toContainText('partitioned from the backend')
  await todos.add('late')
  await todos.isPersisted()
  await expect(todos.unconfirmed).not.toHaveText(/^0/)
  await panel.isAccessible()
  await end.first().click()
  await todos.isConfirmed()

  await turn('Duplicate')
  await todos.add('twice')
  await todos.isConfirmed()
  await expect(todos.items).toHaveCount(2)

  await turn('Fill the disk')
  await todos.add('kept')
  await expect(todos.page.getByText(/full/i).first()).toBeVisible()
  await panel.tab('Sync').click()
  await banner.getByRole('button', { name: 'End all' }).click()
  await todos.isConfirmed()

  await panel.tab('Faults').click()
  await panel.root.getByRole('button', { name: 'Kill' }).click()
  await todos.add('after')
  await todos.isConfirmed()
  await expect(todos.items).toHaveCount(4)
})

test('a recording is saved, opened, stepped through, and refused where it is damaged; a test is copied from it', async ({
  page,
  context,
  storeId,
  backendUrl,
}) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write'])
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  await todos.isOnline()
  await page.getByRole('button', { name: 'Make a conflict' }).click()
  await expect(panel.tab('Rebases')).toContainText(/[1-9]/)
  await todos.isConfirmed()
  await panel.tab('Evidence').click()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    panel.root.getByRole('button', { name: 'Save the recording' }).click(),
  ])
  const text = readFileSync(await file.path(), 'utf8')
  await panel.root.getByRole('button', { name: 'Copy as test' }).click()
  await expect(panel.root.getByRole('status').filter({ hasText: 'copied' })).toBeVisible()
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/clients\[\d\]!\.offline\(\)/)

  const open = (name: string, content: string) =>
    panel.root
      .getByLabel('Open a recording')
      .setInputFiles({ name, mimeType: 'application/json', buffer: Buffer.from(content) })
  await open('half.json', text.slice(0, 900))
  await expect(panel.root.getByRole('status').filter({ hasText: 'half.json' })).toContainText('only a part of one')
  await open('newer.json', text.replace('"version":1', '"version":2'))
  await expect(panel.root.getByRole('status').filter({ hasText: 'newer.json' })).toContainText('a newer version')
  await open('good.json', text)
  const player = panel.root.getByRole('group', { name: 'Recording' })
  await expect(player).toBeVisible()
  await panel.isAccessible()
  await panel.tab('Rebases').click()
  await expect(panel.root.getByTestId('rebase')).toBeVisible()
  await player.getByRole('slider', { name: 'Step' }).fill('0')
  await expect(panel.root).toContainText('No rebase yet')
  await panel.tab('Events').click()
  await expect(panel.root.getByRole('region', { name: 'Events, newest first' })).toContainText('v1.TodoCreated')
  await player.getByRole('button', { name: 'Back to the store' }).click()
  await expect(player).toHaveCount(0)
})

test('a tab that is frozen on purpose is said to be silent, keeps nobody waiting, and catches up', async ({
  context,
  storeId,
  backendUrl,
}) => {
  const first = await openPanel(await context.newPage(), storeId, backendUrl)
  const second = await openPanel(await context.newPage(), storeId, backendUrl, 'closed')
  await first.todos.page.bringToFront()
  await second.todos.page.evaluate(() => {
    let last = performance.now()
    const note = () => {
      const now = performance.now()
      document.body.dataset.longest = String(Math.max(Number(document.body.dataset.longest ?? 0), now - last))
      last = now
    }
    setInterval(note, 20)
  })
  const { panel, todos } = first
  await expect(panel.lane('Tab 2')).toContainText('todos • Headwater') // it tells of itself
  await panel.tab('Faults').click()
  await panel.root.getByRole('button', { name: 'Tab 2' }).click()
  await panel.tab('Sync').click()
  const isSaid = panel.root.evaluate(
    (root) =>
      new Promise<string>((resolve) => {
        const look = setInterval(() => {
          const [found] = /silent for \d+ s: frozen/.exec(root.textContent ?? '') ?? []
          if (!found) return
          clearInterval(look)
          resolve(found)
        }, 20)
      }),
  )
  await todos.add('meanwhile')
  await todos.isConfirmed()
  expect(await isSaid).toBeTruthy()
  await second.todos.shows(['meanwhile'])
  expect(Number(await second.todos.page.locator('body').getAttribute('data-longest'))).toBeGreaterThan(4_900)
  await expect(panel.lane('Tab 2')).not.toContainText('silent')
  await expect.poll(() => panel.says('Tab 2')).toContainEqual(expect.stringMatching(/v1.TodoCreated.*confirmed/))
})
