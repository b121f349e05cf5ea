import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brokenImports } from './import-rules.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const paths = globSync('{src,server,testing,devtools,example-todo,e2e,bench}/**/*.{ts,tsx}', { cwd: root })
const broken = brokenImports(new Map(paths.map((path) => [path, readFileSync(`${root}/${path}`, 'utf8')])))

for (const sentence of broken) console.error(sentence)
console.log(
  `Imports of ${paths.length} files: ${broken.length === 0 ? 'all point the right way' : `${broken.length} broken`}`,
)
process.exitCode = broken.length === 0 ? 0 : 1
