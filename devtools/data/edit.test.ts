import { expect, test } from 'vitest'
import { events, schema } from '../../src/replica/testing.ts'
import { cellOf, eventsFor, rowOf } from './edit.ts'

const column = (name: string, type: string) => ({ name, type, notNull: false, fallback: undefined, isGenerated: false })
const table = {
  name: 'todos',
  columns: [column('id', 'text'), column('n', 'integer')],
  key: ['id'],
  rowid: 'rowid',
  indexes: [],
}

test('an edit becomes the events that the app gives for it, if they are valid', () => {
  const [created, renamed] = [events.created({ id: 'a', text: 'A' }), events.renamed({ id: 'a', text: 'B' })]
  expect(eventsFor(schema, () => created)).toEqual([created])
  expect(eventsFor(schema, () => [created, renamed])).toEqual([created, renamed])
  expect(() => eventsFor(schema, () => [])).toThrow('no event for this')
  expect(() => eventsFor(schema, () => ({ name: 'v1.Created', args: { id: 7 } }))).toThrow('v1.Created')
  expect(() => eventsFor(schema, () => ({ name: 'v1.Nothing', args: {} }))).toThrow('v1.Nothing')
})

test('a row is given by its columns, and what is typed is what the column would keep', () => {
  expect(rowOf(table, ['a', 1])).toEqual({ id: 'a', n: 1 })
  expect(['7', ' 7.5 ', 'x', ''].map((text) => cellOf(table.columns[1]!, text))).toEqual([7, 7.5, 'x', ''])
  expect(cellOf(table.columns[0]!, '7')).toBe('7')
})
