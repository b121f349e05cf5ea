import { type Instance, startInstance } from './instance.ts'

/** Where the wasm binary comes from when the default does not fit: its bytes, compiled, or an address. */
export type WasmSource = ArrayBuffer | Uint8Array<ArrayBuffer> | WebAssembly.Module | URL | string

let compiling: Promise<WebAssembly.Module> | undefined

/** The packaged binary, compiled once for this window, worker or process. A window hands it to its workers. */
export function compiled(): Promise<WebAssembly.Module> {
  compiling ??= compile(packaged()).catch((error) => {
    compiling = undefined // so that a tab that was offline can try again
    throw error
  })
  return compiling
}

export async function instantiate(asked?: WasmSource): Promise<Instance> {
  const source = asked ?? packaged()
  try {
    return await startInstance(await (asked ? compile(asked) : compiled()))
  } catch (cause) {
    const address = typeof source === 'string' || source instanceof URL ? ` from ${source}` : ''
    throw new Error(`SQLite could not be loaded${address}: ${cause}`, { cause })
  }
}

/**
 * Bundlers understand the one form and Node the other. The name of the package works in the source tree; in the published
 * package the binary lies beside this file, and scripts/build.ts makes both say so.
 */
function packaged(): WasmSource {
  if (!isNode()) return new URL('wa-sqlite/dist/wa-sqlite.wasm', import.meta.url)
  const { createRequire } = process.getBuiltinModule('node:module')
  return createRequire(import.meta.url).resolve('wa-sqlite/dist/wa-sqlite.wasm')
}

async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  if (source instanceof WebAssembly.Module) return source
  if (typeof source !== 'string' && !(source instanceof URL)) return WebAssembly.compile(source)
  const address = String(source)
  if (isNode() && !/^https?:/.test(address)) return WebAssembly.compile(readFile(address))
  return compileResponse(await fetch(address))
}

/** Compiles while it loads, where the server says what it is. */
async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`the server answers ${response.status}`)
  const isWasm = response.headers.get('content-type') === 'application/wasm'
  return isWasm ? WebAssembly.compileStreaming(response) : WebAssembly.compile(await response.arrayBuffer())
}

// Node's modules by process.getBuiltinModule: an import, dynamic or not, would reach the bundler of a browser.

function isNode(): boolean {
  return typeof globalThis.process?.getBuiltinModule === 'function'
}

function readFile(address: string): Uint8Array<ArrayBuffer> {
  const { readFileSync } = process.getBuiltinModule('node:fs')
  const { fileURLToPath } = process.getBuiltinModule('node:url')
  return readFileSync(address.startsWith('file:') ? fileURLToPath(address) : address)
}
