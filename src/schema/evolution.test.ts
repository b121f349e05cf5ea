import { describe, expect, expectTypeOf, test } from 'vitest'
import { z } from 'zod'
import { InvalidArgs, SchemaError, UnknownEvent } from './errors.ts'
import { type AnyEventDef, Events } from './events.ts'
import { decodeCommit, decodeEvent, encodeEvent, makeSchema } from './schema.ts'

const make = (events: { readonly [key: string]: AnyEventDef }) =>
  makeSchema({
    version: '1',
    tables: {},
    events,
    materializers: Object.fromEntries(Object.values(events).map(({ name }) => [name, () => []])),
  })

/** What `newer` reads of an event that was committed under `older`, by way of the log. */
function reread(older: AnyEventDef, newer: AnyEventDef, args: unknown) {
  const stored = JSON.parse(JSON.stringify(encodeEvent(make({ older }), { name: older.name, args })))
  return decodeEvent(make({ newer }).eventReader(older.name)!, stored)
}

const createdAs = <Shape extends z.ZodRawShape>(shape: Shape, name = 'v1.TodoCreated') =>
  Events.synced({ name, schema: z.object(shape) })

describe('the args of an older version are read by a newer schema', () => {
  const first = createdAs({ id: z.string(), text: z.string() })
  const args = { id: '1', text: 'x' }

  test('a new field is its default', () => {
    const newer = createdAs({ id: z.string(), text: z.string(), done: z.boolean().default(false) })
    expect(reread(first, newer, args)).toEqual({ ...args, done: false })
  })

  test('a new optional field is missing', () => {
    const newer = createdAs({ id: z.string(), text: z.string(), dueAt: z.date().optional() })
    expect(reread(first, newer, args)).toEqual(args)
  })

  test('a removed field is gone', () => {
    expect(reread(first, createdAs({ id: z.string() }), args)).toEqual({ id: '1' })
  })

  test('a required field that became optional is there', () => {
    expect(reread(first, createdAs({ id: z.string(), text: z.string().optional() }), args)).toEqual(args)
  })

  test('a new required field is an error that names it', () => {
    const newer = createdAs({ id: z.string(), text: z.string(), list: z.string() })
    expect(() => reread(first, newer, args)).toThrow(InvalidArgs)
    expect(() => reread(first, newer, args)).toThrow(/^v1\.TodoCreated: .* at list$/)
  })
})

describe('upcasts', () => {
  const v1 = Events.synced({ name: 'v1.TodoCreated', schema: z.object({ id: z.number(), title: z.string() }) })
  const v2 = Events.synced({
    name: 'v2.TodoCreated',
    schema: z.object({ id: z.string(), text: z.string() }),
    upcasts: [Events.upcast(v1, ({ id, title }) => ({ id: String(id), text: title }))],
  })
  const v3 = Events.synced({
    name: 'v3.TodoCreated',
    schema: z.object({ id: z.string(), text: z.string(), dueAt: z.date().nullable().default(null) }),
    upcasts: [Events.upcast(v2, (args) => args)],
  })

  test('an older event is read as the newer one', () => {
    expect(reread(v1, v2, { id: 1, title: 'x' })).toEqual({ id: '1', text: 'x' })
  })

  test('they stand in a chain, each step validated by its own schema', () => {
    expect(reread(v1, v3, { id: 1, title: 'x' })).toEqual({ id: '1', text: 'x', dueAt: null })
    expect(reread(v2, v3, { id: '1', text: 'x' })).toEqual({ id: '1', text: 'x', dueAt: null })
    expect(reread(v3, v3, { id: '1', text: 'x', dueAt: new Date(0) })).toEqual({
      id: '1',
      text: 'x',
      dueAt: new Date(0),
    })
  })

  test('the app sees the newer event, and cannot commit the older', () => {
    const schema = make({ v3 })
    const stored = encodeEvent(make({ v1 }), v1({ id: 1, title: 'x' }))
    const commit = { commitId: 'c', clientId: 'c', sessionId: 's', at: 0, generation: 0, events: [stored] }
    expect(decodeCommit(schema, commit).events).toEqual([
      { name: 'v3.TodoCreated', args: { id: '1', text: 'x', dueAt: null } },
    ])
    expect(() => encodeEvent(schema, v1({ id: 1, title: 'x' }))).toThrow(UnknownEvent)
  })

  test('types come from the two schemas', () => {
    Events.synced({
      name: 'v2.TodoCreated',
      schema: z.object({ id: z.string(), done: z.boolean().default(false) }),
      upcasts: [
        Events.upcast(v1, (args) => {
          expectTypeOf(args).toEqualTypeOf<{ id: number; title: string }>()
          return { id: String(args.id) }
        }),
        // @ts-expect-error id is a string in the newer event
        Events.upcast(v1, ({ id }) => ({ id })),
        // @ts-expect-error id is missing
        Events.upcast(v1, () => ({})),
      ],
    })
  })

  test('one that throws, or makes what the newer schema refuses, is InvalidArgs', () => {
    const throwing = Events.synced({
      name: 'v2.TodoCreated',
      schema: z.object({ id: z.string() }),
      upcasts: [
        Events.upcast(v1, (): { id: string } => {
          throw new Error('no idea')
        }),
      ],
    })
    expect(() => reread(v1, throwing, { id: 1, title: 'x' })).toThrow(
      new InvalidArgs('v1.TodoCreated', '', 'the upcast to v2.TodoCreated failed: no idea'),
    )
    const wrong = Events.synced({
      name: 'v2.TodoCreated',
      schema: z.object({ id: z.string() }),
      upcasts: [Events.upcast(v1, (args) => args as unknown as { id: string })],
    })
    expect(() => reread(v1, wrong, { id: 1, title: 'x' })).toThrow(/^v2\.TodoCreated: .* at id$/)
  })

  test('an event stands for one thing: declared twice, or half synced, it is refused', () => {
    expect(() => make({ v1, v2 })).toThrow(SchemaError)
    expect(() => make({ v2, v1 })).toThrow('"v1.TodoCreated" is declared twice')
    const rival = Events.synced({ name: 'v1.Rival', schema: z.unknown(), upcasts: [Events.upcast(v1, () => ({}))] })
    expect(() => make({ v2, rival })).toThrow('"v1.TodoCreated" is declared twice')
    const local = Events.clientOnly({ name: 'v1.Local', schema: z.unknown(), upcasts: [Events.upcast(v1, () => ({}))] })
    expect(() => make({ local })).toThrow('"v1.TodoCreated" cannot become "v1.Local"')
  })
})
