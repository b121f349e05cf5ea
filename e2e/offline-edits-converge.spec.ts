import { expect, test } from './test.ts'

test('edits of both sides converge, those of the later one rebased', async ({
  todos: first,
  openTab,
  otherBrowser,
}) => {
  const second = await openTab(otherBrowser)
  await first.add('shared', 'doomed')
  await second.shows(['shared', 'doomed'])
  await Promise.all([first.isConfirmed(), second.isConfirmed()])

  await Promise.all([first.goOffline(), second.goOffline()])
  await first.add('from the first')
  await first.toggle('shared').check()
  await first.destroy('doomed')
  await second.add('from the second')
  await second.rename('shared', 'shared and renamed')
  await second.toggle('doomed').check()
  await first.shows(['shared', 'from the first'])
  await second.shows(['shared and renamed', 'doomed', 'from the second'])
  await expect(second.unconfirmed).not.toHaveText('0 unconfirmed')

  await first.goOnline()
  await first.isConfirmed()
  await second.goOnline()
  await Promise.all([first.isConfirmed(), second.isConfirmed()])

  for (const todos of [first, second]) {
    await todos.shows(['shared and renamed', 'from the first', 'from the second'])
    await todos.showsCompleted(['shared and renamed'])
  }
  expect(await first.traces('rebased')).toEqual([])
  const [rebase] = await second.traces('rebased')
  expect(rebase).toMatchObject({ tier: 'session', to: { rebaseGeneration: 1 } })
  await expect(second.heads).toContainText('r1')
})

test('an intention that no longer fits changes nothing', async ({ todos: first, openTab, otherBrowser }) => {
  const second = await openTab(otherBrowser)
  await first.add('done', 'done too')
  await first.toggleAll.check()
  await second.showsCompleted(['done', 'done too'])
  await Promise.all([first.goOffline(), second.goOffline()])

  await first.toggle('done').uncheck()
  await second.clearCompleted.click()
  await second.shows([])
  await first.goOnline()
  await first.isConfirmed()
  await second.goOnline()
  await Promise.all([first.isConfirmed(), second.isConfirmed()])

  await first.shows(['done']) // it was not completed any more when the other browser cleared it
  await second.shows(['done'])
})

test('two tabs of one browser rebase alike', async ({ todos: first, openTab, otherBrowser }) => {
  const sibling = await openTab()
  const second = await openTab(otherBrowser)
  await first.goOffline()
  await first.add('from one tab')
  await sibling.add('from its sibling')
  await second.add('from elsewhere')
  await second.isConfirmed()

  await first.goOnline()
  await Promise.all([first.isConfirmed(), sibling.isConfirmed(), second.isConfirmed()])
  for (const todos of [first, sibling, second])
    await todos.shows(['from elsewhere', 'from one tab', 'from its sibling'])
})
