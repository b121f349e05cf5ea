// npm run build: the library and its types in dist, one ES module for each source file.
import { execFileSync } from 'node:child_process'
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

rmSync(dist, { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
for (const file of globSync('**/*.js', { cwd: dist })) pointToJs(join(dist, file))
await importEntries()

/** tsc rewrites `import './x.ts'`, but not the addresses of workers: `new URL('./x.ts', import.meta.url)`. */
function pointToJs(file: string): void {
  const source = readFileSync(file, 'utf8')
  const address = /(new URL\(\s*(['"])\.{1,2}\/[^'"]+)\.tsx?(\2,\s*import\.meta\.url)/g
  const built = source.replace(address, '$1.js$3')
  if (built !== source) writeFileSync(file, built)
  for (const [, , path = ''] of built.matchAll(/new URL\(\s*(['"])(\.{1,2}\/[^'"]+\.js)\1/g)) {
    if (!existsSync(join(dirname(file), path))) throw new Error(`${file} points to ${path}, which is not there`)
  }
}

/** Each entry of package.json can be imported under its public name and has types. */
async function importEntries(): Promise<void> {
  const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  for (const [entry, target] of Object.entries<string | { types: string }>(exports)) {
    if (typeof target === 'string') continue
    const name = join('headwater', entry)
    const names = Object.keys(await import(name))
    if (!existsSync(join(root, target.types))) throw new Error(`${name} has no types at ${target.types}`)
    console.log(`${name}: ${names.join(', ')}`)
  }
}
