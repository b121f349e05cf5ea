// node scripts/sqlite-names.ts: writes src/sqlite/names.ts after wa-sqlite was upgraded.
//
// The binary's imports and exports have minified names, which change with every build. What they mean is said only in the
// JavaScript that comes with it, and that is read here.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

/** Name in C to name in the binary. */
type Names = Map<string, string>

const installed = (path: string) => createRequire(import.meta.url).resolve(`wa-sqlite/${path}`)
export const namesFile = fileURLToPath(new URL('../src/sqlite/names.ts', import.meta.url))

if (import.meta.main) writeFileSync(namesFile, sqliteNames())

/** What `names.ts` should say of the installed package. */
export function sqliteNames(): string {
  const glue = readFileSync(installed('dist/wa-sqlite.mjs'), 'utf8')
  const binary = new WebAssembly.Module(readFileSync(installed('dist/wa-sqlite.wasm')))
  const { version } = JSON.parse(readFileSync(installed('package.json'), 'utf8'))
  const imports = importsIn(glue)
  const exports = exportsIn(glue)
  assertSame(imports, WebAssembly.Module.imports(binary))
  assertSame(
    exports,
    WebAssembly.Module.exports(binary).filter(({ name }) => !name.startsWith('dynCall_')), // these have their own names
  )
  const versionAt = Number(one(glue, /Module\["_sqlite3_version"\]=(\d+)/))
  return `// Written by scripts/sqlite-names.ts from wa-sqlite ${version}: names in C, and those that its binary has for them.

/** An address in memory, and the version of SQLite that stands there as a C string. */
export const versionAt = ${versionAt}
export const version = '${versionIn(binary, versionAt)}'

/** The module that everything is imported from, and how many things are exported, all told. */
export const importModule = '${one(glue, /getWasmImports\(\)\{return\{(\w+):wasmImports\}\}/)}'
export const exportCount = ${WebAssembly.Module.exports(binary).length}

// Imports

${constants(imports)}

// Exports

${constants(exports)}
`
}

function importsIn(glue: string): Names {
  const pairs = one(glue, /var wasmImports=\{([^}]*)\}/).split(',')
  return new Map(
    pairs.map((pair) => {
      const [name = '', meaning = ''] = pair.split(':')
      return [inC(meaning), name]
    }),
  )
}

function exportsIn(glue: string): Names {
  const functions = glue.matchAll(/\bvar (_\w+)=(?:Module\["\w+"\]=)?wasmExports\["([^"]+)"\]/g)
  return new Map([
    ['memory', one(glue, /wasmMemory=wasmExports\["([^"]+)"\]/)],
    ['table', one(glue, /wasmTable=wasmExports\["([^"]+)"\]/)],
    ...[...functions].map(([, meaning = '', name = '']) => [inC(meaning), name] as const),
  ])
}

/** Emscripten puts an underscore before every name of C. */
function inC(meaning: string): string {
  if (!meaning.startsWith('_')) throw new Error(`${meaning} does not begin with an underscore`)
  return meaning.slice(1)
}

function assertSame(said: Names, descriptors: { name: string }[]): void {
  const [a, b] = [[...said.values()], descriptors.map(({ name }) => name)].map((names) => names.sort().join(' '))
  if (a !== b) throw new Error(`wa-sqlite's JavaScript knows the names\n${a}\nand its binary\n${b}`)
}

/** Data is in its place as soon as there is an instance; nothing of it needs to run. */
function versionIn(binary: WebAssembly.Module, at: number): string {
  const imports = WebAssembly.Module.imports(binary).map(({ name }) => [name, () => 0] as const)
  const module = WebAssembly.Module.imports(binary)[0]!.module
  const { exports } = new WebAssembly.Instance(binary, { [module]: Object.fromEntries(imports) })
  const memory = Object.values(exports).find((value) => value instanceof WebAssembly.Memory)!
  const bytes = new Uint8Array(memory.buffer, at)
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)))
}

function constants(names: Names): string {
  return [...names].map(([meaning, name]) => `export const ${meaning} = '${name}'`).join('\n')
}

function one(glue: string, pattern: RegExp): string {
  const found = pattern.exec(glue)?.[1]
  if (found === undefined) throw new Error(`wa-sqlite's JavaScript has nothing like ${pattern}`)
  return found
}
