import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { brokenRules, rulesOf } from './rule-citations.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string) => readFileSync(`${root}/${path}`, 'utf8')
const spec = read('src/sync/SPEC.md')
const tests = globSync('{src,server}/**/*.test.{ts,tsx}', { cwd: root })
const invariants = globSync('src/testing/explorer/*.ts', { cwd: root, exclude: ['**/*.test.ts'] })
const broken = brokenRules(spec, new Map([...tests, ...invariants].map((path) => [path, read(path)])))

for (const sentence of broken) console.error(sentence)
const count = rulesOf(spec).length
console.log(
  `Rules of src/sync/SPEC.md: ${broken.length === 0 ? `all ${count} are held by a test` : `${broken.length} to do, of ${count}`}`,
)
process.exitCode = broken.length === 0 ? 0 : 1
