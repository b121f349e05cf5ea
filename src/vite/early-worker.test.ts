import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Rolldown } from 'vite'
import { afterAll, expect, test } from 'vitest'
import { headwater } from './index.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
mkdirSync(join(repository, '.headwater'), { recursive: true })
const root = mkdtempSync(join(repository, '.headwater/vite-early-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const page = (worker: string) => `
  import { worker } from '${worker}'
  import { schema } from './schema.ts'
  document.title = schema.name + worker()
`
const sources: Record<string, string> = {
  'schema.ts': `export const schema = { name: 'the schema' }`,
  'leader.worker.ts': `import { schema } from './schema.ts'; postMessage(schema.name)`,
  'own-worker.ts': `export const worker = () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' })`,
  'with-own.ts': page('./own-worker.ts'),
  'with-plugins.ts': page('virtual:headwater/worker'),
  'with-none.ts': `import { schema } from './schema.ts'; document.title = schema.name`,
}
for (const [file, source] of Object.entries(sources)) writeFileSync(join(root, file), source)
const pages = ['with-own', 'with-plugins', 'with-none']
for (const name of pages) {
  const html = `<html><head><script type="module" src="./${name}.ts"></script></head></html>`
  writeFileSync(join(root, `${name}.html`), html)
}

/** For each page what it loads early, as names of files, and the text of all that. */
async function earlyOf(base: string) {
  const { output } = (await build({
    root,
    base,
    configFile: false,
    logLevel: 'error',
    plugins: [headwater({ schema: './schema.ts', worker: './own-worker.ts' })],
    resolve: { alias: { 'headwater/worker': join(root, 'schema.ts') } },
    worker: { rolldownOptions: { external: [/./], checks: { importIsUndefined: false } } },
    build: { write: false, rolldownOptions: { input: pages.map((name) => join(root, `${name}.html`)) } },
  })) as Rolldown.RolldownOutput
  const sourceOf = (name: string) => {
    const file = output.find(({ fileName }) => fileName === name)!
    return file.type === 'chunk' ? file.code : String(file.source)
  }
  return pages.map((name) => {
    const [first] = sourceOf(`${name}.html`).split(`<script type="module" crossorigin`)
    const addresses = [...first!.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!)
    const texts = addresses.map((address) => sourceOf(address.replace(base, '')))
    return { isAsync: first!.includes(' async '), addresses, text: texts.join('\n') }
  })
}

test('pages that import what makes their worker start it before all else, and the others do not', async () => {
  const [own, plugins, none] = await earlyOf('/app/')
  expect([own!.isAsync, plugins!.isAsync, none!.isAsync]).toEqual([true, true, false])
  expect(own!.text).toContain('leader.worker')
  expect(plugins!.text).toMatch(/\/leader-[\w-]+\.js/)
  expect(none!.addresses).toEqual([])
  for (const { text } of [own!, plugins!]) {
    expect(text).toContain('.wasm') // SQLite is compiled meanwhile
    expect(text).not.toContain('the schema')
    expect(text.length).toBeLessThan(20_000)
  }
})

test('where the base is relative, too', async () => {
  const [own] = await earlyOf('./')
  expect(own!.addresses[0]).toMatch(/^\.\/assets\//)
})
