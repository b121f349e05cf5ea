import { expect, test } from 'vitest'
import { z } from 'zod'
import { shapeOf } from '../../src/compat/json-schema.ts'
import { Events } from '../../src/schema/events.ts'
import { fieldsOf, filled } from './form.ts'

const formOf = (schema: z.ZodType) => {
  const shape = shapeOf(Events.synced({ name: 'v1.Made', schema }))
  return fieldsOf(shape.type === 'known' && typeof shape.reads === 'object' ? { schema: shape.reads } : {})
}

const fields = formOf(
  z.object({
    id: z.string(),
    note: z.string().optional(),
    count: z.number().default(3),
    at: z.date(),
    size: z.bigint().optional(),
    color: z.enum(['red', 'blue']),
    isDone: z.boolean(),
    tags: z.array(z.string()),
  }),
)

test('a form has a field for each of the args, with what its schema gives it', () => {
  expect(fields.map(({ key, kind, isRequired, initial }) => [key, kind, isRequired, initial])).toEqual([
    ['id', 'text', true, ''],
    ['note', 'text', false, ''],
    ['count', 'number', false, '3'],
    ['at', 'date', true, ''],
    ['size', 'bigint', false, ''],
    ['color', 'choice', true, 'red'],
    ['isDone', 'boolean', true, 'false'],
    ['tags', 'json', true, ''],
  ])
})

test('what was typed becomes an event, dates and bigints with their kinds, and what was left empty is left out', () => {
  const typed = { id: 'a', at: '2026-11-22T10:00:00Z', size: '9007199254740993', isDone: 'true', tags: '["x"]' }
  expect(filled('v1.Made', fields, typed)).toEqual({
    type: 'filled',
    event: {
      name: 'v1.Made',
      args: {
        id: 'a',
        count: 3,
        at: '2026-11-22T10:00:00.000Z',
        size: '9007199254740993',
        color: 'red',
        isDone: true,
        tags: ['x'],
      },
      kinds: { '/at': 'date', '/size': 'bigint' },
    },
  })
})

test('what is no value of its kind is said at its field', () => {
  const made = filled('v1.Made', fields, { at: 'soon', count: 'many', size: '1.5', tags: '[' })
  expect(made).toMatchObject({
    type: 'wrong',
    issues: {
      count: 'is no number',
      at: 'is no date, such as 2026-11-22T10:00:00Z',
      size: 'is no whole number',
      tags: expect.stringContaining('JSON'),
    },
  })
  expect(filled('v1.Made', fields, { tags: '[]' })).toMatchObject({ issues: { at: 'is missing' } })
})

test('args that no schema describes are typed as JSON', () => {
  expect(fieldsOf({})).toMatchObject([{ key: '', kind: 'json' }])
  expect(filled('v1.Any', fieldsOf({}), { '': '{"a":1}' })).toMatchObject({ event: { args: { a: 1 } } })
  expect(filled('v1.Any', fieldsOf({}), { '': '{a}' })).toMatchObject({ type: 'wrong' })
})
