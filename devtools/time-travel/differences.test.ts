import { expect, test } from 'vitest'
import type { Table } from '../fork/tables.ts'
import { differencesIn } from './differences.ts'

const table = (name: string): Table => ({ name, columns: [], key: [], rowid: 'rowid', indexes: [] })

test('differences are told by table: what changed first, then what went, then what came', () => {
  const [todos, tags, other] = ['todos', 'tags', 'other'].map(table)
  const change = (of: string, rowid: number, earlier?: [string], now?: [string]) => ({ table: of, rowid, earlier, now })
  const changes = [
    change('tags', 1, undefined, ['x']),
    change('todos', 1, undefined, ['new']),
    change('todos', 2, ['old'], undefined),
    change('todos', 3, ['a'], ['b']),
  ]
  expect(differencesIn([todos!, tags!, other!], changes)).toEqual([
    { table: todos, came: 1, changed: 1, removed: 1, rows: [changes[3], changes[2], changes[1]] },
    { table: tags, came: 1, changed: 0, removed: 0, rows: [changes[0]] },
  ])
})
