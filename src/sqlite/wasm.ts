import factory from 'wa-sqlite/dist/wa-sqlite.mjs'
import type { EmscriptenModule } from './raw.ts'

/** Where the wasm binary comes from when the default does not fit: its bytes, compiled, or an address. */
export type WasmSource = ArrayBuffer | Uint8Array<ArrayBuffer> | WebAssembly.Module | URL | string

/**
 * In a browser the package finds its own binary, by a `new URL(…, import.meta.url)` that bundlers understand, and compiles
 * it while it loads. Node's `fetch` does not read files, so there it is read from the package.
 */
export async function instantiate(source: WasmSource | undefined): Promise<EmscriptenModule> {
  if (source === undefined && !isNode()) return (await factory()) as EmscriptenModule
  return instantiateCompiled(await compile(source ?? packagedBinary()))
}

/** Emscripten waits for ever when its hook fails, so the failure is passed around it. */
function instantiateCompiled(compiled: WebAssembly.Module): Promise<EmscriptenModule> {
  return new Promise((resolve, reject) => {
    const instantiateWasm = (imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) => {
      WebAssembly.instantiate(compiled, imports).then(done).catch(reject)
      return {}
    }
    factory({ instantiateWasm }).then((module) => resolve(module as EmscriptenModule), reject)
  })
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(source)
  const address = String(source)
  if (isNode() && !/^https?:/.test(address)) return WebAssembly.compile(readFile(address))
  return compileResponse(await fetch(address))
}

function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`the wasm binary of SQLite could not be loaded: ${response.status} ${response.url}`)
  const isWasm = response.headers.get('content-type') === 'application/wasm'
  return isWasm ? WebAssembly.compileStreaming(response) : response.arrayBuffer().then((b) => WebAssembly.compile(b))
}

// Node's modules by process.getBuiltinModule: an import, dynamic or not, would reach the bundler of a browser.

function isNode(): boolean {
  return typeof globalThis.process?.getBuiltinModule === 'function'
}

function packagedBinary(): string {
  const { createRequire } = process.getBuiltinModule('node:module')
  return createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.wasm')
}

function readFile(address: string): Uint8Array<ArrayBuffer> {
  const { readFileSync } = process.getBuiltinModule('node:fs')
  const { fileURLToPath } = process.getBuiltinModule('node:url')
  return readFileSync(address.startsWith('file:') ? fileURLToPath(address) : address)
}
