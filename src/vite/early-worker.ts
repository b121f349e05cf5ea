import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type HtmlTagDescriptor, normalizePath, type Plugin, type Rolldown } from 'vite'

const starter = normalizePath(fileURLToPath(new URL('../adapter/start-early.ts', import.meta.url)))
const early = '\0headwater:early '

/**
 * In a build, a page that imports what makes its worker gets a script in front of all others: it starts the worker, and compiles SQLite,
 * while the app's own modules load.
 *
 * `files` export `worker`. That of `virtual:headwater/worker` is known anyway.
 */
export function earlyWorkers(files: readonly string[]): Plugin {
  const makers = new Set(['\0virtual:headwater/worker'])
  let base = ''
  return {
    name: 'headwater:early',
    apply: 'build',
    configResolved(config) {
      base = config.base
      for (const file of files) makers.add(normalizePath(resolve(config.root, file)))
    },
    moduleParsed({ id }) {
      if (this.environment.config.consumer !== 'client' || !makers.has(id)) return
      this.emitFile({ type: 'chunk', id: early + id, name: 'headwater' })
    },
    resolveId: {
      filter: { id: /^\0headwater:early / },
      handler: (source) => source,
    },
    load: {
      filter: { id: /^\0headwater:early / },
      handler(id) {
        const maker = id.slice(early.length).replace(/^\0/, '')
        return `import { start } from ${JSON.stringify(starter)}
import { worker } from ${JSON.stringify(maker)}
start(worker)
`
      },
    },
    transformIndexHtml: (_html, { bundle, chunk, path }) => {
      const chunks = chunk && bundle && chunksOf(bundle)
      if (!chunks) return []
      const ofPage = withImports(chunk, chunks).flatMap(({ moduleIds }) => moduleIds)
      const maker = ofPage.find((id) => makers.has(id))
      const script = [...chunks.values()].find(({ facadeModuleId }) => facadeModuleId === early + maker)
      if (!script) return []
      const toRoot = base === '' || base === './' ? '../'.repeat(path.split('/').length - 2) || './' : base
      const [own, ...imported] = withImports(script, chunks).map(({ fileName }) => toRoot + fileName)
      return [scriptTag(own!), ...imported.map(preloadTag)]
    },
  }
}

type Chunks = ReadonlyMap<string, Rolldown.OutputChunk>

function chunksOf(bundle: Rolldown.OutputBundle): Chunks {
  return new Map(Object.values(bundle).flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])))
}

/** The chunk, and all that it loads at once. */
function withImports(chunk: Rolldown.OutputChunk, chunks: Chunks): Rolldown.OutputChunk[] {
  const found = new Set([chunk])
  for (const { imports } of found) for (const name of imports) if (chunks.has(name)) found.add(chunks.get(name)!)
  return [...found]
}

const scriptTag = (src: string): HtmlTagDescriptor => ({
  tag: 'script',
  attrs: { type: 'module', async: true, crossorigin: true, src },
  injectTo: 'head-prepend',
})

const preloadTag = (href: string): HtmlTagDescriptor => ({
  tag: 'link',
  attrs: { rel: 'modulepreload', crossorigin: true, href },
  injectTo: 'head-prepend',
})
