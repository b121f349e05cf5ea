import { expect, test } from 'vitest'
import { causesOf, statsOf } from './stats.ts'

const query = { sql: 'select 1', runs: 4, wasted: 1, rows: 2, params: [], causes: [], at: 0 }

test('the dearest query is first, with its quantiles', () => {
  const ms = Array.from({ length: 100 }, (_, nth) => nth)
  const [first, second] = statsOf([
    { ...query, sql: 'cheap', ms: [0.1] },
    { ...query, sql: 'dear', ms },
  ])
  expect([first!.sql, first!.p50, first!.p95, second!.sql]).toEqual(['dear', 50, 95, 'cheap'])
})

test('re-runs of one cause are counted together, the wasted ones too, and its last commit is named', () => {
  const of = { table: 'todos', columns: ['text', 'id'], wasted: false }
  expect(
    causesOf([
      { ...of, commitId: 'c3', rows: ['7'], wasted: true },
      { ...of, commitId: 'c2', rows: ['8'] },
      { ...of, commitId: 'c1', columns: '*' as const, rows: [] },
    ]),
  ).toEqual([
    { what: 'todos.text, id', rows: ['7'], runs: 2, wasted: 1, commitId: 'c3' },
    { what: 'todos: rows came or went', rows: [], runs: 1, wasted: 0, commitId: 'c1' },
  ])
})
