import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createStorePromise, makeInMemoryAdapter, select } from 'headwater'
import { expect, test } from 'vitest'
import { events, schema, todos } from '../docs/snippets/evolution/schema.ts'
import { check } from '../src/compat/check.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')

test('the code in the README is that of docs/snippets, which is type-checked and run', () => {
  const blocks = [...readme.matchAll(/^\/\/ (\S+\.tsx?)\n([\s\S]*?)^```$/gm)]
  expect(blocks.map(([, name]) => name)).toEqual(['schema.ts', 'leader.worker.ts', 'App.tsx'])
  for (const [, name, code] of blocks) expect(code).toBe(readFileSync(`${root}docs/snippets/${name}`, 'utf8'))
})

test('every file that the README links to is there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!)
  expect(links.filter((path) => !existsSync(root + path))).toEqual([])
})

test('the README lists the scripts of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> }
  const listed = [...readme.matchAll(/^\| `npm (?:run )?([\w:-]+)/gm)].map(([, name]) => name!)
  expect(listed.toSorted()).toEqual(
    Object.keys(scripts)
      .filter((name) => name !== 'prepack')
      .toSorted(),
  )
})

test('the code in docs/testing.md is that of the example, which is type-checked and run', () => {
  const code = readFileSync(`${root}example-todo/schema.test.ts`, 'utf8')
  const found = [...readFileSync(`${root}docs/testing.md`, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
  const blocks = found.filter(([, block]) => !block!.includes('// …')) // which is a sketch
  expect(blocks).toHaveLength(2)
  for (const [, block] of blocks) expect(code).toContain(block)
})

test('the code in docs/evolution.md is that of docs/snippets/evolution, which is type-checked and run', () => {
  const text = readFileSync(`${root}docs/evolution.md`, 'utf8')
  const blocks = [...text.matchAll(/^\/\/ (\S+\.tsx?)\n([\s\S]*?)^```$/gm)]
  expect(blocks.map(([, name]) => name)).toEqual(['vite.config.ts', 'schema.ts'])
  for (const [, name, code] of blocks) expect(code).toBe(readFileSync(`${root}docs/snippets/evolution/${name}`, 'utf8'))
})

test('the code in docs/recovery.md is that of docs/snippets/recovery, which is type-checked and run', () => {
  const text = readFileSync(`${root}docs/recovery.md`, 'utf8')
  const blocks = [...text.matchAll(/^\/\/ (\S+\.tsx?)\n([\s\S]*?)^```$/gm)]
  expect(blocks.map(([, name]) => name)).toEqual(['ParkedList.tsx', 'logout.ts', 'backup.ts'])
  for (const [, name, code] of blocks) expect(code).toBe(readFileSync(`${root}docs/snippets/recovery/${name}`, 'utf8'))
})

test('the events of docs/evolution.md are read as it says', async () => {
  const store = await createStorePromise({ schema, adapter: makeInMemoryAdapter(), storeId: 'docs' })
  store.commit(events.todoCreated({ id: 'a', text: 'Buy milk' }))
  expect(store.query(select().from(todos))).toEqual([{ id: 'a', text: 'Buy milk', priority: 0 }])
  await store.shutdown()
  const older = { id: 'b', title: 'Buy bread', urgent: true }
  expect(schema.eventReader('v1.TodoCreated')?.read(older)).toEqual({ id: 'b', text: 'Buy bread', priority: 1 })
})

test('the schema of the example reads what its earlier versions have left in logs', { timeout: 120_000 }, async () => {
  const options = { schema: 'example-todo/schema.ts', against: 'example-todo/events.json', strict: true, root }
  expect(await check(options)).toEqual({ exitCode: 0, output: 'Compatible: 8 events.\n' })
})

test('the code in docs/boot.md is that of docs/snippets/boot, which is type-checked', () => {
  const page = readFileSync(`${root}docs/boot.md`, 'utf8')
  const [, name, code] = /^\/\/ (\S+\.tsx)\n([\s\S]*?)^```$/m.exec(page)!
  expect(`// ${name}\n${code}`).toBe(readFileSync(`${root}docs/snippets/boot/${name}`, 'utf8'))
})
