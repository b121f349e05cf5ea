import { expect, test } from './test.ts'

test('what happens in one browser is seen in the other', async ({ todos: first, openTab, otherBrowser }) => {
  const second = await openTab(otherBrowser)
  await first.add('a', 'b', 'c')
  await second.shows(['a', 'b', 'c'])
  await second.toggle('b').check()
  await first.showsCompleted(['b'])
  await first.rename('a', 'alpha')
  await second.shows(['alpha', 'b', 'c'])
  await second.destroy('c')
  await first.shows(['alpha', 'b'])
  await Promise.all([first.isConfirmed(), second.isConfirmed()])
})

test('a browser that comes later gets all of it', async ({ todos, openTab, otherBrowser }) => {
  await todos.add('a', 'b')
  await todos.toggle('a').check()
  await todos.isConfirmed()
  const later = await openTab(otherBrowser)
  await later.shows(['a', 'b'])
  await later.showsCompleted(['a'])
})

test('both write at once, and come to the same order', async ({ todos: first, openTab, otherBrowser }) => {
  const second = await openTab(otherBrowser)
  await Promise.all([first.isOnline(), second.isOnline()])
  const names = (browser: string) => Array.from({ length: 10 }, (_, n) => `${browser}${n}`)
  await Promise.all([first.add(...names('a')), second.add(...names('b'))])
  await expect(first.items).toHaveCount(20)
  await expect(second.items).toHaveCount(20)
  await Promise.all([first.isConfirmed(), second.isConfirmed()])
  await second.shows(await first.items.locator('label').allTextContents())
})

test('the draft and the filter stay in their browser', async ({ todos: first, openTab, otherBrowser }) => {
  const second = await openTab(otherBrowser)
  await first.add('a')
  await first.filter('Completed').click()
  await first.newTodo.fill('mine')
  await first.add('b')
  await first.newTodo.fill('mine too')
  await second.shows(['a', 'b'])
  await expect(second.newTodo).toHaveValue('')
  await expect(second.page).toHaveURL(/#\/$/)
})
