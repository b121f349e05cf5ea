// node bench/peers/add.ts FOLDER
//
// Makes Headwater, as this checkout packs it, a contestant in a working copy of bench-peers: `headwater-opfs` mounts whole rows,
// `headwater-ids-opfs` a list of ids and a point query a row.
import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

const [folder] = process.argv.slice(2)
if (!folder || !existsSync(join(folder, 'harness/contestants.mjs'))) {
  console.error('node bench/peers/add.ts FOLDER, where FOLDER is a working copy of bench-peers')
  process.exit(2)
}
const peers = resolve(folder)
const root = fileURLToPath(new URL('../..', import.meta.url))
const { devDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', peers], { cwd: root, encoding: 'utf8' })
const tarball = packed.trim().split('\n').at(-1)!
const needed = [`./${tarball}`, `zod@${devDependencies.zod}`]
execFileSync('npm', ['install', '--legacy-peer-deps', ...needed], { cwd: peers, stdio: 'inherit' })

cpSync(join(root, 'bench/peers'), join(peers, 'contestants/headwater'), {
  recursive: true,
  filter: (file) => !file.endsWith('add.ts'),
})
const contestants = { 'headwater-opfs': 'rows', 'headwater-ids-opfs': 'ids' }
for (const [name, list] of Object.entries(contestants)) {
  const source = `import { contestant } from './headwater/contestant.tsx'\n\nexport default contestant('${name}', '${list}')\n`
  writeFileSync(join(peers, `contestants/${name}.ts`), source)
}

const listed = join(peers, 'harness/contestants.mjs')
const entries = Object.keys(contestants).map((name) => `  '${name}': '${name}.ts',\n`)
const before = readFileSync(listed, 'utf8')
if (!before.includes(entries[0]!)) writeFileSync(listed, before.replace('{\n', `{\n${entries.join('')}`))
