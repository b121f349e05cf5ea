import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { normalizePath, type Plugin } from 'vite'

/** Vite makes workers of files, not of what plugins make up: this one imports what is made up. */
const workerFile = normalizePath(fileURLToPath(new URL('./leader.ts', import.meta.url)))

export type LeaderOptions = {
  readonly schema: string
  readonly sync: string | undefined
}

/**
 * `virtual:headwater/worker`, for pages, makes the worker; `virtual:headwater/leader` is what runs in it: the leader's worker of
 * an app that has written none.
 */
export function leaderWorker(options: LeaderOptions): Plugin {
  let root = ''
  return {
    name: 'headwater:leader',
    enforce: 'pre',
    config: ({ worker }) => ({ worker: { format: worker?.format ?? 'es' } }), // what it loads when it is needed are chunks
    configResolved(config) {
      root = config.root
    },
    resolveId: {
      filter: { id: /^virtual:headwater\/(worker|leader)$/ },
      handler: (source) => `\0${source}`,
    },
    load: {
      filter: { id: /^\0virtual:headwater\/(worker|leader)$/ },
      handler: (id) => (id.endsWith('/worker') ? page : leader(root, options)),
    },
  }
}

const page = `
import Leader from ${JSON.stringify(`${workerFile}?worker`)}
export const worker = () => new Leader({ name: 'headwater' })
`

function leader(root: string, { schema, sync }: LeaderOptions): string {
  const file = (path: string) => JSON.stringify(normalizePath(resolve(root, path)))
  return `
import { inspectable, makeWebSocketBackend, startLeader } from 'headwater/worker'
import { schema } from ${file(schema)}
${sync === undefined || isUrl(sync) ? '' : `import { sync } from ${file(sync)}`}
startLeader({
  schema,
  sync: ${sync === undefined ? 'undefined' : isUrl(sync) ? `{ backend: makeWebSocketBackend({ url: ${JSON.stringify(sync)} }) }` : 'sync'},
  devtools: import.meta.env.DEV ? inspectable : undefined,
})
`
}

const isUrl = (text: string) => /^wss?:\/\//.test(text)
