import { expect, test } from './test.ts'

test('what happens in one tab is seen in the other', async ({ todos: first, openTab }) => {
  const second = await openTab()
  await first.add('a', 'b', 'c')
  await second.shows(['a', 'b', 'c'])
  await second.toggle('b').check()
  await first.showsCompleted(['b'])
  await first.rename('a', 'alpha')
  await second.shows(['alpha', 'b', 'c'])
  await second.destroy('c')
  await first.shows(['alpha', 'b'])
  await first.clearCompleted.click()
  await second.shows(['alpha'])
})

test('a tab that comes later begins with all of it', async ({ todos, openTab }) => {
  await todos.add('a', 'b')
  await todos.toggle('a').check()
  const later = await openTab()
  await later.shows(['a', 'b'])
  await later.showsCompleted(['a'])
})

test('the draft and the filter are the same in both, and so is the address', async ({ todos: first, openTab }) => {
  const second = await openTab()
  await first.newTodo.pressSequentially('half a thou')
  await expect(second.newTodo).toHaveValue('half a thou')
  await second.newTodo.press('End')
  await second.newTodo.pressSequentially('ght')
  await expect(first.newTodo).toHaveValue('half a thought')
  await second.newTodo.press('Enter')
  await first.shows(['half a thought'])
  await expect(first.newTodo).toHaveValue('')

  await first.filter('Completed').click()
  await expect(second.page).toHaveURL(/#\/completed$/)
  await second.shows([])
  await second.filter('Active').click()
  await expect(first.page).toHaveURL(/#\/active$/)
  await first.shows(['half a thought'])
})

test('both change the same todos at once, and agree', async ({ todos: first, openTab }) => {
  const names = Array.from({ length: 8 }, (_, n) => `todo ${n}`)
  await first.add(...names)
  const second = await openTab()
  await second.shows(names)
  const rename = async (tab: typeof first, by: string) => {
    for (const [n, name] of names.entries()) if (n % 2 === 0) await tab.rename(name, `${name} of ${by}`)
  }
  const toggle = async (tab: typeof first) => {
    for (const n of names.keys()) await tab.items.nth(n).locator('.toggle').click()
  }
  await Promise.all([rename(first, 'the first'), toggle(second)])
  await Promise.all([first.isConfirmed(), second.isConfirmed()])
  await first.showsCompleted(await first.items.locator('label').allTextContents())
  await second.shows(await first.items.locator('label').allTextContents())
  await second.showsCompleted(await first.items.locator('label').allTextContents())
})

test('the offline switch is that of the whole browser', async ({ todos: first, openTab }) => {
  const second = await openTab()
  await first.goOffline()
  await expect(second.connection).toHaveText('offline')
  await expect(second.offlineSwitch).toBeChecked()
  await first.add('a')
  await second.shows(['a'])
  await expect(second.unconfirmed).not.toHaveText('0 unconfirmed')
  await second.goOnline()
  await first.isConfirmed()
  await second.isConfirmed()
})
