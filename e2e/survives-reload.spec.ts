import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from './test.ts'
import { TodoApp } from './todo-app.ts'

test('todos, filter and draft survive a reload', async ({ todos }) => {
  await todos.add('a', 'b', 'c')
  await todos.toggle('b').check()
  await todos.rename('c', 'see')
  await todos.filter('Active').click()
  await todos.newTodo.fill('half a thou')
  await todos.isPersisted()

  await todos.reload()
  await todos.shows(['a', 'see'])
  await expect(todos.filter('Active')).toHaveClass('selected')
  await expect(todos.newTodo).toHaveValue('half a thou')
  await expect(todos.page.getByTestId('storage')).toContainText('opfs')
})

test('the stored filter decides where the address names none', async ({ todos, storeId, backendUrl }) => {
  await todos.add('a')
  await todos.filter('Completed').click()
  await todos.isPersisted()

  await todos.page.goto('about:blank')
  await todos.open({ storeId, backendUrl })
  await expect(todos.page).toHaveURL(/#\/completed$/)
  await expect(todos.filter('Completed')).toHaveClass('selected')
})

test('editing is not kept', async ({ todos }) => {
  await todos.add('a')
  await todos.startEditing('a')
  await todos.edit.fill('b')
  await todos.isPersisted()
  await todos.reload()
  await todos.shows(['a'])
  await expect(todos.edit).toHaveCount(0)
})

test('work without a backend survives a reload, and arrives later', async ({ todos, openTab, otherBrowser }) => {
  await todos.goOffline()
  await todos.add('written offline')
  await todos.isPersisted()
  await todos.reload()
  await todos.shows(['written offline'])
  await todos.isOnline()
  await todos.isConfirmed()

  const other = await openTab(otherBrowser)
  await other.shows(['written offline'])
})

test('todos survive the end of the browser', async ({ playwright, launchOptions, baseURL, storeId, backendUrl }) => {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-profile-'))
  const launch = () => playwright.chromium.launchPersistentContext(folder, { ...launchOptions, baseURL: baseURL! })
  const open = async (browser: Awaited<ReturnType<typeof launch>>) => {
    const todos = new TodoApp(await browser.newPage())
    await todos.open({ storeId, backendUrl })
    return todos
  }

  const first = await launch()
  const before = await open(first)
  await before.goOffline()
  await before.add('only here')
  await before.isPersisted()
  await first.close()

  const second = await launch()
  await (await open(second)).shows(['only here'])
  await second.close()
  rmSync(folder, { recursive: true, force: true })
})
