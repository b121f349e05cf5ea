import { expect, test } from './test.ts'

test('SQLite is loaded and compiled once for a tab and its leader worker', async ({ context, openTab }) => {
  const loaded: string[] = []
  context.on('request', (request) => {
    if (request.url().endsWith('.wasm')) loaded.push(request.url())
  })
  const todos = await openTab()
  await todos.add('a')
  await todos.isPersisted() // so the worker has it too
  expect(loaded).toHaveLength(1)
})
