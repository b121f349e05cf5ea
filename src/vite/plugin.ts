import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Environment, normalizePath, type Plugin, type Rolldown } from 'vite'
import { devtoolsPage } from './devtools-page.ts'
import { earlyWorkers } from './early-worker.ts'
import { importedOf, settleLeaders, workerLibrary } from './hot-update.ts'
import { leaderWorker } from './leader-worker.ts'
import { type ModuleGraph, packageOf, readModuleGraph, redirectImports } from './module-graph.ts'

export type HeadwaterOptions = {
  /** The file that calls `makeSchema`, or one that imports it, from Vite's root. Of several, all have one version. */
  readonly schema: string | readonly string[]
  /**
   * With which backend the leader of `virtual:headwater/worker` syncs: its URL, `wss://…`, or a file that exports `sync`, the options
   * of `startLeader`. Without it, with none.
   */
  readonly sync?: string | undefined
  /**
   * The file, or files, whose `worker` makes the leader's worker, where the app has written one: `makeWebAdapter({ worker })`. In a
   * build, pages that import it start that worker before they load anything else. That of `virtual:headwater/worker` is known.
   */
  readonly worker?: string | readonly string[] | undefined
}

/** `headwater` as the files of the schema see it. */
const virtual = 'virtual:headwater'
const versioned = '\0headwater:versioned'
/** Asks where a package's own files are, not where the development server has pre-bundled it to. */
const scanning = { custom: {}, scan: true }
const self = packageOf(fileURLToPath(import.meta.url))

/**
 * Gives `makeSchema` its `version`: it follows the content of the schema's file and of all that it imports, and is the same in
 * page and worker, in development and build. And its `builtAt`. What the app gives itself counts more.
 *
 * And it gives the leader's worker to apps that write none: `import { worker } from 'virtual:headwater/worker'`. It runs the schema
 * that the (first) file exports as `schema`.
 */
export function headwater(options: HeadwaterOptions): Plugin[] {
  const files = asList(options.schema)
  const leader = () => leaderWorker({ schema: files[0] ?? '', sync: options.sync })
  return [
    versionPlugin(files),
    leader(),
    earlyWorkers(asList(options.worker)),
    devtoolsPage(),
    {
      name: 'headwater:worker',
      // Vite builds workers with plugins of their own.
      config: () => ({ worker: { plugins: () => [versionPlugin(files), leader()] } }),
    },
  ]
}

const asList = (given: string | readonly string[] = []) => (typeof given === 'string' ? [given] : given)

/**
 * The files of the schema import `headwater` by way of a module that binds the version to `makeSchema`: whichever of them calls
 * it, under whatever name, gets the version. Only the name in the import is another one. It is replaced in the source, since where
 * packages are left to Node (on a server, in Vitest) nobody asks plugins what `headwater` is.
 */
function versionPlugin(schemaFiles: readonly string[]): Plugin {
  let entries: readonly string[] = []
  /** What an environment resolves differs by its conditions; page and worker have the same. */
  const graphs = new Map<Environment, Promise<ModuleGraph>>()
  /** Those that are to be read again. Which files they had is still asked, of an edit that follows at once. */
  const outdated = new Set<Environment>()

  const graphOf = (context: Context): Promise<ModuleGraph> => {
    const { environment } = context
    const known = graphs.get(environment)
    if (known && !outdated.delete(environment)) return known
    const graph = read(context, entries)
    graphs.set(environment, graph)
    return graph
  }

  /** Whether the version follows the file, or may, where the graph could not be read. */
  const concerns = async (environment: Environment, file: string) => {
    const graph = await graphs.get(environment)?.catch(() => 'failed' as const)
    return graph === 'failed' || graph?.files.has(normalizePath(file)) === true
  }

  return {
    name: 'headwater',
    enforce: 'pre',
    configResolved({ root }) {
      entries = schemaFiles.map((file) => normalizePath(resolve(root, file)))
    },
    buildStart: () => graphs.clear(),
    async watchChange(file) {
      const { environment } = this
      if (!(await concerns(environment, file))) return
      outdated.add(environment)
      if (environment.mode !== 'dev') return
      const module = environment.moduleGraph.getModuleById(versioned)
      if (module) environment.moduleGraph.invalidateModule(module)
    },
    // What has the former version is exchanged, as what imports the file is.
    async hotUpdate({ file, modules, timestamp }) {
      const { environment } = this
      const { moduleGraph } = environment
      const isOfSchema = await concerns(environment, file)
      const module = isOfSchema ? moduleGraph.getModuleById(versioned) : undefined
      if (module) moduleGraph.invalidateModule(module, new Set(), timestamp, true)
      const changed = new Set([...modules, ...importedOf(module?.importers ?? [])])
      settleLeaders(changed, await workerLibrary(environment, file), isOfSchema)
      return [...changed]
    },
    resolveId: {
      filter: { id: /^(virtual:headwater|headwater)$/ },
      handler(source, importer) {
        if (source === virtual) return versioned
        return importer === versioned ? this.resolve(source, entries[0], { skipSelf: true }) : null
      },
    },
    transform: {
      filter: { id: { exclude: /[?\0]|\/node_modules\// }, code: /headwater/ },
      async handler(code, id) {
        const { files } = await graphOf(this)
        return files.has(normalizePath(id))
          ? { code: redirectImports(id, code, 'headwater', virtual), map: null }
          : null
      },
    },
    load: {
      filter: { id: /^\0headwater:versioned$/ },
      async handler() {
        const { version } = await graphOf(this)
        const { mode, config } = this.environment
        return mode === 'dev' && config.consumer === 'client' ? bindEdit(version, config) : bindBuild(version)
      },
    },
  }
}

type Context = Rolldown.PluginContext & { readonly environment: Environment }

async function read(context: Context, entries: readonly string[]): Promise<ModuleGraph> {
  const missing = entries.find((entry) => !existsSync(entry))
  if (missing) throw new Error(`headwater({ schema }) names ${missing}, and there is no such file`)
  const graph = await readModuleGraph(entries, async (specifier, importer) => {
    if (/^headwater(\/|$)/.test(specifier)) return { type: 'package', id: self }
    const found = await resolveIn(context, specifier, importer)
    if (!found || found.external || !isAbsolute(found.id)) return undefined
    const path = normalizePath(found.id.replace(/[?#].*$/, ''))
    return path.includes('/node_modules/') ? { type: 'package', id: packageOf(path) } : { type: 'file', path }
  })
  for (const what of graph.unfollowed) context.warn(`${what}: what comes by it does not change the schema's version`)
  return graph
}

function resolveIn(context: Context, specifier: string, importer: string) {
  const { environment } = context
  return environment.mode === 'dev'
    ? environment.pluginContainer.resolveId(specifier, importer, scanning)
    : context.resolve(specifier, importer)
}

/** Who wants builds of one source to be the same to the byte sets the variable, in seconds, as for other build tools. */
function bindBuild(version: string): string {
  const builtAt = Number(process.env.SOURCE_DATE_EPOCH) * 1_000 || Date.now()
  return `${library}
export const makeSchema = (options) => make(${bound(version, `options.builtAt ?? ${builtAt}`)})
`
}

/**
 * In a page that is open while the schema is edited, every edit is a later build, whatever else is said of the time: so the hooks
 * know which of two schemas takes the place of the other. Vite says which edit it is in the address, to page and worker.
 *
 * What `makeSchema` refuses is shown over the page, which goes on with what it had.
 */
function bindEdit(version: string, { server: { hmr } }: Environment['config']): string {
  const overlay = typeof hmr === 'object' && hmr.overlay === false ? '' : 'vite-error-overlay'
  return `${library}
const builtAt = Number(/[?&]t=(\\d+)/.exec(import.meta.url)?.[1]) || ${Date.now()}
export const makeSchema = (options) => {
  try {
    return make(${bound(version, 'builtAt')})
  } catch (error) {
    const Overlay = globalThis.customElements?.get('${overlay}')
    if (Overlay) document.body.append(new Overlay(error))
    throw error
  }
}
`
}

const library = `export * from 'headwater'
import { makeSchema as make } from 'headwater'`

const bound = (version: string, builtAt: string) =>
  `{ ...options, version: options.version ?? ${JSON.stringify(version)}, builtAt: ${builtAt} }`
