// What a minimal app (bench/minimal-app) loads, gzip, from a production build.
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build, type Rolldown } from 'vite'
import { alias } from '../vite.config.ts'
import { median, type Result } from './result.ts'

type Files = Map<string, string | Uint8Array>

/** Not ours to make smaller, and most apps have them anyway. */
const notCounted = /^(react|react-dom|scheduler|drizzle-orm|zod)(\/|$)/

export default async function size(): Promise<Result[]> {
  const whole = await filesOf([])
  const ours = await filesOf([notCounted])
  return [
    core(ours),
    kB('size.workers', ours, isWorker, 40),
    kB('size.leader', ours, (name) => isWorker(name) && !isBroker(name)),
    kB('size.broker', ours, isBroker),
    kB('size.app.page', whole, isPage),
    kB('size.app.workers', whole, isWorker),
    kB('size.wasm', whole, (name) => name.endsWith('.wasm')),
  ]
}

/** What counts of the main thread alone. */
export const sizeOfCore = async () => core(await filesOf([notCounted]))

const core = (ours: Files) => kB('size.core', ours, isPage, 40)

// Vite names the workers' files apart from the page's (`workers/`, below).
const isPage = (name: string) => name.startsWith('page/') && name.endsWith('.js')
const isWorker = (name: string) => name.startsWith('workers/') && name.endsWith('.js')
const isBroker = (name: string) => name.startsWith('workers/broker')

async function filesOf(external: RegExp[]): Promise<Files> {
  const outputs = (folder: string) => ({
    entryFileNames: `${folder}/[name]-[hash].js`,
    chunkFileNames: `${folder}/[name]-[hash].js`,
  })
  const common = { external, checks: { pluginTimings: false } }
  const built = (await build({
    configFile: false,
    logLevel: 'warn',
    root: fileURLToPath(new URL('minimal-app', import.meta.url)),
    resolve: { alias },
    worker: { format: 'es', rolldownOptions: { ...common, output: outputs('workers') } },
    build: {
      write: false,
      target: 'es2023',
      modulePreload: { polyfill: false }, // Vite's, for old browsers
      rolldownOptions: { ...common, output: outputs('page') },
    },
  })) as Rolldown.RolldownOutput
  return new Map(built.output.map((file) => [file.fileName, file.type === 'chunk' ? file.code : file.source]))
}

function kB(id: string, files: Files, counts: (name: string) => boolean, budget?: number): Result {
  const counted = [...files].filter(([name]) => counts(name))
  if (counted.length === 0) throw new Error(`${id}: nothing among ${[...files.keys()].join(', ')}`)
  for (const [name, code] of counted) console.error(`${id}: ${name} ${gzipped(code)} bytes`)
  return median(id, 'kB', [counted.reduce((sum, [, code]) => sum + gzipped(code), 0) / 1000], budget)
}

const gzipped = (code: string | Uint8Array) => gzipSync(code, { level: 9 }).length
