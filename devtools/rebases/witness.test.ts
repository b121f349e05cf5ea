import { expect, test } from 'vitest'
import { loadSqlite } from '../../src/sqlite/wa-sqlite.ts'
import { createWitness } from './witness.ts'

const sqlite = await loadSqlite()

function opened(rows: number) {
  const db = sqlite.open()
  db.exec('CREATE TABLE todos (id TEXT PRIMARY KEY, text TEXT)')
  for (let nth = 0; nth < rows; nth++) db.run('INSERT INTO todos VALUES (?, ?)', [`t${nth}`, 'as it was'])
  return { db, witness: createWitness(db, ['todos']) }
}

const wrote = (...rowids: number[]) => [{ commitId: 'c', rows: rowids.map((rowid) => ({ table: 'todos', rowid })) }]

test('rows that ended different are told with what they were, by their key wherever they are stored', () => {
  const { db, witness } = opened(3)
  const ask = witness.look()
  db.run("UPDATE todos SET text = 'another' WHERE id = 't1'")
  db.run("DELETE FROM todos WHERE id = 't2'")
  db.run("DELETE FROM todos WHERE id = 't0'")
  db.run("INSERT INTO todos (rowid, id, text) VALUES (99, 't0', 'as it was')")
  db.run("INSERT INTO todos VALUES ('t3', 'new')")
  expect(ask()).toEqual({
    count: 3,
    changes: [
      { table: 'todos', key: 't1', before: { id: 't1', text: 'as it was' }, after: { id: 't1', text: 'another' } },
      { table: 'todos', key: 't2', before: { id: 't2', text: 'as it was' }, after: null },
      { table: 'todos', key: 't3', before: null, after: { id: 't3', text: 'new' } },
    ],
  })
  db.close()
})

test('of a large table only rows that were written since somebody watches are looked at', () => {
  const { db, witness } = opened(600)
  witness.note(wrote(2, 3))
  const ask = witness.look()
  db.run("UPDATE todos SET text = 'another' WHERE rowid IN (1, 2, 4)")
  witness.note(wrote(1, 2, 4))
  expect(ask().changes.map(({ key, before }) => [key, before === 'unknown'])).toEqual([
    ['t1', false],
    ['t0', true],
    ['t3', true],
  ])
  db.close()
})

test('what is told is bounded', () => {
  const { db, witness } = opened(400)
  const ask = witness.look()
  db.run("UPDATE todos SET text = 'another'")
  const { count, changes } = ask()
  expect([count, changes.length]).toEqual([400, 50])
  db.close()
})
