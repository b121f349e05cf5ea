import { expect, test } from 'vitest'
import { createJournal } from './journal.ts'
import type { Table } from './tables.ts'

const column = (name: string) => ({ name, type: '', notNull: false, fallback: undefined, isGenerated: false })
const table: Table = { name: 't', columns: [column('id'), column('n')], key: ['id'], rowid: 'rowid', indexes: [] }

const noted = (most: number, writes: number, rows: number) => {
  const journal = createJournal([table], most)
  for (let commit = 0; commit < writes; commit++) {
    const rowid = commit % rows
    journal.note({ commit, event: 0, table: 't', rowid, values: [`id${rowid}`, commit] })
  }
  return journal
}

test('where there is too much, what was written long ago is left out, but for the last of each row', () => {
  const journal = noted(20, 100, 5)
  journal.trim()
  expect(journal.since).toBe(90)
  expect(journal.length).toBe(10 + 5)
  expect(journal.ofRow('t', '["id0"]').map(({ commit }) => commit)).toEqual([95, 90, 85])
  expect(journal.changes(95)).toContainEqual({ table: 't', rowid: 0, earlier: ['id0', 90], now: ['id0', 95] })
  expect(journal.ofCommit(92)).toMatchObject([{ rowid: 2, before: { commit: 87 } }])
})

test('where there is not too much, all stays', () => {
  const journal = noted(20, 20, 5)
  journal.trim()
  expect([journal.since, journal.length]).toEqual([0, 20])
})

test('what is taken back leaves the rows as they were before it', () => {
  const journal = noted(100, 4, 2)
  const { length } = journal
  journal.note({ commit: 4, event: 0, table: 't', rowid: 0, values: undefined })
  journal.note({ commit: 4, event: 1, table: 't', rowid: 9, values: ['id9', 4] })
  expect([...journal.present('t').keys()]).toEqual([1, 9])
  journal.rewind(length)
  expect([...journal.present('t')].map(([rowid, { commit }]) => [rowid, commit])).toEqual([
    [0, 2],
    [1, 3],
  ])
  expect(journal.ofRow('t', '["id9"]')).toEqual([])
  expect(journal.ofCommit(4)).toEqual([])
})

test('a row that went and came again under its key is the same, whatever its rowid', () => {
  const journal = createJournal([table])
  const write = (commit: number, rowid: number, values: [string, number] | undefined) =>
    journal.note({ commit, event: 0, table: 't', rowid, values })
  write(0, 1, ['a', 1])
  write(0, 2, ['b', 1])
  for (const rowid of [1, 2]) write(1, rowid, undefined)
  write(2, 3, ['b', 1])
  write(2, 4, ['a', 2])
  expect(journal.changes(1)).toEqual([{ table: 't', rowid: 4, earlier: ['a', 1], now: ['a', 2] }])
  write(3, 4, undefined)
  write(4, 4, ['c', 1]) // its rowid is used again
  write(5, 5, ['a', 1])
  expect(journal.changes(1)).toEqual([{ table: 't', rowid: 4, earlier: undefined, now: ['c', 1] }])
})
