import { existsSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type DevEnvironment, type Environment, normalizePath, type Plugin, type Rolldown } from 'vite'
import { type ModuleGraph, packageOf, readModuleGraph, type Target } from './module-graph.ts'

export type HeadwaterOptions = {
  /** The file that calls `makeSchema`, or one that imports it, from Vite's root. Of several, all have one version. */
  readonly schema: string | readonly string[]
}

/** `headwater` as the files of the schema see it. */
const versioned = '\0headwater:versioned'
/** Marks the plugin's own questions, which it does not answer itself. */
const marker = 'headwater:asking'
const asking = { custom: { [marker]: true } }
/** Asks where a package's own files are, not where the development server has pre-bundled it to. */
const scanning = { ...asking, scan: true }
const self = packageOf(fileURLToPath(import.meta.url))

/**
 * Gives `makeSchema` its `version`: it follows the content of the schema's file and of all that it imports, and is the same in
 * page and worker, in development and build. A `version` that the app gives itself counts more.
 */
export function headwater(options: HeadwaterOptions): Plugin[] {
  const files = typeof options.schema === 'string' ? [options.schema] : options.schema
  return [
    versionPlugin(files),
    {
      name: 'headwater:worker',
      // Vite builds workers with plugins of their own.
      config: () => ({ worker: { plugins: () => [versionPlugin(files)] } }),
    },
  ]
}

/**
 * The files of the schema import `headwater` by way of a module that binds the version to `makeSchema`. So the sources stay as
 * they are, and whichever of them calls `makeSchema`, under whatever name, gets the version.
 */
function versionPlugin(schemaFiles: readonly string[]): Plugin {
  let entries: readonly string[] = []
  /** What an environment resolves differs by its conditions; page and worker have the same. */
  const readings = new Map<Environment, Reading>()

  const readingOf = (context: Context): Reading => {
    const known = readings.get(context.environment)
    if (known) return known
    const reading = readingIn(context, entries)
    readings.set(context.environment, reading)
    return reading
  }

  return {
    name: 'headwater',
    enforce: 'pre',
    configResolved({ root }) {
      entries = schemaFiles.map((file) => normalizePath(resolve(root, file)))
    },
    buildStart: () => readings.clear(),
    async watchChange(file) {
      const { environment } = this
      const graph = await readings.get(environment)?.graph.catch(() => 'failed' as const)
      if (!graph || (graph !== 'failed' && !graph.files.has(normalizePath(file)))) return
      readings.delete(environment)
      if (environment.mode === 'dev') reload(environment)
    },
    async resolveId(source, importer, { custom, scan }: { custom?: Rolldown.CustomPluginOptions; scan?: boolean }) {
      if (!importer || scan || custom?.[marker]) return null
      if (importer === versioned) return source === 'headwater' ? this.resolve(source, entries[0], asking) : null
      const { library, graph } = readingOf(this)
      // Where it is an alias, its name has been replaced already.
      if (source !== 'headwater' && source !== (await library)) return null
      return (await graph).files.has(pathOf(importer)) ? versioned : null
    },
    load: {
      filter: { id: /^\0headwater:versioned$/ },
      async handler() {
        const { version } = await readingOf(this).graph
        return bindVersion(version)
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

type Reading = {
  /** Where `headwater` is. */
  readonly library: Promise<string | undefined>
  readonly graph: Promise<ModuleGraph>
}

function readingIn(context: Context, entries: readonly string[]): Reading {
  const resolved = (specifier: string, importer: string) => {
    const { environment } = context
    return environment.mode === 'dev'
      ? environment.pluginContainer.resolveId(specifier, importer, scanning)
      : context.resolve(specifier, importer, asking)
  }
  const library = resolved('headwater', entries[0]!).then((found) => found?.id)
  const target = async (specifier: string, importer: string): Promise<Target | undefined> => {
    if (/^headwater(\/|$)/.test(specifier)) return { type: 'package', id: self }
    const found = await resolved(specifier, importer)
    if (!found || found.external || !isAbsolute(found.id)) return undefined
    const path = pathOf(found.id)
    return path.includes('/node_modules/') ? { type: 'package', id: packageOf(path) } : { type: 'file', path }
  }
  const read = async () => {
    const missing = entries.find((entry) => !existsSync(entry))
    if (missing) throw new Error(`headwater({ schema }) names ${missing}, and there is no such file`)
    const graph = await readModuleGraph(entries, target)
    for (const what of graph.unfollowed) context.warn(`${what}: what comes by it does not change the schema's version`)
    return graph
  }
  const graph = read()
  for (const promise of [library, graph]) promise.catch(() => undefined) // told where it is waited for
  return { library, graph }
}

function bindVersion(version: string): string {
  return `export * from 'headwater'
import { makeSchema as make } from 'headwater'
export const makeSchema = (options) => make({ ...options, version: options.version ?? ${JSON.stringify(version)} })
`
}

function pathOf(id: string): string {
  return normalizePath(id.replace(/[?#].*$/, ''))
}
