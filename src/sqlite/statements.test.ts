import { expect, test } from 'vitest'
import { createStatements, type Statement } from './statements.ts'

function setUp(capacity: number) {
  const finalized: string[] = []
  let handle = 0
  const statements = createStatements({
    capacity,
    prepare: (sql) => statement(sql, ++handle),
    finalize: ({ sql }) => finalized.push(sql),
  })
  const use = (...all: string[]) => {
    for (const sql of all) statements.give(statements.take(sql))
  }
  return { statements, finalized, use }
}

function statement(sql: string, handle: number): Statement {
  const seen = { reads: [], writes: [], changesSchema: false, isTransaction: false, onlyReads: true }
  const none = { names: undefined, access: undefined, bound: [], busy: false, kept: false, used: false }
  return { sql, handle, parameters: 0, columns: 0, seen, ...none }
}

test('a statement is prepared once for the same SQL', () => {
  const { statements } = setUp(2)
  const first = statements.take('a')
  statements.give(first)
  expect(statements.take('a')).toBe(first)
})

test('what was not used lately makes room', () => {
  const { finalized, use } = setUp(3)
  use('a', 'b', 'c', 'd') // all were used, so the oldest goes
  expect(finalized).toEqual(['a'])
  use('b', 'e')
  expect(finalized).toEqual(['a', 'c'])
})

test('a busy statement is not shared: a second one is prepared for the same SQL and finalized after use', () => {
  const { statements, finalized } = setUp(2)
  const outer = statements.take('a')
  const inner = statements.take('a')
  expect(inner).not.toBe(outer)
  statements.give(inner)
  expect(finalized).toEqual(['a'])
  statements.give(outer)
  expect(statements.take('a')).toBe(outer)
})

test('a busy statement is never finalized, not for room and not by clear', () => {
  const { statements, finalized, use } = setUp(2)
  const busy = statements.take('busy')
  use('a', 'b', 'c')
  expect(finalized).toEqual(['a', 'b'])
  statements.clear()
  expect(finalized).toEqual(['a', 'b', 'c'])
  statements.give(busy)
  expect(finalized).toEqual(['a', 'b', 'c', 'busy'])
})

test('when all are busy one more than the capacity is kept', () => {
  const { statements, finalized } = setUp(1)
  const all = ['a', 'b', 'c'].map((sql) => statements.take(sql))
  expect(finalized).toEqual([])
  all.forEach(statements.give)
  statements.clear()
  expect(finalized.toSorted()).toEqual(['a', 'b', 'c'])
})
