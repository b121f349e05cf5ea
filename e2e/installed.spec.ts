// E2E_INSTALLED=1 npm run e2e installed
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Page } from '@playwright/test'
import { expect, test } from './test.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const { dependencies, devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
const versions: Record<string, string> = { ...dependencies, ...devDependencies }

/** What an app installs beside Headwater. */
const packages = ['react', 'react-dom', 'drizzle-orm', 'zod', 'vite', '@vitejs/plugin-react']
const types = ['@types/react', '@types/react-dom']

const index = `<!doctype html><html><head><link rel="icon" href="data:," /></head><body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body></html>`

const viteConfig = (sync: string) => `
import react from '@vitejs/plugin-react'
import { headwater } from 'headwater/vite'
import { defineConfig } from 'vite'
export default defineConfig({ plugins: [react(), headwater({ schema: './src/schema.ts', sync: '${sync}' })] })
`

const tsconfig = {
  compilerOptions: {
    target: 'es2023',
    lib: ['es2024', 'dom', 'dom.iterable'],
    module: 'esnext',
    moduleResolution: 'bundler',
    jsx: 'react-jsx',
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    types: ['vite/client', 'headwater/vite/client'],
  },
  include: ['src'],
}

test.describe.configure({ mode: 'serial' })

const folder = mkdtempSync(join(tmpdir(), 'headwater-installed-'))
const app = join(folder, 'app')
const run = (cwd: string, command: string, ...args: string[]) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] })
const vite = (...args: string[]) => [join(app, 'node_modules/vite/bin/vite.js'), ...args]

/** The quick start of the README, without its worker and its version. */
test.beforeAll(({ sharedBackend }) => {
  test.setTimeout(240_000)
  run(root, 'npm', 'pack', '--silent', '--pack-destination', folder)
  const [tarball] = run(folder, 'ls').trim().split('\n')
  cpSync(join(root, 'docs/snippets'), join(app, 'src'), {
    recursive: true,
    filter: (path) => !/snippets\/\w+$|leader\.worker\.ts$/.test(path),
  })
  change('src/App.tsx', /^const worker = .*$/m, `import { worker } from 'virtual:headwater/worker'`)
  change('src/schema.ts', /^ {2}version: .*\n/m, '')
  const wanted = Object.fromEntries([...packages, ...types].map((name) => [name, versions[name]]))
  const write = (file: string, text: string) => writeFileSync(join(app, file), text)
  write('index.html', index)
  write('vite.config.js', viteConfig(sharedBackend.url))
  write('tsconfig.json', JSON.stringify(tsconfig))
  write(
    'package.json',
    JSON.stringify({ private: true, type: 'module', dependencies: { ...wanted, headwater: `file:../${tarball}` } }),
  )
  run(app, 'npm', 'install', '--no-audit', '--no-fund', '--prefer-offline')
})
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

function change(file: string, what: RegExp, other: string) {
  const source = readFileSync(join(app, file), 'utf8')
  if (!what.test(source)) throw new Error(`${file} has no ${what}`)
  writeFileSync(join(app, file), source.replace(what, other))
}

test('its types are those of the package', () => {
  run(root, process.execPath, 'node_modules/typescript/bin/tsc', '-p', app)
})

/** Runs Vite while a page is used. */
async function served(args: readonly string[], use: (url: string) => Promise<void>) {
  const child: ChildProcess = spawn(process.execPath, vite(...args, '--host', '127.0.0.1', '--port', '0'), {
    cwd: app,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    let told = ''
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout!.on('data', (text) => {
        told += text
        const [found] = /http:\/\/127\.0\.0\.1:\d+\//.exec(told) ?? []
        if (found) resolve(found)
      })
      child.once('close', (code) => reject(new Error(`vite ended with ${code}: ${told}`)))
    })
    await use(url)
  } finally {
    child.kill()
  }
}

/** Twice, beside the milk that others bought. */
async function buysMilk(page: Page, url: string, before: number) {
  await page.goto(url)
  const todos = page.getByRole('checkbox', { name: 'Buy milk' })
  const buy = page.getByRole('button', { name: 'Buy milk' })
  await expect(todos).toHaveCount(before)
  await buy.click()
  await expect(todos).toHaveCount(before + 1)
  await buy.click()
  await expect(page.getByRole('status')).toContainText(/leader e(\d+) · backend e\1$/)
  await page.reload()
  await expect(todos).toHaveCount(before + 2)
}

test('built by Vite, it keeps what is committed, and syncs', async ({ page }) => {
  run(app, process.execPath, ...vite('build'))
  await served(['preview'], (url) => buysMilk(page, url, 0))
})

test('in development too: with another materializer, what was committed is another in the open page, which is not loaded again', async ({
  page,
}) => {
  const complaints: string[] = []
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  await served(['dev'], async (url) => {
    await buysMilk(page, url, 2)
    const loaded = await page.evaluate(() => performance.timeOrigin)
    change('src/schema.ts', /values\(\{ id, text \}\)/, "values({ id, text: text + ', fresh' })")
    await expect(page.getByRole('checkbox', { name: 'Buy milk, fresh' })).toHaveCount(4)
    expect(await page.evaluate(() => performance.timeOrigin)).toBe(loaded)
  })
  expect(complaints).toEqual([])
})
