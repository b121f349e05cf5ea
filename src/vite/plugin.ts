import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DevEnvironment, type Environment, normalizePath, type Plugin, type Rolldown } from 'vite'
import { devtoolsPage } from './devtools-page.ts'
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
  const files = typeof options.schema === 'string' ? [options.schema] : options.schema
  const leader = () => leaderWorker({ schema: files[0] ?? '', sync: options.sync })
  return [
    versionPlugin(files),
    leader(),
    devtoolsPage(),
    {
      name: 'headwater:worker',
      // Vite builds workers with plugins of their own.
      config: () => ({ worker: { plugins: () => [versionPlugin(files), leader()] } }),
    },
  ]
}

/**
 * The files of the schema import `headwater` by way of a module that binds the version to `makeSchema`: whichever of them calls
 * it, under whatever name, gets the version. Only the name in the import is another one. It is replaced in the source, since where
 * packages are left to Node (on a server, in Vitest) nobody asks plugins what `headwater` is.
 */
function versionPlugin(schemaFiles: readonly string[]): Plugin {
  let entries: readonly string[] = []
  /** What an environment resolves differs by its conditions; page and worker have the same. */
  const graphs = new Map<Environment, Promise<ModuleGraph>>()

  const graphOf = (context: Context): Promise<ModuleGraph> => {
    const known = graphs.get(context.environment)
    if (known) return known
    const graph = read(context, entries)
    graphs.set(context.environment, graph)
    return graph
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
      const graph = await graphs.get(environment)?.catch(() => 'failed' as const)
      if (!graph || (graph !== 'failed' && !graph.files.has(normalizePath(file)))) return
      graphs.delete(environment)
      if (environment.mode === 'dev') reload(environment)
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
        return bindVersion(version, builtAt())
      },
    },
  }
}

/** Page and worker begin anew together: a store does not change its schema while it is open. */
function reload({ moduleGraph, hot }: DevEnvironment) {
  const module = moduleGraph.getModuleById(versioned)
  if (module) moduleGraph.invalidateModule(module)
  hot.send({ type: 'full-reload' })
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
function builtAt(): number {
  return Number(process.env.SOURCE_DATE_EPOCH) * 1_000 || Date.now()
}

function bindVersion(version: string, builtAt: number): string {
  return `export * from 'headwater'
import { makeSchema as make } from 'headwater'
export const makeSchema = (options) => make({ ...options, version: options.version ?? ${JSON.stringify(version)}, builtAt: options.builtAt ?? ${builtAt} })
`
}
