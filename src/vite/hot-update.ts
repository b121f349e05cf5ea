import type { DevEnvironment, EnvironmentModuleNode } from 'vite'

/**
 * An edit of the schema reaches the leader's workers, and nothing in a worker takes an edit: for Vite that is a reason to load the
 * page again. But a page that refreshes its components opens its store anew, with a worker that is made then. So what the edit
 * asks of these workers counts as done, and only of these: another worker of the app that runs the schema needs the page's reload.
 *
 * After an edit of anything else, such as the worker's own file, Vite decides.
 */
export function settleLeaders(changed: Modules, library: Modules, isOfSchema: boolean) {
  const withLeader = importersOf(library)
  for (const module of importersOf(changed)) {
    if (isWorker(module) && withLeader.has(module)) settle(module, isOfSchema)
  }
}

const settled = new WeakMap<EnvironmentModuleNode, { isSettled: boolean }>()

/** Also where Vite reads the module just now, on behalf of an edit before, and notes that it takes none. */
function settle(module: EnvironmentModuleNode, isSettled: boolean) {
  const known = settled.get(module)
  if (known) {
    known.isSettled = isSettled
    return
  }
  const state = { isSettled }
  let said = module.isSelfAccepting
  settled.set(module, state)
  Object.defineProperty(module, 'isSelfAccepting', {
    get: () => state.isSettled || said,
    set(says: boolean) {
      said = says
    },
  })
}

type Modules = Iterable<EnvironmentModuleNode>

/** `headwater/worker`, if any module has asked for it. */
export async function workerLibrary({ moduleGraph, pluginContainer }: DevEnvironment, importer: string) {
  const found = await pluginContainer.resolveId('headwater/worker', importer)
  const module = found && moduleGraph.getModuleById(found.id)
  return module ? [module] : []
}

/** Those that are still imported. Others Vite would take for the page itself: those of a file that was read half written, say. */
export function importedOf(modules: Modules) {
  return [...modules].filter(({ importers }) => importers.size > 0)
}

/** The modules, and all that import them, by whichever way. */
function importersOf(modules: Modules): ReadonlySet<EnvironmentModuleNode> {
  const found = new Set(modules)
  for (const { importers } of found) for (const importer of importers) found.add(importer)
  return found
}

/** What Vite gives to a `new Worker()`. */
const isWorker = ({ url }: EnvironmentModuleNode) => /[?&]worker_file\b/.test(url)
