// Which room may import which. A room imports rooms above it, never below, never in a ring, types included.
import { dirname, join } from 'node:path/posix'
import { parseSync, Visitor } from 'oxc-parser'

const core = ['src/event', 'src/schema', 'src/sync', 'src/sqlite']
const tiers = ['src/session', 'src/leader', 'src/backend']

const mayImport: Record<string, string[]> = {
  'src/event': [],
  'src/schema': ['src/event'],
  'src/sync': ['src/event'],
  'src/sqlite': [],
  'src/replica': core,
  'src/session': [...core, 'src/replica'],
  'src/leader': [...core, 'src/replica'],
  'src/backend': [...core, 'src/replica'],
  'src/adapter': [...core, 'src/replica', ...tiers], // where the tiers are put together
  'src/react': [],
  'src/vite': [],
  'src/compat': ['src/event', 'src/schema', 'src/vite'],
  'src/testing': [...core, 'src/replica', ...tiers, 'src/adapter'],
}

/** What rooms that do not know each other agree on, and who else may import it. It is judged as a part of them too. */
const contracts: Record<string, string[]> = {
  'src/sqlite/port.ts': ['src/schema'], // the values that SQLite can hold
}

/** The package from outside. Of the rooms, only react and testing see it. */
const entries: Record<string, string> = {
  headwater: 'src/index.ts',
  'headwater/react': 'src/react/index.ts',
  'headwater/react/leader': 'src/react/leader/index.ts',
  'headwater/worker': 'src/worker.ts',
  'headwater/server': 'server/index.ts',
  'headwater/testing': 'testing/index.ts',
  'headwater/vite': 'src/vite/index.ts',
  'headwater/devtools': 'devtools/index.ts',
  'headwater/devtools/production': 'devtools/production.ts',
  'headwater/devtools/page': 'devtools/page/index.tsx',
}
const maySeeStore = ['src/react', 'src/testing']

/** Folders that use the library, and what they leave alone. */
const users: Record<string, string[]> = {
  server: ['testing', 'devtools', 'example-todo', 'e2e', 'bench'],
  testing: ['devtools', 'example-todo', 'e2e', 'bench'], // the cluster of an app's tests: clients and their backend
  devtools: ['server', 'testing', 'example-todo', 'e2e', 'bench'],
  'example-todo': ['src', 'server', 'testing', 'devtools', 'e2e', 'bench'], // it imports the package's entries, as an app would
  e2e: [],
  bench: [],
}

type Graph = Map<string, string[]>

/** Every broken rule, as a sentence. `files` maps a path from the repository's root to its source. */
export function brokenImports(files: Map<string, string>): string[] {
  const graph: Graph = new Map([...files].map(([file, source]) => [file, importsOf(file, source)]))
  const broken = [...graph.keys()].flatMap((file) => (roomOf(file) ? ofRoom(file, graph) : ofUser(file, graph)))
  return [...broken, ...rings(graph)]
}

/** The files that `file` imports: static, dynamic and type imports, and re-exports; packages are left out. */
export function importsOf(file: string, source: string): string[] {
  const found: string[] = []
  const from = (node: { source: unknown }) => {
    const source = node.source as { value?: unknown } | null
    if (typeof source?.value === 'string') found.push(source.value)
  }
  const visitor = new Visitor({
    ImportDeclaration: from,
    ExportNamedDeclaration: from,
    ExportAllDeclaration: from,
    ImportExpression: from,
    TSImportType: from,
  })
  visitor.visit(parseSync(file, source).program)
  return found.flatMap((specifier) => resolve(file, specifier) ?? [])
}

function resolve(file: string, specifier: string): string | undefined {
  if (specifier.startsWith('.')) return join(dirname(file), specifier.replace(/\?.*$/, ''))
  return entries[specifier]
}

/** `src/sync` for `src/sync/merge.ts`; nothing for the files directly in `src`, nor outside of it. */
function roomOf(file: string): string | undefined {
  return /^src\/[^/]+(?=\/)/.exec(file)?.[0]
}

const isContract = (room: string, file: string) => contracts[file]?.includes(room) ?? false

const isTest = (file: string) => /\.(test|test-d)\.tsx?$/.test(file)

function ofRoom(file: string, graph: Graph): string[] {
  const room = roomOf(file)!
  const allowed = mayImport[room]
  if (!allowed) return [`${file}: ${room} is not a room yet, give it a line in scripts/import-rules.ts`]
  const broken: string[] = []
  const seen = new Set<string>()
  const follow = (from: string, path: string[]) => {
    for (const target of graph.get(from) ?? []) {
      if (seen.has(target)) continue
      seen.add(target)
      const way = [...path, target]
      const why = isTest(file) ? forbiddenInTest(target) : forbidden(room, allowed, target)
      if (why) broken.push(`${way.join(' → ')}: ${why}`)
      else if (!isTest(file) && isTransparent(room, target)) follow(target, way)
    }
  }
  follow(file, [file])
  return broken
}

/** Files that belong to no room, and contracts, hide nothing: what they import counts as imported. */
function isTransparent(room: string, target: string): boolean {
  if (Object.values(entries).includes(target)) return false
  return roomOf(target) === undefined || isContract(room, target)
}

function forbidden(room: string, allowed: string[], target: string): string | undefined {
  if (!target.startsWith('src/')) return `src never imports ${target.split('/')[0]}`
  if (isTest(target)) return 'a test is imported by nobody'
  const other = roomOf(target)
  if (other === room || isContract(room, target)) return
  if (Object.values(entries).includes(target)) {
    return target === entries.headwater && maySeeStore.includes(room) ? undefined : `${room} is inside of ${target}`
  }
  if (!other || allowed.includes(other)) return
  if (room === 'src/react') return `src/react knows only the public Store, by ${entries.headwater}`
  return `${room} may import ${allowed.length ? allowed.join(', ') : 'no other room'}`
}

/** A test beside its file may set up whatever it needs of the library. */
function forbiddenInTest(target: string): string | undefined {
  return target.startsWith('src/') ? undefined : `src never imports ${target.split('/')[0]}, nor do its tests`
}

function ofUser(file: string, graph: Graph): string[] {
  const own = file.split('/')[0]!
  const left = own === 'src' ? Object.keys(users) : (users[own] ?? [])
  return (graph.get(file) ?? []).flatMap((target) => {
    const other = target.split('/')[0]!
    if (other === own || !left.includes(other) || (own !== 'src' && Object.values(entries).includes(target))) return []
    return [`${file} → ${target}: ${own} never imports ${other}`]
  })
}

function rings(graph: Graph): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const path: string[] = []
  const visit = (file: string) => {
    if (path.includes(file)) found.push(`${[...path.slice(path.indexOf(file)), file].join(' → ')}: a ring`)
    else if (!done.has(file)) {
      path.push(file)
      for (const target of graph.get(file) ?? []) visit(target)
      path.pop()
      done.add(file)
    }
  }
  for (const file of graph.keys()) visit(file)
  return found
}
