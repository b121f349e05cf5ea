import * as names from './names.ts'
import { refuse, systemCalls } from './system.ts'
import { readCString, readText } from './text.ts'

/** An address in wasm memory, or an opaque handle. */
export type Pointer = number

export type Call = (...args: number[]) => number

/** Called by C code with SQLite's own arguments; must not throw, for that would leave C frames half done. */
export type Callback = Call

/** SQLite's wasm module, running. */
export type Instance = {
  /** The function with this name in the binary, one of `names.ts`. */
  exported(name: string): Call
  /** Wasm memory as it is now. Ask again after every call that may allocate: growing detaches the old view. */
  heap(): Uint8Array<ArrayBuffer>
  /** By the address that C code tells of: a function, or the object whose method C code names. */
  readonly callbacks: Map<Pointer, Callback | object>
}

/**
 * Starts the module with what it needs to run, instead of the JavaScript that Emscripten made for it: most of that is a file
 * system.
 */
export async function startInstance(binary: WebAssembly.Module): Promise<Instance> {
  const callbacks: Instance['callbacks'] = new Map()
  const relay = relayTo(callbacks, () => heap())
  const imports = { ...systemCalls(() => memory), ...Object.fromEntries(relays.map((name) => [name, relay])) }
  for (const { name } of WebAssembly.Module.imports(binary)) imports[name] ??= refuse

  const { exports } = await WebAssembly.instantiate(binary, { [names.importModule]: imports })
  if (!isOurBuild(exports))
    throw new Error(`the wasm binary is not the build of SQLite ${names.version} that is needed`)
  const memory = exports[names.memory] as WebAssembly.Memory
  let bytes = new Uint8Array(memory.buffer)
  function heap(): Uint8Array<ArrayBuffer> {
    if (bytes.length === 0) bytes = new Uint8Array(memory.buffer)
    return bytes
  }

  const exported = (name: string) => exports[name] as Call
  exported(names.__wasm_call_ctors)()
  exported(names.sqlite3_initialize)()
  return { exported, heap, callbacks }
}

/** In another build the same names mean something else. It has more or fewer of them, or its data elsewhere. */
function isOurBuild(exports: WebAssembly.Exports): boolean {
  if (Object.keys(exports).length !== names.exportCount) return false
  const memory = exports[names.memory] as WebAssembly.Memory
  const version = `${names.version}\0`
  return readText(new Uint8Array(memory.buffer), names.versionAt, version.length) === version
}

/**
 * C code calls JavaScript by functions that differ only in their signature. All take a key; where that belongs to an object,
 * the next argument names the method. (Each has a twin for asynchronous callbacks, of which there are none.)
 */
const relays = [
  names.ipp,
  names.ippp,
  names.vppp,
  names.ipppj,
  names.ipppi,
  names.ipppp,
  names.ipppip,
  names.vpppip,
  names.ippppi,
  names.ippppij,
  names.ipppiii,
  names.ippppip,
  names.ippipppp,
  names.ipppppip,
  names.ipppiiip,
  names.vppippii,
]

type Methods = { readonly [method: string]: Callback }

function relayTo(callbacks: Instance['callbacks'], heap: () => Uint8Array): Callback {
  const methods = new Map<Pointer, string>()

  function methodAt(pointer: Pointer): string {
    const known = methods.get(pointer)
    if (known !== undefined) return known
    const method = readCString(heap(), pointer)
    methods.set(pointer, method)
    return method
  }

  return (key, ...args) => {
    const target = callbacks.get(key!)!
    if (typeof target === 'function') return (target as Callback)(...args)
    const [method, ...rest] = args
    return (target as Methods)[methodAt(method!)]!(...rest)
  }
}
