import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseSync, Visitor } from 'vite'

export type ModuleGraph = {
  /** The files whose content the version follows. */
  readonly files: ReadonlySet<string>
  /** Follows the content of the files and the versions of the packages, and no path: the same on every machine. */
  readonly version: string
  /** Imports that cannot be followed, as sentences. */
  readonly unfollowed: readonly string[]
}

/** What an import means: a file of the app, or one of a package, of which only the version counts. */
export type Target =
  | { readonly type: 'file'; readonly path: string }
  | { readonly type: 'package'; readonly id: string }

/** Undefined for what is no file: a module of the platform, or one that a plugin makes up. */
export type Resolve = (specifier: string, importer: string) => Promise<Target | undefined>

/** Reads the sources that `entries` import, in the order of their imports. */
export async function readModuleGraph(entries: readonly string[], resolve: Resolve): Promise<ModuleGraph> {
  const places = new Map<string, number>()
  const modules: { source: string; imports: (number | string)[] }[] = []
  const unfollowed: string[] = []

  const visit = async (path: string): Promise<number> => {
    const known = places.get(path)
    if (known !== undefined) return known
    const place = modules.length
    places.set(path, place)
    const source = readFileSync(path, 'utf8')
      .replace(/^\uFEFF/, '')
      .replaceAll('\r\n', '\n')
    const imports: (number | string)[] = []
    modules.push({ source, imports })
    const found = importsOf(path, source)
    for (const what of found.unclear) unfollowed.push(`${path}: ${what} is not followed`)
    for (const { value } of found.imports) {
      const target = await resolve(value, path)
      if (!target) imports.push(value)
      else imports.push(target.type === 'package' ? target.id : await visit(target.path))
    }
    return place
  }

  const roots: number[] = []
  for (const entry of entries) roots.push(await visit(entry))
  const version = createHash('sha256')
    .update(JSON.stringify([roots, modules]))
    .digest('hex')
    .slice(0, 16)
  return { files: new Set(places.keys()), version, unfollowed }
}

/** `drizzle-orm@0.45.4` for a file in its folder: the nearest package.json with a name. */
export function packageOf(file: string): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    const { name, version } = existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')) : {}
    if (name) return `${name}@${version ?? ''}`
    if (folder === dirname(folder)) throw new Error(`${file} is in no package`)
  }
}

/** The source with every import of `specifier` turned to `other`; the lines stay where they are. */
export function redirectImports(path: string, source: string, specifier: string, other: string): string {
  const places = importsOf(path, source).imports.filter(({ value }) => value === specifier)
  return places
    .toSorted((a, b) => b.start - a.start)
    .reduce((text, { start, end }) => text.slice(0, start) + JSON.stringify(other) + text.slice(end), source)
}

type Import = { readonly value: string; readonly start: number; readonly end: number }

/** What a source imports at run time. Imports of types are gone by then. */
function importsOf(path: string, source: string) {
  const imports: Import[] = []
  const unclear: string[] = []
  if (!/\.[cm]?[jt]sx?$/.test(path)) return { imports, unclear } // JSON, say: its content counts, and it imports nothing
  new Visitor({
    ImportDeclaration({ importKind, source }) {
      if (importKind !== 'type') imports.push(source)
    },
    ExportNamedDeclaration({ exportKind, source }) {
      if (exportKind !== 'type' && source) imports.push(source)
    },
    ExportAllDeclaration({ exportKind, source }) {
      if (exportKind !== 'type') imports.push(source)
    },
    ImportExpression({ source: { type, start, end, ...source } }) {
      const value = type === 'Literal' && 'value' in source ? source.value : undefined
      if (typeof value === 'string') imports.push({ value, start, end })
      else unclear.push('import() of what is only known at run time')
    },
    MemberExpression({ object, property }) {
      const isGlob = object.type === 'MetaProperty' && property.type === 'Identifier' && property.name === 'glob'
      if (isGlob) unclear.push('import.meta.glob()')
    },
  }).visit(parseSync(path, source).program)
  return { imports, unclear }
}
