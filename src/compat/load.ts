import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Schema } from '../schema/schema.ts'

/** The schema cannot be read; `message` says what to do. */
export class NoSchema extends Error {
  override name = 'NoSchema'
}

/**
 * The schema that `file` exports. It is loaded as the app's own Vite would, with the aliases and plugins of its config and a
 * version; where there is no Vite, by Node itself, which strips types.
 */
export async function loadSchema(file: string, root: string): Promise<Schema> {
  const path = resolve(root, file)
  if (!existsSync(path)) throw new NoSchema(`there is no ${file}; name the file that exports the schema`)
  const vite = await import('vite').catch(() => undefined)
  try {
    return schemaOf(vite ? await loadByVite(vite, path, root) : await import(pathToFileURL(path).href), file)
  } catch (error) {
    if (error instanceof NoSchema) throw error
    throw new NoSchema(
      `${file} cannot be loaded: ${error instanceof Error ? error.message : error}${advice(vite, path)}`,
      {
        cause: error,
      },
    )
  }
}

async function loadByVite(vite: typeof import('vite'), path: string, root: string): Promise<object> {
  const { headwater } = await import('../vite/plugin.ts')
  const server = await vite.createServer({
    root,
    logLevel: 'silent',
    appType: 'custom',
    plugins: [headwater({ schema: path })],
    server: { middlewareMode: true, hmr: false, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true, include: [] },
  })
  try {
    return await server.ssrLoadModule(path)
  } finally {
    await server.close()
  }
}

function advice(vite: unknown, path: string): string {
  if (vite || !/\.[cm]?tsx?$/.test(path) || process.features.typescript) return ''
  return '; install Vite, or use Node 22.18 or newer, which reads TypeScript'
}

function schemaOf(module: object, file: string): Schema {
  const found = Object.entries(module).filter(([, value]) => isSchema(value))
  const [only] = found.length === 1 ? found : found.filter(([name]) => name === 'schema' || name === 'default')
  if (only) return only[1]
  const what = found.length === 0 ? 'no schema' : `several schemas (${found.map(([name]) => name).join(', ')})`
  throw new NoSchema(`${file} exports ${what}: export what makeSchema gives as "schema"`)
}

/** By its shape: the app may have another copy of the library. */
function isSchema(value: unknown): value is Schema {
  return (
    typeof value === 'object' && value !== null && 'events' in value && 'fingerprint' in value && 'eventReader' in value
  )
}
