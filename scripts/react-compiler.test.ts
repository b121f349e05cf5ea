import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { compile } from './react-compiler.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const files = globSync('{src/react,example-todo,docs/snippets}/**/*.{ts,tsx}', {
  cwd: root,
  exclude: ['**/*.test.ts', '**/*.test.tsx', '**/testing*'],
})

test('React Compiler takes every hook of the library and every component of the example', async () => {
  const compiled = await Promise.all(files.map((file) => compile(readFileSync(root + file, 'utf8'), root + file)))
  const told = compiled.flatMap(({ told }, nth) => told.map((event) => ({ file: files[nth], ...event })))
  const done = told.filter(({ kind }) => kind === 'CompileSuccess').map(({ fnName }) => fnName)
  const others = told.filter(({ kind }) => kind !== 'CompileSuccess')
  // Both say so with 'use no memo'. One reads at every render what may be another then; of the other, whose hooks depend on whether it is
  // below a provider, the compiler says what is against it all the same.
  expect(others.map(({ kind, file }) => `${kind} ${file}`)).toEqual([
    'CompileError src/react/useStore.ts',
    'CompileSkip src/react/useStore.ts',
  ])
  expect(done).toEqual(expect.arrayContaining(['useQuery', 'useClientDocument', 'useEvents', 'TodoApp', 'TodoItem']))
})
