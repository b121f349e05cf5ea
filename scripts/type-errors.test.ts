/** The commonest mistakes, and what the compiler says about them. */
import { execFile } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))

const app = `
  import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
  import { clientDocuments, Events, insert, makeInMemoryAdapter, makeSchema } from 'headwater'
  import { createHooks } from 'headwater/react'
  import { z } from 'zod'
  export const todos = sqliteTable('todos', { id: text().primaryKey(), text: text().notNull(), done: integer() })
  export const drafts = clientDocuments('drafts', z.object({ text: z.string() }))
  export const events = {
    todoCreated: Events.synced({ name: 'v1.TodoCreated', schema: z.object({ id: z.string(), text: z.string() }) }),
    todoCompleted: Events.synced({ name: 'v1.TodoCompleted', schema: z.object({ id: z.string() }) }),
  }
  export const created = ({ id, text }: { id: string; text: string }) => insert(todos).values({ id, text })
  export const completed = () => []
  export const schema = makeSchema({ tables: { todos, drafts }, events, materializers: { 'v1.TodoCreated': created, 'v1.TodoCompleted': completed } })
  export const hooks = createHooks(schema)
  const noted = Events.synced({ name: 'v1.Noted', schema: z.object({ note: z.string() }) })
  export const other = makeSchema({ tables: {}, events: { noted }, materializers: { 'v1.Noted': completed } })
  export const options = { schema, adapter: makeInMemoryAdapter(), storeId: 'todos' }
`

const imports = `
  import { insert, makeSchema, select } from 'headwater'
  import { completed, created, drafts, events, hooks, options, other, todos } from './app.ts'
`

const schemaWith = (materializers: string) =>
  `makeSchema({ tables: { todos }, events, materializers: ${materializers} })`
const committing = (what: string) => `export const useIt = () => hooks.useCommit()(${what})`
const using = (what: string) => `export const useIt = () => ${what}`

const mistakes = {
  'a materializer for an event that there is not': schemaWith(
    `{ 'v1.TodoCreated': created, 'v1.TodoCompleted': completed, 'v1.TodoRenamed': completed }`,
  ),
  'an event without a materializer': schemaWith(`{ 'v1.TodoCreated': created }`),
  'an arg that a materializer does not get': schemaWith(
    `{ 'v1.TodoCreated': ({ id, title }) => insert(todos).values({ id, text: title }), 'v1.TodoCompleted': completed }`,
  ),
  'a materializer that returns nothing': schemaWith(
    `{ 'v1.TodoCreated': ({ id, text }) => { insert(todos).values({ id, text }) }, 'v1.TodoCompleted': completed }`,
  ),
  'a materializer that waits': schemaWith(
    `{ 'v1.TodoCreated': async ({ id, text }) => insert(todos).values({ id, text }), 'v1.TodoCompleted': completed }`,
  ),
  'an arg that an event does not have': `events.todoCreated({ id: 'a', title: 'Buy milk' })`,
  'a commit of an event that there is not': committing(`{ name: 'v1.TodoLost', args: { id: 'a' } }`),
  'a commit of a declaration': committing('events.todoCreated'),
  'a commit of a list': committing(`[events.todoCompleted({ id: 'a' })]`),
  'a column that there is not': 'export const query = select({ title: todos.title }).from(todos)',
  'a query that is a text': using(`hooks.useQuery('SELECT * FROM todos')`),
  'a list of dependencies': using('hooks.useQuery(select().from(todos), [1])'),
  'rows of another type':
    'export function useIt(): readonly { id: number }[] { return hooks.useQuery(select().from(todos)) }',
  'what is selected, of another type':
    'export function useIt(): number { return hooks.usePending((commits) => commits[0]) }',
  'a document that begins as something else': using(`hooks.useClientDocument(drafts, 'a', { txt: '' })`),
  'a table that has no documents': using(`hooks.useClientDocument(todos, 'a', { text: '' })`),
  'the schema of another app': using('hooks.useStore({ ...options, schema: other })'),
}

mkdirSync(join(root, '.headwater'), { recursive: true })
const folder = mkdtempSync(join(root, '.headwater/mistakes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
write('app.ts', app)
for (const [nth, mistake] of Object.values(mistakes).entries()) write(`${nth}.ts`, `${imports}\n${mistake}\n`)
write(
  'tsconfig.json',
  JSON.stringify({
    extends: '../../tsconfig.json',
    compilerOptions: { noUnusedLocals: false },
    include: ['*.ts'],
  }),
)
const tsc = join(root, 'node_modules/typescript/bin/tsc')
const report = await new Promise<string>((resolve) => {
  execFile(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], (_, stdout) => resolve(stdout))
})
/** Each error begins with its file, and goes on in lines that are indented. */
const errors = report.split(/^(?=\S)/m)

/** What is said of a mistake; of the types of Drizzle's tables and statements only which one it is. */
function told(mistake: string): string {
  const found = errors.filter((error) => error.includes(`/${Object.keys(mistakes).indexOf(mistake)}.ts(`))
  const said = found.map((error) => error.replace(/^.*?: error TS\d+: /, ''))
  return said
    .join('')
    .trimEnd()
    .replaceAll(/\b(SQLite\w+)<(?:[^']|'[^']*?'(?=[^\s]))*?(?=')/g, '$1<…>')
}

test('the app itself has no mistake', () => {
  expect(errors.filter((error) => error.includes('/app.ts('))).toEqual([])
})

test.each(Object.keys(mistakes))('%s', (mistake) => {
  expect(told(mistake)).toMatchSnapshot()
})
