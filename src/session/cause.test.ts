import { expect, test } from 'vitest'
import { causeOf } from './cause.ts'

const wrote = (commitId: string, table: string, columns: readonly string[] | '*', rowids: readonly number[] = []) => ({
  commitId,
  statements: [
    { writes: new Map([[table, columns === '*' ? ('*' as const) : new Set(columns)]]), blind: new Set<string>() },
  ],
  rows: rowids.map((rowid) => ({ table, rowid })),
})
const reader = { reads: new Map([['todos', new Set(['text', 'completed'])]]) }

test('the cause of a run is the first commit that wrote what the query reads, with the columns and rows of it', () => {
  const touched = [
    wrote('a', 'drafts', '*', [1]),
    wrote('b', 'todos', ['version'], [2]),
    wrote('c', 'todos', ['version', 'text'], [3, 4, 5, 6, 7, 8]),
    wrote('d', 'todos', '*'),
  ]
  expect(causeOf(reader, touched)).toEqual({
    commitId: 'c',
    table: 'todos',
    columns: ['text'],
    rows: [3, 4, 5, 6, 7],
  })
  expect(causeOf(reader, touched.slice(3))).toEqual({ commitId: 'd', table: 'todos', columns: '*', rows: [] })
  expect(causeOf(reader, touched.slice(0, 2))).toBeUndefined()
})
