import { expect, test } from './test.ts'
import { TodoApp } from './todo-app.ts'

test('stores of different names know nothing of each other', async ({ todos, page, storeId, backendUrl }) => {
  await todos.add('a')
  const other = new TodoApp(page)
  await other.open({ storeId: `${storeId}-other`, backendUrl })
  await other.isOnline()
  await other.shows([])
  await other.add('b')
  await todos.shows(['a'])
})

test('a name that cannot be says so, and offers a way on', async ({ page }) => {
  await page.goto('/?store=not/a%20name')
  await expect(page.getByRole('alert')).toContainText('"not/a name" is not a storeId')
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByRole('alert')).toContainText('is not a storeId')
  await page.getByRole('link', { name: 'Open the store “todos”' }).click()
  await expect(page.locator('.new-todo')).toBeFocused()
})

test('a leader that does not load is told, and can be tried again', async ({ page, storeId, backendUrl }) => {
  const todos = new TodoApp(page)
  const tryAgain = page.getByRole('button', { name: 'Try again' })
  await page.route(/leader\.worker/, (route) => route.abort())
  await page.goto(`/?store=${storeId}&backend=${backendUrl}`)
  await expect(page.getByRole('alert')).toContainText('did not load')

  await page.unroute(/leader\.worker/)
  // A click as fast as a test's may still get the first failure.
  await expect(async () => {
    if (await tryAgain.isVisible()) await tryAgain.click()
    await expect(todos.newTodo).toBeVisible({ timeout: 3_000 })
  }).toPass()
})

test('where there is no backend, the todos work, and the status says when it is tried again', async ({
  page,
  storeId,
  ownBackend,
}) => {
  await ownBackend.kill()
  const todos = new TodoApp(page)
  await todos.open({ storeId, backendUrl: ownBackend.url })
  await todos.add('a')
  await todos.isPersisted()
  await expect(todos.connection).toHaveText('waiting')
  await expect(page.getByTestId('next-try')).toHaveText(/^next try in \d+ s: .+/)
  await expect(todos.heads).toHaveText(/backend e0$/)
})
