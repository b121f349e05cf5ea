import { expect, test } from './test.ts'

test('the tab that leads is closed: the other goes on, and persists', async ({ todos: leader, openTab }) => {
  await leader.add('before')
  await leader.isConfirmed()
  const other = await openTab()
  await other.shows(['before'])

  await leader.page.close()
  await other.add('after')
  await other.shows(['before', 'after'])
  await other.isPersisted()
  await other.isConfirmed()
  await other.reload()
  await other.shows(['before', 'after'])
})

test('what was committed while nobody led is persisted by the next leader', async ({ todos: leader, openTab }) => {
  await leader.goOffline() // so that nothing but the log of this browser can have it
  const other = await openTab()
  await Promise.all([leader.page.close(), other.add('in between')])
  await other.shows(['in between'])
  await other.isPersisted()
  await other.reload()
  await other.shows(['in between'])
})

test('each of three tabs leads in its turn', async ({ todos: first, openTab }) => {
  const second = await openTab()
  const third = await openTab()
  await first.add('a')
  await second.add('b')
  await third.shows(['a', 'b'])
  await first.page.close()
  await third.add('c')
  await second.shows(['a', 'b', 'c'])
  await second.page.close()
  await third.add('d')
  await third.isConfirmed()
  await third.reload()
  await third.shows(['a', 'b', 'c', 'd'])
})

test('the tab that leads is reloaded: both go on', async ({ todos: leader, openTab }) => {
  const other = await openTab()
  await leader.add('a')
  await leader.isPersisted()
  await leader.reload()
  await other.add('b')
  await leader.shows(['a', 'b'])
  await leader.add('c')
  await other.shows(['a', 'b', 'c'])
  await expect(other.pending).toHaveText('0 pending')
})
