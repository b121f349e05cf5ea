import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type AnyEventDef, Events } from '../schema/events.ts'
import { makeSchema } from '../schema/schema.ts'
import { compareDescriptions } from './compare.ts'
import { BadDescription, describeSchema, parseDescription, printDescription, withHistory } from './description.ts'
import { report } from './report.ts'

function described(...defs: AnyEventDef[]) {
  const events = Object.fromEntries(defs.map((def) => [def.name, def]))
  const materializers = Object.fromEntries(defs.map(({ name }) => [name, () => []]))
  return describeSchema(makeSchema({ version: '1', tables: {}, events, materializers }))
}

const created = (shape: z.ZodRawShape, name = 'v1.Created') => Events.synced({ name, schema: z.object(shape) })
const base = { id: z.string() }

describe('headwater check', () => {
  test('has nothing to say where nothing changed, or an event is new', () => {
    const before = described(created(base))
    expect(compareDescriptions(before, before)).toEqual([])
    expect(compareDescriptions(before, described(created(base), created(base, 'v1.Renamed')))).toEqual([])
  })

  test('an event that is gone breaks, unless another one reads it', () => {
    const [older, before] = [created(base), described(created(base))]
    expect(compareDescriptions(before, described())).toMatchObject([
      { event: 'v1.Created', level: 'breaking', why: expect.stringContaining('is gone') },
    ])
    const schema = z.object({ uuid: z.string() })
    const newer = Events.synced({
      name: 'v2.Created',
      schema,
      upcasts: [Events.upcast(older, ({ id }) => ({ uuid: String(id) }))],
    })
    expect(compareDescriptions(before, described(newer))).toEqual([])
  })

  test('an upcast is from what is in the log: the older declaration must not change', () => {
    const schema = z.object({ uuid: z.string() })
    const changed = created({ id: z.number() })
    const newer = Events.synced({ name: 'v2.Created', schema, upcasts: [Events.upcast(changed, () => ({ uuid: '' }))] })
    expect(compareDescriptions(described(created(base)), described(newer))).toMatchObject([
      { event: 'v1.Created', level: 'breaking', at: 'id', why: 'was a string, is a number' },
    ])
  })

  test('a synced event that becomes client-only breaks', () => {
    const local = Events.clientOnly({ name: 'v1.Created', schema: z.object(base) })
    expect(compareDescriptions(described(created(base)), described(local))).toMatchObject([
      { level: 'breaking', why: 'was synced, is client-only: give it another name' },
    ])
  })

  test('an event that does not read what it writes itself breaks, on the first day', () => {
    const odd = created({
      id: z
        .string()
        .transform((id) => id.length)
        .pipe(z.number()),
    })
    expect(compareDescriptions(described(odd), described(odd))).toMatchObject([
      { level: 'unknown', at: 'id', why: 'a transform decides there' },
      { level: 'breaking', at: 'id', why: 'was a number, is a string' },
    ])
  })

  test('remembers every shape: a name that comes back as another type breaks, versions later', () => {
    const first = described(created({ ...base, at: z.number() }))
    const second = withHistory(described(created(base)), first)
    const third = described(created({ ...base, at: z.date().optional() }))
    expect(compareDescriptions(described(created(base)), third)).toEqual([])
    expect(compareDescriptions(second, third)).toMatchObject([
      { level: 'breaking', at: 'at', why: 'was a number, is a date' },
    ])
  })

  test('a default that turns into a requirement breaks for what was written before the default', () => {
    const first = described(created(base))
    const second = withHistory(described(created({ ...base, done: z.boolean().default(false) })), first)
    const third = described(created({ ...base, done: z.boolean() }))
    expect(compareDescriptions(second, third)).toMatchObject([{ level: 'breaking', at: 'done' }])
  })

  test('what only older builds cannot read is told, and breaks nothing', () => {
    const [before, now] = [described(created({ ...base, text: z.string() })), described(created(base))]
    expect(compareDescriptions(before, now)).toEqual([
      { event: 'v1.Created', level: 'older builds', at: 'text', why: 'there it is required, and missing' },
    ])
    expect(report(compareDescriptions(before, now), 1, true).ok).toBe(true)
  })

  test('a schema that does not describe itself is told of; by hand it can be described', () => {
    const mute = { '~standard': { version: 1, vendor: 'mine', validate: (value: unknown) => ({ value }) } } as const
    const unknown = described(Events.synced({ name: 'v1.Mute', schema: mute }))
    const found = compareDescriptions(unknown, unknown)
    expect(found).toMatchObject([
      { level: 'unknown', why: expect.stringContaining('of mine, does not describe itself') },
    ])
    expect([report(found, 1, false).ok, report(found, 1, true).ok]).toEqual([true, false])
    const byHand = (type: string) =>
      described(
        Events.synced({
          name: 'v1.Mute',
          schema: mute,
          jsonSchema: { type: 'object', properties: { id: { type } }, required: ['id'] },
        }),
      )
    expect(compareDescriptions(byHand('string'), byHand('string'))).toEqual([])
    expect(compareDescriptions(byHand('string'), byHand('number'))).toMatchObject([
      { level: 'breaking', at: 'id' },
      { level: 'older builds' },
    ])
  })

  test('the report names events, places and reasons', () => {
    const before = described(created(base), created(base, 'v1.Gone'))
    const now = described(created({ ...base, list: z.string() }))
    expect(report(compareDescriptions(before, now), 1, false).text).toMatchInlineSnapshot(`
      "  v1.Created
          ✗ list: is required, and missing
        v1.Gone
          ✗ is gone, and logs hold it: declare it again, or list it among the upcasts of another event

      ✗ 2 events of which commits in logs could not be applied any more
      Not compatible.
      "
    `)
  })
})

describe('the file', () => {
  test('is read as it was written', () => {
    const description = described(created({ ...base, at: z.date().optional() }))
    expect(parseDescription(printDescription(description))).toEqual(description)
  })

  test('the same shape is recorded once', () => {
    const description = described(created(base))
    expect(withHistory(description, description)).toEqual(description)
  })

  test.each([
    ['', 'it is not JSON'],
    ['[]', 'it is not a file that headwater check wrote'],
    ['{"headwater":2,"events":{}}', 'it has format 2, and this version of headwater knows 1'],
    ['{"headwater":1,"events":{"v1.Created":{}}}', 'what it says of v1.Created is damaged'],
  ])('%j is refused', (text, why) => {
    expect(() => parseDescription(text)).toThrow(BadDescription)
    expect(() => parseDescription(text)).toThrow(why)
  })
})
