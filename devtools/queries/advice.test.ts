import { expect, test } from 'vitest'
import { adviceOf, inWords } from './advice.ts'

const rows = { todos: 12_000, lists: 3 }
const advice = (sql: string, ...steps: string[]) => adviceOf(sql, { steps, rows }).map(inWords)

test('a large table that is looked through gets the advice of an index on what the query picks by', () => {
  expect(
    advice('select "id" from "todos" where ("todos"."completed" = ? and "lists"."x" = 1) order by rowid', 'SCAN todos'),
  ).toEqual(['looks through all 12,000 rows of todos; an index on completed would spare it that'])
  expect(
    advice('select "id" from "todos" order by "todos"."text" limit 5', 'SCAN todos', 'USE TEMP B-TREE FOR ORDER BY'),
  ).toEqual(['looks through all 12,000 rows of todos; an index on text would spare it that'])
  expect(advice('select count(*) from todos', 'SCAN todos')).toEqual(['looks through all 12,000 rows of todos'])
})

test('none is given for a small table, a search, or what an index holds', () => {
  expect(advice('select "id" from "lists" where "x" = 1', 'SCAN lists')).toEqual([])
  expect(advice('select "id" from "todos" where "id" = 1', 'SEARCH todos USING INDEX todos_id (id=?)')).toEqual([])
  expect(advice('select "id" from "todos"', 'SCAN todos USING COVERING INDEX todos_id')).toEqual([])
})
