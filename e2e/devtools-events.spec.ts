import { readFileSync } from 'node:fs'
import { openPanel, Panel } from './devtools-panel.ts'
import type {} from './fixtures/long-log/main.ts'
import { expect, test } from './test.ts'

test('the log is searched, an event is looked at, committed again and exported, and one is made from its schema', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  await todos.add('a', 'b')
  await todos.toggle('a').check()
  await todos.isConfirmed()
  await panel.tab('Events').click()
  const list = panel.root.getByRole('region', { name: 'Events, newest first' })
  const search = (what: string) => panel.root.getByRole('searchbox', { name: `Search by ${what}` })
  await expect(list.getByRole('listitem').first()).toContainText('v1.TodoCompleted')

  await search('event name').fill('created')
  await expect(list.getByRole('button', { name: 'v1.TodoCreated' })).toHaveCount(2)
  await search('args').fill('"text":"b"')
  await expect(list.getByRole('button', { name: 'v1.TodoCreated' })).toHaveCount(1)
  await list.getByRole('button', { name: 'v1.TodoCreated' }).click()
  const detail = panel.root.getByRole('complementary', { name: 'Event v1.TodoCreated' })
  await expect(detail).toContainText('"text": "b"') // as it is stored
  await expect(detail).toContainText("text: 'b'") // as the materializer gets it
  await expect(detail).toContainText(/todos \d/)
  await expect(detail).toContainText(/confirmed\d+:\d+/)
  await detail.getByRole('button', { name: 'Commit again' }).click()
  await expect(detail.getByRole('status')).toContainText('UNIQUE')

  await list.getByRole('checkbox').check()
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    panel.root.getByRole('button', { name: 'Export 1 selected' }).click(),
  ])
  const exported = JSON.parse(readFileSync(await file.path(), 'utf8'))
  expect(exported).toMatchObject([{ commit: { events: [{ name: 'v1.TodoCreated', args: { text: 'b' } }, {}] } }])
  await panel.isAccessible()

  await search('event name').fill('none of these')
  await expect(list).toContainText('No event.')
  await search('event name').fill('')
  await search('args').fill('')
  await panel.root.getByRole('combobox', { name: 'Search by state' }).selectOption('client-only')
  await expect(list.getByRole('button', { name: 'v1.TodoCreated' })).toHaveCount(0)
  await panel.root.getByRole('combobox', { name: 'Search by state' }).selectOption('')

  await panel.root.getByRole('button', { name: 'New event' }).click()
  const form = panel.root.getByRole('complementary', { name: 'New event' })
  await form.getByRole('combobox', { name: 'event' }).selectOption('v1.TodoDeleted')
  await form.getByLabel('id').fill('nobody')
  await form.getByLabel('deletedAt').fill('soon')
  await form.getByRole('button', { name: 'Commit' }).click()
  await expect(form).toContainText('is no date')
  await panel.isAccessible()
  await form.getByLabel('deletedAt').fill('2026-11-22T10:00:00Z')
  await form.getByRole('button', { name: 'Commit' }).click()
  await expect(form.getByRole('status')).toContainText('committed as')
  await expect(list.getByRole('listitem').first()).toContainText('v1.TodoDeleted')
})

test('a query says who asks it, what it took, why it ran again, and how it is run', async ({
  page,
  storeId,
  backendUrl,
}) => {
  const { todos, panel } = await openPanel(page, storeId, backendUrl)
  await todos.add('a')
  await todos.toggle('a').check()
  await panel.tab('Queries').click()
  const row = panel.root.getByRole('row').filter({ hasText: 'TodoList' })
  await expect(row.getByRole('cell').nth(1)).toHaveText(/^[1-9]/)
  await row.getByRole('button').click()
  const detail = panel.root.getByRole('complementary', { name: 'Query' })
  await expect(detail).toContainText('todos.completed')
  await expect(detail).toContainText('SCAN todos')
  await panel.isAccessible()
})

// LOG_EVENTS=1000000 npm run e2e devtools-events
const logged = Number(process.env.LOG_EVENTS ?? 20_000)

test(`of ${logged.toLocaleString('en')} events those are shown to which one scrolls, by bar, wheel and keys`, async ({
  page,
  storeId,
}) => {
  test.setTimeout(60_000 + logged)
  await page.goto(`/e2e/fixtures/long-log/index.html?store=${storeId}`)
  await page.waitForFunction(() => 'longLog' in window)
  await page.evaluate((events) => window.longLog.fill(events), logged)
  await page.getByRole('button', { name: 'Open Headwater devtools' }).click()
  const panel = new Panel(page)
  const { root } = panel
  await panel.tab('Events').click()
  await expect(root.getByText(`${logged.toLocaleString('en')} commits in the log`)).toBeVisible()
  const list = root.getByRole('region', { name: 'Events, newest first' })
  /** The events in view, as the list says them: their numbers, and their args. */
  const inView = () =>
    list.evaluate((box) => {
      const { top, bottom } = box.getBoundingClientRect()
      const rows = [...box.querySelectorAll('.event-row')].filter((row) => {
        const { top: upper, bottom: lower } = row.getBoundingClientRect()
        return upper >= top - 1 && lower <= bottom + 1
      })
      const of = (row: Element, name: string) => row.querySelector(`.${name}`)?.textContent
      return rows.map((row) => ({
        place: Number(row.getAttribute('aria-posinset')),
        event: `${of(row, 'number')} ${of(row, 'args')}`,
      }))
    })
  /** Waits until all that is in view is read, and is what belongs there. */
  const firstPlace = async (isThere: (place: number) => boolean) => {
    let rows: Awaited<ReturnType<typeof inView>> = []
    await expect(async () => {
      rows = await inView()
      expect(rows.length).toBeGreaterThan(3)
      const nth = (place: number) => logged + 1 - place
      expect(rows.map(({ event }) => event)).toEqual(rows.map(({ place }) => `e0.${nth(place)} {"nth":${nth(place)}}`))
      expect(isThere(rows[0]!.place)).toBe(true)
    }).toPass({ timeout: 15_000, intervals: [50] })
    return rows[0]!.place
  }
  const scrollTo = (part: number) =>
    list.evaluate((box, part) => {
      box.scrollTop = (box.scrollHeight - box.clientHeight) * part
    }, part)

  await firstPlace((place) => place === 1)
  await scrollTo(0.5)
  const middle = await firstPlace((place) => Math.abs(place - logged / 2) < logged / 100)
  await list.hover()
  await page.mouse.wheel(0, 260) // ten rows
  await firstPlace((place) => Math.abs(place - middle - 10) <= 1)
  await scrollTo(1)
  const end = await firstPlace((place) => place > logged - 30)
  expect((await inView()).at(-1)!.place).toBe(logged)
  await list.focus()
  await page.keyboard.press('PageUp')
  await firstPlace((place) => place < end && place > end - 60)
})
