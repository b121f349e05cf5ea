import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import {
  type Alias,
  createLogger,
  createServer,
  type HotPayload,
  type InlineConfig,
  type Logger,
  type Rolldown,
  type UpdatePayload,
  type ViteDevServer,
  build as viteBuild,
} from 'vite'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import { bundleLibrary } from '../testing/library-bundle.ts'
import { headwater } from './index.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
mkdirSync(join(repository, '.headwater'), { recursive: true })
const library = await bundleLibrary(mkdtempSync(join(repository, '.headwater/vite-library-')))
const alias: Alias[] = [
  { find: /^headwater$/, replacement: join(repository, 'src/index.ts') },
  { find: /^headwater\/worker$/, replacement: join(repository, 'src/worker.ts') },
]

const sources: Record<string, string> = {
  'index.html': '<script type="module" src="./page.ts"></script>',
  'page.ts': `
    import { schema } from './schema/index.ts'
    import { title } from './title.ts'
    new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module' })
    document.title = title + schema.fingerprint
  `,
  'title.ts': `export const title = 'Todos'`,
  'leader.worker.ts': `
    import { startLeader } from 'headwater/worker'
    import { schema } from './schema/index.ts'
    startLeader({ schema })
  `,
  'schema/index.ts': `
    import * as hw from 'headwater'
    import { todos } from './tables.ts'
    import { events, type Names } from './events'
    export const schema = hw.makeSchema({
      tables: { todos },
      events,
      materializers: { 'v1.TodoCreated': ({ id, text }) => hw.insert(todos).values({ id, text }) } satisfies Names,
    })
  `,
  'schema/events.ts': `
    import { Events } from 'headwater'
    import { z } from 'zod'
    import type { Unused } from './types.ts'
    import { length } from './limits.json'
    export type Names = Record<string, unknown>
    export const events = {
      created: Events.synced({ name: 'v1.TodoCreated', schema: z.object({ id: z.string(), text: z.string().max(length) }) }),
    }
  `,
  'schema/types.ts': 'export type Unused = never',
  'schema/limits.json': '{ "length": 100 }\n',
  'schema/tables.ts': `
    import { sqliteTable, text } from 'drizzle-orm/sqlite-core'
    export const todos = sqliteTable('todos', { id: text().primaryKey(), text: text().notNull() })
  `,
}

type Output = Rolldown.RolldownOutput['output']

/** Builds and servers take their time on a machine that has more to do. */
const busy = 120_000
const silent = createLogger('silent')
const opened: (() => unknown)[] = []
const closeOpened = async () => {
  for (const close of opened.splice(0)) await close()
}
afterEach(closeOpened)

/** An app of these sources in a folder of its own, inside of the repository, so that packages are found. */
function app(changed: Record<string, string> = {}): string {
  mkdirSync(join(repository, '.headwater'), { recursive: true })
  const root = mkdtempSync(join(repository, '.headwater/vite-'))
  opened.push(() => rmSync(root, { recursive: true, force: true }))
  for (const [file, source] of Object.entries({ ...sources, ...changed })) put(root, file, source)
  return root
}

function put(root: string, file: string, source: string) {
  mkdirSync(join(root, file, '..'), { recursive: true })
  writeFileSync(join(root, file), source)
}

function config(root: string): InlineConfig {
  return {
    root,
    configFile: false,
    logLevel: 'error',
    plugins: [headwater({ schema: './schema/index.ts' })],
    resolve: { alias },
    worker: { format: 'es' },
    build: { target: 'es2023', write: false, reportCompressedSize: false },
  }
}

async function build(root: string, more: InlineConfig = {}): Promise<Output> {
  const { output } = (await viteBuild({ ...config(root), ...more })) as Rolldown.RolldownOutput
  return output
}

/** The version in what was built: of the page, and of the worker, which Vite hands on as an asset. */
function versionIn(output: Output) {
  const found = output.flatMap((file) => {
    const source = file.type === 'chunk' ? file.code : String(file.source)
    return [...source.matchAll(/version:\w+\.version\?\?["'`](\w+)["'`]/g)].map(([, version]) => ({
      file: file.fileName,
      version: version!,
    }))
  })
  expect(found.map(({ file }) => /leader\.worker|index/.exec(file)?.[0]).toSorted()).toEqual(['index', 'leader.worker'])
  expect(new Set(found.map(({ version }) => version)).size).toBe(1)
  return found[0]!.version
}

/** What a page gets from the development server: the schema's module, and by it the version. */
async function served(server: ViteDevServer, path = '/schema/index.ts') {
  const origin = server.resolvedUrls!.local[0]!.replace(/\/$/, '')
  const get = async (url: string) => (await fetch(origin + url)).text()
  const [, library] = /from ["']([^"']*headwater:versioned[^"']*)["']/.exec(await get(path)) ?? []
  if (!library) return undefined
  return /version: options\.version \?\? "(\w+)"/.exec(await get(library))?.[1]
}

async function serve(root: string, more: InlineConfig = {}): Promise<ViteDevServer> {
  const resolve = { alias: [{ find: /^headwater$/, replacement: library }, ...alias] }
  const server = await createServer({ ...config(root), resolve, server: { host: '127.0.0.1', port: 0 }, ...more })
  opened.unshift(() => server.close())
  if (!(join(root, 'schema') in server.watcher.getWatched())) await once(server.watcher, 'ready')
  return server.listen()
}

/** The schema as a server runs it. */
async function schemaIn(server: ViteDevServer) {
  const { schema } = await server.ssrLoadModule('/schema/index.ts')
  return schema as { readonly version: string }
}

/** For what changes nothing: the app as it is, beside a module that its schema does not import, built once and served once. */
const asItIs = await (async () => {
  const root = app({ 'other.ts': "import { makeSchema } from 'headwater'; export const other = makeSchema({})" })
  const before = Date.now()
  const output = await build(root)
  const server = await serve(root)
  const close = opened.splice(0)
  afterAll(async () => {
    opened.push(...close, () => rmSync(join(library, '..'), { recursive: true, force: true }))
    await closeOpened()
  })
  return { before, output, server, version: await served(server) }
})()

/** Asks for a module and all that it imports of the app, as a browser does. */
async function load(server: ViteDevServer, url: string, asked = new Set<string>()) {
  if (asked.has(url)) return
  asked.add(url)
  const { client } = server.environments
  await client.transformRequest(url)
  const module = await client.moduleGraph.getModuleByUrl(url)
  for (const { file, url } of module!.importedModules) {
    if (!file?.startsWith('/') || file.startsWith(server.config.root)) await load(server, url, asked)
  }
}

/** A page that is open: `reloaded` resolves when the server tells it to reload, `updated` with what it is told to exchange. */
async function openPage({ config, httpServer }: ViteDevServer) {
  const address = httpServer!.address() as { port: number }
  const socket = new WebSocket(`ws://127.0.0.1:${address.port}/?token=${config.webSocketToken}`, 'vite-hmr')
  opened.unshift(() => socket.close())
  const hear = (type: HotPayload['type']) =>
    new Promise<HotPayload>((resolve) =>
      socket.addEventListener('message', ({ data }) => {
        const payload = JSON.parse(data) as HotPayload
        if (payload.type === type) resolve(payload)
      }),
    )
  const reloaded = hear('full-reload')
  const updated = hear('update').then((payload) => (payload as UpdatePayload).updates.map(({ path }) => path))
  await hear('connected')
  /** What kinds of messages it got since then. */
  const told: string[] = []
  socket.addEventListener('message', ({ data }) => void told.push(JSON.parse(data).type))
  return { reloaded, updated, told }
}

describe('a build', { timeout: busy }, () => {
  test('page and worker have one version, in any folder and with any line endings', async () => {
    const version = versionIn(asItIs.output)
    expect(version).toMatch(/^[0-9a-f]{16}$/)
    const windows = Object.entries(sources).map(([file, source]) => [file, source.replaceAll('\n', '\r\n')])
    const title = sources['title.ts']!.replace('Todos', 'Tasks') // which the schema does not import
    expect(versionIn(await build(app({ ...Object.fromEntries(windows), 'title.ts': title })))).toBe(version)
    const events = sources['schema/events.ts']!.replace("'v1.TodoCreated'", "'v1.TodoMade'")
    const index = sources['schema/index.ts']!.replace("'v1.TodoCreated'", "'v1.TodoMade'")
    expect(versionIn(await build(app({ 'schema/events.ts': events, 'schema/index.ts': index })))).not.toBe(version)
  })
})

test('a build has nothing of what the hooks do about an edit of the schema', { timeout: busy }, async () => {
  vi.stubEnv('NODE_ENV', 'production') // Vitest says otherwise
  opened.push(() => vi.unstubAllEnvs())
  const react = join(repository, 'src/react')
  const page = `import { useStore } from ${JSON.stringify(join(react, 'index.ts'))}; globalThis.use = useStore`
  const root = app({ 'page.ts': page })
  const output = await build(root, { build: { ...config(root).build, rolldownOptions: { external: /^react/ } } })
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join()
  const messages = ['is open with another', 'by an edit of its schema']
  const source = readFileSync(join(react, 'registry.ts'), 'utf8')
  expect(messages.filter((message) => source.includes(message))).toEqual(messages)
  expect(messages.filter((message) => code.includes(message))).toEqual(['is open with another'])
})

const withoutWorker = {
  'page.ts': `
    import { schema } from './schema/index.ts'
    import { worker } from 'virtual:headwater/worker'
    worker()
    document.title = schema.fingerprint
  `,
  'sync.ts': 'export const sync = { backend: () => ({ mine: true }) }',
}

describe('an app without a worker file', { timeout: busy }, () => {
  const leaderOf = async (sync?: string) => {
    const root = app(withoutWorker)
    const plugins = [headwater({ schema: './schema/index.ts', ...(sync && { sync }) })]
    const output = await build(root, { worker: {}, plugins })
    const version = (source: string) => /version:\w+\.version\?\?["'`](\w+)["'`]/.exec(source)?.[1]
    const sourceOf = (file: (typeof output)[number]) => (file.type === 'chunk' ? file.code : String(file.source))
    const leader = output.find(({ fileName }) => /leader-.*\.js$/.test(fileName))!
    const page = output.find(({ fileName }) => /index-.*\.js$/.test(fileName))!
    expect(output.some((file) => file.type === 'chunk' && sourceOf(file).includes(leader.fileName))).toBe(true)
    expect(version(sourceOf(leader))).toMatch(/^[0-9a-f]{16}$/)
    expect(version(sourceOf(leader))).toBe(version(sourceOf(page)))
    return sourceOf(leader)
  }

  test('has one that leads its schema, built with the backend of its URL', async () => {
    expect(await leaderOf('wss://example.org/sync')).toMatch(/["'`]wss:\/\/example\.org\/sync["'`]/)
  })

  test('or with the options of a module', async () => {
    expect(await leaderOf('./sync.ts')).toContain('mine:!0')
  })

  test('has it in development, where page and worker load the same module of the schema', async () => {
    const root = app(withoutWorker)
    const { resolvedUrls } = await serve(root)
    const load = async (url: string) => (await fetch(new URL(url, resolvedUrls!.local[0]))).text()
    const imported = (code: string, what: RegExp) => what.exec(code)![1]!
    const page = await load('/page.ts')
    const making = await load(imported(page, /from ["'](.*virtual:headwater\/worker)["']/))
    const wrapper = await load(imported(making, /from ["'](.*leader\.ts\?.*worker)["']/))
    const worker = await load(imported(wrapper, /["'](.*leader\.ts\?worker_file.*?)["']/).replace(/^.*@fs/, '/@fs'))
    const leader = await load(imported(worker, /import ["'](.*virtual:headwater\/leader)["']/))
    const schema = /from ["']((?:\/[^"']*)?\/schema\/index\.ts)["']/
    expect(imported(leader, schema)).toBe(imported(page, schema))
    expect(leader).toContain('startLeader(')
  })
})

describe('the development server', { timeout: busy }, () => {
  test('has the version of the build', async () => {
    expect(asItIs.version).toBe(versionIn(asItIs.output))
  })

  test('gives page and worker the same module of the schema', async () => {
    const [page, worker] = await Promise.all(
      ['/page.ts', '/leader.worker.ts?worker_file&type=module'].map((url) =>
        asItIs.server.environments.client.transformRequest(url),
      ),
    )
    const schema = /from "(\/schema\/index\.ts)"|import .*"(\/schema\/index\.ts)"/
    expect(schema.exec(page!.code)?.[0]).toBeDefined()
    expect(schema.exec(worker!.code)?.[0]).toBeDefined()
  })

  test('has another version when any file of the schema changes, and reloads pages in which nothing takes the edit', async () => {
    const root = app()
    const server = await serve(root)
    const versions = [await served(server)]
    for (const file of ['schema/index.ts', 'schema/events.ts', 'schema/tables.ts', 'schema/limits.json']) {
      const { reloaded } = await openPage(server)
      put(root, file, `${sources[file]}\n`)
      await reloaded
      const version = await served(server)
      expect(version, file).toMatch(/^[0-9a-f]{16}$/)
      expect(versions, file).not.toContain(version)
      versions.push(version)
    }
  })

  describe('where a component takes what it imports', () => {
    const leader = '/leader.worker.ts?worker_file&type=module'
    const open = async (changed: Record<string, string> = {}, worker = leader) => {
      const root = app({
        'page.ts': `import './component.ts'`,
        'component.ts': `import './store.ts'; import.meta.hot.accept()`,
        'store.ts': `import { schema } from './schema/index.ts'; export const storeOptions = { schema }`,
        ...changed,
      })
      const server = await serve(root)
      await load(server, '/page.ts')
      await load(server, worker)
      const edit = async (file: string, source = `${sources[file]}\n`) => {
        const page = await openPage(server)
        put(root, file, source)
        return Promise.race([page.updated, page.reloaded.then(() => 'reload')])
      }
      /** Saves a file, of which the server hears also where it has just been told of another edit of it. */
      const save = (file: string) => {
        put(root, file, `${sources[file]}\n`)
        server.watcher.emit('change', join(root, file))
      }
      return { server, edit, save }
    }
    const code = async (server: ViteDevServer, url: string) =>
      (await server.environments.client.transformRequest(url))!.code
    const schemaOf = (source: string) => /["'](\/schema\/index\.ts[^"']*)["']/.exec(source)![1]

    test('an edit of the schema is an update of the component: page and worker get the new version', async () => {
      const { server, edit } = await open()
      const before = await served(server)
      expect(await edit('schema/tables.ts')).toEqual(expect.arrayContaining(['/component.ts']))
      const [inPage, inWorker] = await Promise.all(['/store.ts', leader].map((url) => code(server, url)))
      expect(schemaOf(inWorker!)).toBe(schemaOf(inPage!))
      expect(schemaOf(inPage!)).toMatch(/\?t=/)
      const after = await served(server, schemaOf(inPage!))
      expect(after).toMatch(/^[0-9a-f]{16}$/)
      expect(after).not.toBe(before)
    })

    test('and another one before a page has asked for the first', async () => {
      const { edit } = await open()
      await edit('schema/tables.ts')
      expect(await edit('schema/events.ts')).toEqual(expect.arrayContaining(['/component.ts']))
    })

    test('and one that mends a file of which a page saw only the beginning', async () => {
      const { server, edit, save } = await open()
      await edit('schema/index.ts', 'export {}')
      await load(server, '/page.ts')
      const { updated, reloaded } = await openPage(server)
      save('schema/index.ts')
      expect(await Promise.race([updated, reloaded])).toEqual(expect.arrayContaining(['/component.ts']))
    })

    test('the same edit told more than once never reloads the page', async () => {
      const { server, save } = await open()
      const { told } = await openPage(server)
      for (let n = 0; n < 3; n++) save('schema/index.ts')
      await vi.waitFor(() => expect(told.length).toBeGreaterThanOrEqual(3), 20_000)
      expect(new Set(told)).toEqual(new Set(['update']))
    })

    test('an edit while the worker is read for the edit before does not reload the page', async () => {
      const { server, edit } = await open()
      await edit('schema/tables.ts')
      await load(server, leader)
      const worker = await server.environments.client.moduleGraph.getModuleByUrl(leader)
      expect(worker!.transformResult).not.toBeNull()
      expect(worker!.isSelfAccepting).toBe(true)
    })

    test("and so it is with the plugin's worker", async () => {
      const virtual = `${join(repository, 'src/vite/leader.ts')}?worker_file&type=module`
      const { edit } = await open({}, virtual)
      expect(await edit('schema/events.ts')).toEqual(expect.arrayContaining(['/component.ts']))
    })

    test("an edit of the worker's own files reloads the page, before and after one of the schema", async () => {
      const worker = `import './sync.ts'; ${sources['leader.worker.ts']}`
      const { edit } = await open({ 'leader.worker.ts': worker, 'sync.ts': 'export const sync = {}' })
      expect(await edit('leader.worker.ts', `${worker}\n`)).toBe('reload')
      await edit('schema/events.ts')
      expect(await edit('sync.ts', 'export const sync = undefined')).toBe('reload')
    })

    test('a worker that runs the schema and does not lead has the page reloaded', async () => {
      const search = `import { schema } from './schema/index.ts'; postMessage(schema.fingerprint)`
      const { edit } = await open({ 'search.worker.ts': search }, '/search.worker.ts?worker_file&type=module')
      expect(await edit('schema/events.ts')).toBe('reload')
    })
  })

  test('has the same version when files change that the schema does not run', async () => {
    const changed = ['title.ts', 'page.ts', 'leader.worker.ts', 'schema/types.ts'].map((file) => [
      file,
      `${sources[file]}\n`,
    ])
    expect(await served(await serve(app(Object.fromEntries(changed))))).toBe(asItIs.version)
  })

  test('a mistake in the schema is over when it is mended', async () => {
    const root = app()
    const server = await serve(root, { customLogger: silent })
    const before = await served(server)
    const broken = await openPage(server)
    put(root, 'schema/events.ts', 'import { oh } from "./nowhere.ts')
    await broken.reloaded
    await served(server)
    const mended = await openPage(server)
    put(root, 'schema/events.ts', sources['schema/events.ts']!)
    await mended.reloaded
    expect(await served(server)).toBe(before)
  })

  test('works with an installed package as with an alias', async () => {
    const installed = {
      // Within this package's own folder, `headwater` would mean what is built of it, if anything.
      'package.json': '{ "name": "app", "private": true, "type": "module" }',
      'node_modules/headwater/package.json': '{ "name": "headwater", "type": "module", "exports": "./index.js" }',
      'node_modules/headwater/index.js': `export * from ${JSON.stringify(library)}`,
    }
    const server = await serve(app(installed), { resolve: { alias: alias.slice(1) } })
    expect(await served(server)).toBe(asItIs.version)
    // On a server, Vite leaves packages to Node.
    expect(await schemaIn(server)).toMatchObject({ version: asItIs.version })
  })
})

test('a file that the schema does not import gets no version', async () => {
  expect(await served(asItIs.server, '/other.ts')).toBeUndefined()
})

test('a version that the app gives itself counts more', async () => {
  const index = sources['schema/index.ts']!.replace('tables:', "version: 'mine', tables:")
  expect(await schemaIn(await serve(app({ 'schema/index.ts': index })))).toMatchObject({ version: 'mine' })
})

test('the schema is made with the time of the build, or of the sources where the environment says it', async () => {
  const builtAt = (output: Output) => {
    const page = output.find(({ fileName }) => /index-.*\.js$/.test(fileName)) as Rolldown.OutputChunk
    return Number(/builtAt:\w+\.builtAt\?\?([\de.]+)/.exec(page.code)?.[1])
  }
  expect(builtAt(asItIs.output)).toBeGreaterThanOrEqual(asItIs.before)
  vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000')
  opened.push(() => vi.unstubAllEnvs())
  expect(builtAt(await build(app()))).toBe(1_700_000_000_000)
})

test('in development, every edit is a later build than what it edits, whatever is said of the time', async () => {
  vi.stubEnv('SOURCE_DATE_EPOCH', '1700000000')
  opened.push(() => vi.unstubAllEnvs())
  const root = app({ 'schema/index.ts': sources['schema/index.ts']!.replace('tables:', 'builtAt: 1, tables:') })
  const server = await serve(root)
  const { client } = server.environments
  /** What a browser makes of it: the address says which edit it is. */
  const builtAt = async () => {
    const { code } = (await client.transformRequest('/schema/index.ts'))!
    const [address] = /\/@id\/__x00__headwater:versioned[^"]*/.exec(code)!
    const [, binding] = /(const builtAt = .*)/.exec(
      (await client.transformRequest(address!.replace('/@id/__x00__', '\0')))!.code,
    )!
    const source = `${binding!.replace('import.meta.url', JSON.stringify(`http://host${address}`))}; export { builtAt }`
    return ((await import(`data:text/javascript,${encodeURIComponent(source)}`)) as { builtAt: number }).builtAt
  }
  const before = await builtAt()
  expect(before).toBeGreaterThan(1_700_000_000_000)
  const { reloaded } = await openPage(server)
  put(root, 'schema/events.ts', `${sources['schema/events.ts']}\n`)
  await reloaded
  const after = await builtAt()
  expect(after).toBeGreaterThan(before)
  expect(await builtAt()).toBe(after)
})

test('the schema is made with the version', async () => {
  expect(await schemaIn(asItIs.server)).toMatchObject({ version: asItIs.version })
})

test('a schema that is not there is an error that names it', async () => {
  const plugins = [headwater({ schema: './nowhere.ts' })]
  const server = await serve(app(), { plugins, customLogger: silent })
  await expect(server.transformRequest('/schema/index.ts')).rejects.toThrow(
    /names .*nowhere\.ts, and there is no such file/,
  )
})

test('what cannot be followed is warned of', async () => {
  const index = `${sources['schema/index.ts']}\nexport const all = import.meta.glob('./more/*.ts', { eager: true })`
  const warnings: string[] = []
  const customLogger = { ...silent, warn: (message: string) => warnings.push(message), warnOnce: silent.warnOnce }
  await served(await serve(app({ 'schema/index.ts': index }), { customLogger: customLogger as Logger }))
  expect(warnings.join()).toMatch(/schema\/index\.ts: import\.meta\.glob\(\) is not followed/)
})
