import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { mutants, timesIn } from './mutants-list.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

test('each mutant has the line that it breaks: code that went elsewhere took its mutant along', () => {
  const lost = mutants.filter(({ file, find }) => timesIn(readFileSync(root + file, 'utf8'), find) !== 1)
  expect(lost.map(({ name, file }) => `${name}: ${file} has changed`)).toEqual([])
})
