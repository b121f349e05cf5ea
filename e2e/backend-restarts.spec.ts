import { test as base, expect } from './test.ts'

const test = base.extend({
  backendUrl: async ({ ownBackend }, use) => {
    await use(ownBackend.url)
  },
})

test('the backend is killed and comes back: everything arrives', async ({
  todos: first,
  openTab,
  otherBrowser,
  browser,
  ownBackend,
}) => {
  const second = await openTab(otherBrowser)
  await first.add('before')
  await second.shows(['before'])
  await Promise.all([first.isConfirmed(), second.isConfirmed()])

  await ownBackend.kill()
  await expect(first.connection).not.toHaveText('online')
  await expect(second.connection).not.toHaveText('online')
  await first.add('during, in the first')
  await second.add('during, in the second')
  await first.isPersisted()
  await second.isPersisted()

  await ownBackend.restart()
  await Promise.all([first.isOnline(), second.isOnline()])
  await Promise.all([first.isConfirmed(), second.isConfirmed()])
  await expect(first.items).toHaveCount(3)
  const all = await first.items.locator('label').allTextContents()
  expect(all.toSorted()).toEqual(['before', 'during, in the first', 'during, in the second'])
  await second.shows(all)

  const third = await browser.newContext()
  await (await openTab(third)).shows(all)
  await third.close()
})

test('it is killed while work is on its way: nothing is lost, and nothing comes twice', async ({
  todos,
  openTab,
  otherBrowser,
  ownBackend,
}) => {
  await todos.isOnline()
  const names = Array.from({ length: 30 }, (_, n) => `todo ${n}`)
  await todos.add(...names.slice(0, 10))
  await Promise.all([ownBackend.kill(), todos.add(...names.slice(10, 20))])
  await ownBackend.restart()
  await todos.add(...names.slice(20))
  await todos.isOnline()
  await todos.isConfirmed()
  await todos.shows(names)
  const other = await openTab(otherBrowser)
  await other.shows(names)
})

test('it is killed again and again while two browsers write', async ({
  todos: first,
  openTab,
  otherBrowser,
  ownBackend,
}) => {
  const second = await openTab(otherBrowser)
  for (const round of [1, 2, 3]) {
    await Promise.all([first.add(`first ${round}`), second.add(`second ${round}`), ownBackend.kill()])
    await ownBackend.restart()
  }
  await Promise.all([first.isOnline(), second.isOnline()])
  await Promise.all([first.isConfirmed(), second.isConfirmed()])
  await expect(first.items).toHaveCount(6)
  await second.shows(await first.items.locator('label').allTextContents())
})
