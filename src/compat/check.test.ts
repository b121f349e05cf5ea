import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { bundleLibrary } from '../testing/library-bundle.ts'
import { check } from './check.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))

let library = ''
beforeAll(async () => {
  mkdirSync(join(repository, '.headwater'), { recursive: true })
  library = await bundleLibrary(mkdtempSync(join(repository, '.headwater/check-library-')))
})
afterAll(() => rmSync(join(library, '..'), { recursive: true, force: true }))

/** An app in a folder of its own, inside of the repository, so that packages are found. */
function app(shape: string, files: Record<string, string> = {}) {
  mkdirSync(join(repository, '.headwater'), { recursive: true })
  const root = mkdtempSync(join(repository, '.headwater/check-'))
  onTestFinished(() => rmSync(root, { recursive: true, force: true }))
  const put = (file: string, source: string) => {
    mkdirSync(join(root, file, '..'), { recursive: true })
    writeFileSync(join(root, file), source)
  }
  const schema = (shape: string, from = 'headwater', version = '') => `
    import { z } from 'zod'
    import { Events, makeSchema } from '${from}'
    const created: unknown = Events.synced({ name: 'v1.Created', schema: z.object(${shape}) })
    export const schema = makeSchema({ ${version} tables: {}, events: { created: created as never }, materializers: { 'v1.Created': () => [] } as never })
  `
  const config = `export default { resolve: { alias: { headwater: ${JSON.stringify(library)} } } }`
  for (const [file, source] of Object.entries({ 'src/schema.ts': schema(shape), 'vite.config.ts': config, ...files }))
    put(file, source)
  const run = (options: { against?: string; write?: string; strict?: boolean } = {}) =>
    check({ schema: 'src/schema.ts', strict: false, root, ...options })
  return { root, put, schema, run, change: (shape: string) => put('src/schema.ts', schema(shape)) }
}

const file = 'events.json'
/** Each check starts Vite, on a machine that may have more to do. */
const busy = 120_000

describe('headwater check', { timeout: busy }, () => {
  test('records a schema, finds the next one compatible, and another one not', async () => {
    const { root, run, change } = app('{ id: z.string() }')
    expect(await run({ write: file })).toEqual({
      exitCode: 0,
      output: 'Compatible: 1 event.\nRecorded in events.json.\n',
    })
    change('{ id: z.string(), done: z.boolean().default(false) }')
    expect(await run({ against: file })).toEqual({ exitCode: 0, output: 'Compatible: 1 event.\n' })
    change('{ id: z.string(), list: z.string() }')
    const { exitCode, output } = await run({ against: file })
    expect(exitCode).toBe(1)
    expect(output).toContain('✗ list: is required, and missing')
    const before = readFileSync(join(root, file))
    expect(await run({ write: file })).toEqual({ exitCode: 1, output })
    expect(readFileSync(join(root, file))).toEqual(before)
  })

  test('with --write keeps the shapes from before', async () => {
    const { root, run, change } = app('{ id: z.string(), at: z.number() }')
    await run({ write: file })
    change('{ id: z.string() }')
    await run({ write: file })
    expect(JSON.parse(readFileSync(join(root, file), 'utf8')).events['v1.Created'].wrote).toHaveLength(2)
    change('{ id: z.string(), at: z.date().optional() }')
    expect(await run({ against: file })).toMatchObject({
      exitCode: 1,
      output: expect.stringContaining('✗ at: was a number, is a date'),
    })
  })

  test('with --strict, what cannot be known is not compatible', async () => {
    const { run } = app("{ id: z.string().refine((id) => id !== '') }")
    expect(await run()).toMatchObject({
      exitCode: 0,
      output: expect.stringContaining('? id: a refinement decides there'),
    })
    expect(await run({ strict: true })).toMatchObject({ exitCode: 1 })
  })

  test('a file that is missing, newer or not ours is an error, and stays as it is', async () => {
    const { root, put, run } = app('{ id: z.string() }')
    expect(await run({ against: file })).toEqual({
      exitCode: 2,
      output: 'headwater: there is no events.json; headwater check --write events.json makes it\n',
    })
    put(file, '{"headwater":99}')
    expect(await run({ write: file })).toMatchObject({ exitCode: 2, output: expect.stringContaining('has format 99') })
    expect(readFileSync(join(root, file), 'utf8')).toBe('{"headwater":99}')
  })

  test('a schema that cannot be loaded, or is none, is an error that says why', async () => {
    const { put, run } = app('{ id: z.string() }')
    put('src/schema.ts', "throw new Error('oh')")
    expect(await run({ write: file })).toEqual({
      exitCode: 2,
      output: 'headwater: src/schema.ts cannot be loaded: oh\n',
    })
    put('src/schema.ts', 'export const schema = 5')
    expect(await run()).toEqual({
      exitCode: 2,
      output: 'headwater: src/schema.ts exports no schema: export what makeSchema gives as "schema"\n',
    })
  })
})

/** Runs the command in a process of its own. */
function run(cwd: string, nodeOptions: string[], ...args: string[]) {
  const cli = join(repository, 'server/cli.ts')
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const child = execFile(process.execPath, [...nodeOptions, cli, 'check', ...args], { cwd }, (_, stdout, stderr) =>
      resolve({ code: child.exitCode ?? -1, stdout, stderr }),
    )
  })
}

describe('the command', { timeout: busy }, () => {
  test('exits as the check says', async () => {
    const { root, change } = app('{ id: z.string() }')
    expect(await run(root, [], '--write', file)).toMatchObject({ code: 0, stdout: expect.stringContaining('Recorded') })
    change('{ id: z.number() }')
    expect(await run(root, [], '--against', file)).toMatchObject({ code: 1, stdout: expect.stringContaining('✗ id') })
    expect(await run(root, [], 'nowhere.ts')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('there is no nowhere.ts'),
    })
  })

  test('without Vite, Node loads the schema, which needs a version then', async () => {
    const { root, put, schema } = app('{ id: z.string() }')
    const hook =
      "import { registerHooks } from 'node:module'; registerHooks({ resolve(name, context, next) { if (name === 'vite') throw new Error('no Vite'); return next(name, context) } })"
    const noVite = ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]
    put('src/schema.ts', schema('{ id: z.string() }', library))
    expect(await run(root, noVite)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('makeSchema has no version'),
    })
    put('src/schema.ts', schema('{ id: z.string() }', library, "version: '1',"))
    expect(await run(root, noVite, '--write', file)).toMatchObject({ code: 0 })
    expect(existsSync(join(root, file))).toBe(true)
  })
})
