// npm run build: the library and its types in dist, one ES module for each source file.
import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

const alsoInside = `It contains SQLite, which is in the public domain, and PowerSync Core (https://github.com/powersync-ja/powersync-sqlite-core),
Copyright Journey Mobile, Inc., under the Apache License, Version 2.0 (https://www.apache.org/licenses/LICENSE-2.0).
`

rmSync(dist, { recursive: true, force: true })
execFileSync('tsc', ['-p', 'tsconfig.build.json'], { cwd: root, stdio: 'inherit' })
for (const file of globSync('**/*.js', { cwd: dist })) pointToJs(join(dist, file))
bringSqlite()
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

/**
 * SQLite's binary, beside the file that loads it. Only there do bundlers find it under all circumstances: Vite understands
 * the name of a package in `new URL('…', import.meta.url)` as well, but no longer when it pre-bundles what is in node_modules.
 */
function bringSqlite(): void {
  const installed = (path: string) => createRequire(import.meta.url).resolve(`wa-sqlite/${path}`)
  const loader = join(dist, 'src/sqlite/wasm.js')
  const pieces = readFileSync(loader, 'utf8').split("'wa-sqlite/dist/wa-sqlite.wasm'")
  if (pieces.length !== 3) throw new Error(`${loader} names the wasm binary ${pieces.length - 1} times, not twice`)
  writeFileSync(loader, pieces.join("'./wa-sqlite.wasm'"))
  copyFileSync(installed('dist/wa-sqlite.wasm'), join(dist, 'src/sqlite/wa-sqlite.wasm'))
  const license = readFileSync(installed('LICENSE'), 'utf8')
  writeFileSync(join(dist, 'src/sqlite/wa-sqlite.LICENSE.txt'), `wa-sqlite.wasm\n\n${license}\n${alsoInside}`)
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
