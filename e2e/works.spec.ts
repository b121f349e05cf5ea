import { expect, test } from './test.ts'

test.describe('no todos', () => {
  test('the input has the focus, and list and footer are hidden', async ({ todos }) => {
    await expect(todos.newTodo).toBeFocused()
    await expect(todos.items).toHaveCount(0)
    await expect(todos.page.locator('.main')).toBeHidden()
    await expect(todos.page.locator('.footer')).toBeHidden()
  })
})

test.describe('a new todo', () => {
  test('Enter appends it to the list and clears the input', async ({ todos }) => {
    await todos.add('buy some cheese')
    await todos.shows(['buy some cheese'])
    await expect(todos.newTodo).toHaveValue('')
    await todos.add('feed the cat', 'book an appointment')
    await todos.shows(['buy some cheese', 'feed the cat', 'book an appointment'])
    await expect(todos.page.locator('.main')).toBeVisible()
    await expect(todos.page.locator('.footer')).toBeVisible()
  })

  test('its text is trimmed, and nothing comes of an empty one', async ({ todos }) => {
    await todos.add('   buy some cheese  ', '', '   ')
    await todos.shows(['buy some cheese'])
  })

  test('its text is text, whatever it looks like', async ({ todos }) => {
    const texts = [`'); DROP TABLE todos; --`, '<b>bold</b> &amp;', '名前 🧀 \u202eabc', 'x'.repeat(500)]
    await todos.add(...texts)
    await todos.shows(texts)
  })

  test('the caret stays where one types in the middle of the draft', async ({ todos }) => {
    await todos.newTodo.pressSequentially('buy cheese')
    for (let n = 0; n < 'cheese'.length; n++) await todos.newTodo.press('ArrowLeft')
    await todos.newTodo.pressSequentially('some ')
    await expect(todos.newTodo).toHaveValue('buy some cheese')
    await todos.newTodo.press('Enter')
    await todos.shows(['buy some cheese'])
  })
})

test.describe('mark all', () => {
  test('completes all, and takes it back', async ({ todos }) => {
    await todos.add('a', 'b', 'c')
    await todos.toggleAll.check()
    await todos.showsCompleted(['a', 'b', 'c'])
    await todos.toggleAll.uncheck()
    await todos.showsCompleted([])
  })

  test('is one commit, that of only those which change', async ({ todos }) => {
    await todos.add('a', 'b', 'c')
    await todos.toggle('b').check()
    const before = await todos.traces('committed')
    await todos.toggleAll.check()
    await todos.showsCompleted(['a', 'b', 'c'])
    const [commit, ...more] = (await todos.traces('committed')).slice(before.length)
    expect(commit!.head.global - before.at(-1)!.head.global).toBe(2)
    expect(more).toEqual([])
  })

  test('follows what single todos say', async ({ todos }) => {
    await todos.add('a', 'b')
    await todos.toggle('a').check()
    await expect(todos.toggleAll).not.toBeChecked()
    await todos.toggle('b').check()
    await expect(todos.toggleAll).toBeChecked()
    await todos.toggle('a').uncheck()
    await expect(todos.toggleAll).not.toBeChecked()
    await todos.add('c')
    await todos.toggleAll.check()
    await todos.clearCompleted.click()
    await todos.add('d')
    await expect(todos.toggleAll).not.toBeChecked()
  })
})

test.describe('an item', () => {
  test('is completed by its checkbox, and back', async ({ todos }) => {
    await todos.add('a', 'b')
    await todos.toggle('a').check()
    await expect(todos.item('a')).toHaveClass('completed')
    await todos.toggle('a').uncheck()
    await expect(todos.item('a')).not.toHaveClass('completed')
  })

  test('shows its remove button where the pointer is, and goes by it', async ({ todos }) => {
    await todos.add('a', 'b')
    await todos.newTodo.hover()
    await expect(todos.item('a').locator('.destroy')).toHaveCSS('opacity', '0')
    await todos.item('a').hover()
    await expect(todos.item('a').locator('.destroy')).toHaveCSS('opacity', '1')
    await todos.destroy('a')
    await todos.shows(['b'])
    await todos.destroy('b')
    await expect(todos.page.locator('.footer')).toBeHidden()
  })
})

test.describe('editing', () => {
  test.beforeEach(async ({ todos }) => {
    await todos.add('a', 'b', 'c')
  })

  test('a double click brings the input forward and hides the rest', async ({ todos }) => {
    await todos.item('b').locator('label').dblclick()
    await expect(todos.items.nth(1)).toHaveClass('editing')
    await expect(todos.edit).toBeFocused()
    await expect(todos.edit).toHaveValue('b')
    await expect(todos.items.nth(1).locator('.view')).toBeHidden()
  })

  test('Enter saves, trimmed', async ({ todos }) => {
    await todos.rename('b', '  bread  ')
    await todos.shows(['a', 'bread', 'c'])
    await expect(todos.edit).toHaveCount(0)
  })

  test('leaving the input saves', async ({ todos }) => {
    await todos.startEditing('b')
    await todos.edit.fill('bread')
    await todos.newTodo.click()
    await todos.shows(['a', 'bread', 'c'])
    await expect(todos.newTodo).toBeFocused()
  })

  test('Escape discards', async ({ todos }) => {
    await todos.startEditing('b')
    await todos.edit.fill('bread')
    await todos.edit.press('Escape')
    await todos.shows(['a', 'b', 'c'])
    await expect(todos.edit).toHaveCount(0)
  })

  test('an empty text destroys', async ({ todos }) => {
    await todos.rename('b', '   ')
    await todos.shows(['a', 'c'])
  })

  test('nothing is committed where nothing changed', async ({ todos }) => {
    const before = await todos.traces('committed')
    await todos.rename('b', ' b ')
    await todos.shows(['a', 'b', 'c'])
    await expect(todos.edit).toHaveCount(0)
    expect(await todos.traces('committed')).toHaveLength(before.length)
  })
})

test('the counter says how many are left', async ({ todos }) => {
  await todos.add('a')
  await expect(todos.count).toHaveText('1 item left')
  await expect(todos.count.locator('strong')).toHaveText('1')
  await todos.add('b')
  await expect(todos.count).toHaveText('2 items left')
  await todos.toggleAll.check()
  await expect(todos.count).toHaveText('0 items left')
})

test('clear completed removes them, and is there only when there are some', async ({ todos }) => {
  await todos.add('a', 'b', 'c')
  await expect(todos.clearCompleted).toBeHidden()
  await todos.toggle('a').check()
  await todos.toggle('c').check()
  const before = await todos.traces('committed')
  await expect(todos.clearCompleted).toHaveText('Clear completed')
  await todos.clearCompleted.click()
  await todos.shows(['b'])
  await expect(todos.clearCompleted).toBeHidden()
  expect(await todos.traces('committed')).toHaveLength(before.length + 1)
})

test.describe('routes', () => {
  test.beforeEach(async ({ todos }) => {
    await todos.add('a', 'b', 'c')
    await todos.toggle('b').check()
  })

  test('filter the list, and mark the link', async ({ todos }) => {
    await expect(todos.filter('All')).toHaveClass('selected')
    await todos.filter('Active').click()
    await todos.shows(['a', 'c'])
    await expect(todos.page).toHaveURL(/#\/active$/)
    await expect(todos.filter('Active')).toHaveClass('selected')
    await expect(todos.filter('All')).not.toHaveClass('selected')
    await todos.filter('Completed').click()
    await todos.shows(['b'])
    await todos.filter('All').click()
    await todos.shows(['a', 'b', 'c'])
    await expect(todos.page).toHaveURL(/#\/$/)
  })

  test('go back and forth with the browser', async ({ todos }) => {
    await todos.filter('Active').click()
    await todos.shows(['a', 'c'])
    await todos.filter('Completed').click()
    await todos.shows(['b'])
    await todos.page.goBack()
    await todos.shows(['a', 'c'])
    await todos.page.goBack()
    await todos.shows(['a', 'b', 'c'])
    await todos.page.goForward()
    await todos.shows(['a', 'c'])
  })

  test('update the list when a todo changes in it', async ({ todos }) => {
    await todos.filter('Active').click()
    await todos.toggle('a').click()
    await todos.shows(['c'])
    await todos.add('d')
    await todos.shows(['c', 'd'])
    await todos.filter('Completed').click()
    await todos.shows(['a', 'b'])
    await todos.toggle('a').click()
    await todos.toggle('b').click()
    await todos.shows([])
    await expect(todos.count).toHaveText('4 items left')
  })

  test('are opened from the address, `#!/` too', async ({ todos, backendUrl, storeId }) => {
    await todos.isPersisted()
    for (const hash of ['#/active', '#!/active']) {
      await todos.page.goto('about:blank')
      await todos.open({ storeId, backendUrl, hash })
      await todos.shows(['a', 'c'])
      await expect(todos.filter('Active')).toHaveClass('selected')
    }
  })
})
