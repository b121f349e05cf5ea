import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const readme = readFileSync(`${root}README.md`, 'utf8')

test('the code in the README is that of docs/snippets, which is type-checked and run', () => {
  const blocks = [...readme.matchAll(/^\/\/ (\S+\.tsx?)\n([\s\S]*?)^```$/gm)]
  expect(blocks.map(([, name]) => name)).toEqual(['schema.ts', 'leader.worker.ts', 'App.tsx'])
  for (const [, name, code] of blocks) expect(code).toBe(readFileSync(`${root}docs/snippets/${name}`, 'utf8'))
})

test('every file that the README links to is there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path]) => path!)
  expect(links.filter((path) => !existsSync(root + path))).toEqual([])
})

test('the README lists the scripts of package.json', () => {
  const { scripts } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { scripts: Record<string, string> }
  const listed = [...readme.matchAll(/^\| `npm (?:run )?([\w:-]+)/gm)].map(([, name]) => name!)
  expect(listed.toSorted()).toEqual(
    Object.keys(scripts)
      .filter((name) => name !== 'prepack')
      .toSorted(),
  )
})

test('the code in docs/testing.md is that of the example, which is type-checked and run', () => {
  const code = readFileSync(`${root}example-todo/schema.test.ts`, 'utf8')
  const blocks = [...readFileSync(`${root}docs/testing.md`, 'utf8').matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
  expect(blocks).toHaveLength(2)
  for (const [, block] of blocks) expect(code).toContain(block)
})
