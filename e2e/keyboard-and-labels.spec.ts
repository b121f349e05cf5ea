import { expect, test } from './test.ts'

test('everything has a role and a name', async ({ todos }) => {
  await todos.add('a', 'b')
  await todos.toggle('b').check()
  const { page } = todos
  await expect(page.getByRole('main')).toBeVisible()
  await expect(page.getByRole('heading', { level: 1, name: 'todos' })).toBeVisible()
  await expect(page.getByRole('textbox', { name: 'New todo' })).toBeVisible()
  await expect(page.getByRole('checkbox', { name: 'Mark all as complete' })).not.toBeChecked()
  await expect(page.getByRole('listitem').filter({ hasText: /^[ab]$/ })).toHaveCount(2)
  await expect(page.getByRole('checkbox', { name: 'a', exact: true })).not.toBeChecked()
  await expect(page.getByRole('checkbox', { name: 'b', exact: true })).toBeChecked()
  await expect(page.getByRole('button', { name: 'Edit a' })).toBeAttached()
  await expect(page.getByRole('button', { name: 'Delete b' })).toBeAttached()
  await expect(page.getByRole('navigation', { name: 'Filter' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'All' })).toHaveAttribute('aria-current', 'page')
  await expect(page.getByRole('button', { name: 'Clear completed' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Sync status' })).toBeVisible()
  await expect(page.getByRole('status')).toHaveText('online')
  await expect(page.getByRole('switch', { name: 'Work offline' })).not.toBeChecked()
})

test('Tab goes through it in the order that one sees', async ({ todos }) => {
  await todos.add('a')
  await todos.toggle('a').check()
  await todos.newTodo.focus()
  const passed: string[] = []
  for (let n = 0; n < 9; n++) {
    await todos.page.keyboard.press('Tab')
    passed.push(
      await todos.page.evaluate(() => document.activeElement!.className || document.activeElement!.textContent!),
    )
  }
  expect(passed).toEqual([
    'toggle-all',
    'toggle',
    'start-edit',
    'destroy',
    'selected',
    'Active',
    'Completed',
    'clear-completed',
    'switch',
  ])
})

test('all of it works by keyboard alone', async ({ todos }) => {
  const { keyboard } = todos.page
  await todos.newTodo.focus()
  await keyboard.type('a')
  await keyboard.press('Enter')
  await keyboard.type('b')
  await keyboard.press('Enter')
  await todos.shows(['a', 'b'])

  await keyboard.press('Tab') // mark all
  await keyboard.press('Space')
  await todos.showsCompleted(['a', 'b'])
  await keyboard.press('Tab') // the checkbox of a
  await keyboard.press('Space')
  await todos.showsCompleted(['b'])

  await keyboard.press('Tab') // its edit button
  await keyboard.press('Enter')
  await expect(todos.edit).toBeFocused()
  await keyboard.type('lpha')
  await keyboard.press('Enter')
  await todos.shows(['alpha', 'b'])
  await expect(todos.item('alpha').locator('.start-edit')).toBeFocused()
  await keyboard.press('Space')
  await keyboard.type('bet')
  await keyboard.press('Escape')
  await todos.shows(['alpha', 'b'])
  await expect(todos.item('alpha').locator('.start-edit')).toBeFocused()

  await keyboard.press('Tab') // its delete button
  await keyboard.press('Enter')
  await todos.shows(['b'])
  await expect(todos.newTodo).toBeFocused()
})

test('buttons that wait for the pointer are seen where the keyboard is', async ({ todos }) => {
  await todos.add('a')
  await todos.newTodo.hover()
  await expect(todos.item('a').locator('.destroy')).toHaveCSS('opacity', '0')
  await todos.newTodo.focus()
  await todos.page.keyboard.press('Tab')
  await todos.page.keyboard.press('Tab')
  await expect(todos.item('a').locator('.destroy')).toHaveCSS('opacity', '1')
})

test('motion is left out where it is not wanted', async ({ todos }) => {
  await todos.page.emulateMedia({ reducedMotion: 'reduce' })
  await todos.add('a')
  await expect(todos.item('a').locator('.destroy')).toHaveCSS('transition-duration', '0s')
})
