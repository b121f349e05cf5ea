import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Events } from '../schema/events.ts'
import { misfits } from './accepts.ts'
import { shapeOf } from './json-schema.ts'

function shapes(schema: z.ZodType) {
  const shape = shapeOf(Events.synced({ name: 'x', schema }))
  if (shape.type === 'unknown') throw new Error(shape.why)
  return shape
}

/** What `newer` cannot read of `older`, as sentences: uncertain ones with a question mark. */
function lost(newer: z.ZodType, older: z.ZodType): string[] {
  return misfits(shapes(newer).reads, shapes(older).writes).map(
    ({ at, certain, why }) => `${at}${certain ? '' : '?'}: ${why}`,
  )
}

const base = { id: z.string(), text: z.string() }

describe('a newer schema accepts what an older one left', () => {
  const fine: [string, z.ZodRawShape, z.ZodRawShape][] = [
    ['the same', base, base],
    ['a new field with a default', { ...base, done: z.boolean().default(false) }, base],
    ['a new optional field', { ...base, dueAt: z.date().optional() }, base],
    ['a removed field', { id: z.string() }, base],
    ['required → optional', { ...base, text: z.string().optional() }, base],
    ['required → nullable', { ...base, text: z.string().nullable() }, base],
    ['one value more', { f: z.enum(['a', 'b', 'c']) }, { f: z.enum(['a', 'b']) }],
    ['a literal → a string', { f: z.string() }, { f: z.literal('a') }],
    ['an integer → a number', { n: z.number() }, { n: z.number().int() }],
    ['wider bounds', { n: z.number().min(0) }, { n: z.number().min(1) }],
    ['a longer string', { t: z.string().max(200) }, { t: z.string().max(100) }],
    ['a string → a string or a number', { t: z.union([z.string(), z.number()]) }, { t: z.string() }],
    ['a boolean → its literals', { b: z.union([z.literal(true), z.literal(false)]) }, { b: z.boolean() }],
    ['an enum → a union of literals', { f: z.union([z.literal('a'), z.literal('b')]) }, { f: z.enum(['a', 'b']) }],
    ['a default becomes required', { ...base, done: z.boolean() }, { ...base, done: z.boolean().default(false) }],
    ['anything', { ...base, more: z.unknown() }, { ...base, more: z.array(z.string()) }],
    [
      'a record of wider values',
      { r: z.record(z.string(), z.number().nullable()) },
      { r: z.record(z.string(), z.number()) },
    ],
    ['a struct → a record', { r: z.record(z.string(), z.string()) }, { r: z.object({ a: z.string() }) }],
    ['a tuple → a list', { l: z.array(z.union([z.string(), z.number()])) }, { l: z.tuple([z.string(), z.number()]) }],
    ['a date', { at: z.date() }, { at: z.date() }],
    ['an email → a string', { mail: z.string() }, { mail: z.email() }],
  ]
  test.each(fine)('%s', (_, newer, older) => {
    expect(lost(z.object(newer), z.object(older))).toEqual([])
  })

  test('another alternative', () => {
    const [a, b] = [z.object({ kind: z.literal('a'), n: z.number() }), z.object({ kind: z.literal('b') })]
    expect(lost(z.discriminatedUnion('kind', [a, b]), z.discriminatedUnion('kind', [a]))).toEqual([])
  })

  test('a recursive one accepts itself', () => {
    type Tree = { text: string; inside: Tree[] }
    const tree: z.ZodType<Tree> = z.lazy(() => z.object({ text: z.string(), inside: z.array(tree) }))
    type Wider = { text: string | null; inside: Wider[] }
    const wider: z.ZodType<Wider> = z.lazy(() => z.object({ text: z.string().nullable(), inside: z.array(wider) }))
    expect(lost(z.object({ tree }), z.object({ tree }))).toEqual([])
    expect(lost(z.object({ tree: wider }), z.object({ tree }))).toEqual([])
    expect(lost(z.object({ tree }), z.object({ tree: wider }))).toEqual(['tree.text: was null, is a string'])
  })
})

describe('a newer schema does not accept', () => {
  const bad: [string, z.ZodRawShape, z.ZodRawShape, string][] = [
    ['a new required field', { ...base, list: z.string() }, base, 'list: is required, and missing'],
    ['optional → required', base, { ...base, text: z.string().optional() }, 'text: was optional, is required'],
    ['nullable → not', base, { ...base, text: z.string().nullable() }, 'text: was null, is a string'],
    ['another type', { ...base, text: z.number() }, base, 'text: was a string, is a number'],
    ['a date for a string', { ...base, text: z.date() }, base, 'text: was a string, is a date'],
    ['a string for a date', { at: z.string() }, { at: z.date() }, 'at: was a date, is a string'],
    ['one value less', { f: z.enum(['a', 'b']) }, { f: z.enum(['a', 'b', 'c']) }, 'f: "c" is not accepted any more'],
    ['a string → an enum', { f: z.enum(['a']) }, { f: z.string() }, 'f: was a string, is only "a"'],
    ['a number → an integer', { n: z.int() }, { n: z.number() }, 'n: was a number, is an integer'],
    [
      'narrower bounds',
      { n: z.number().min(1) },
      { n: z.number().min(0) },
      'n: may be less than 1, the least that is accepted',
    ],
    [
      'an open bound',
      { n: z.number().gt(0) },
      { n: z.number().min(0) },
      'n: may be less than 0, the least that is accepted',
    ],
    [
      'a shorter string',
      { t: z.string().max(5) },
      { t: z.string() },
      't: may be longer than 5, the most that is accepted',
    ],
    [
      'longer lists only',
      { l: z.array(z.string()).min(1) },
      { l: z.array(z.string()) },
      'l: may be shorter than 1, the least that is accepted',
    ],
    [
      'an alternative less',
      { t: z.string() },
      { t: z.union([z.string(), z.number()]) },
      't: was a number, is a string',
    ],
    ['a pattern', { t: z.string().regex(/^a/) }, { t: z.string() }, 't: was any string, is one of pattern ^a'],
    ['other items', { l: z.array(z.string()) }, { l: z.array(z.number()) }, 'l.*: was a number, is a string'],
    [
      'a field deep inside',
      { a: z.object({ b: z.object({ c: z.string() }) }) },
      { a: z.object({ b: z.object({}) }) },
      'a.b.c: is required, and missing',
    ],
  ]
  test.each(bad)('%s', (_, newer, older, sentence) => {
    expect(lost(z.object(newer), z.object(older))).toEqual([sentence])
  })

  test('more than it lists, where it is strict', () => {
    expect(lost(z.strictObject({ id: z.string() }), z.object(base))).toEqual(['text: is refused, and was there'])
  })

  test('another struct behind the same tag', () => {
    const [a, b] = [z.object({ kind: z.literal('a') }), z.object({ kind: z.literal('b'), n: z.number() })]
    const narrower = z.object({ kind: z.literal('b'), n: z.string() })
    expect(lost(z.discriminatedUnion('kind', [a, narrower]), z.discriminatedUnion('kind', [a, b]))).toEqual([
      'n: was a number, is a string',
    ])
  })
})

describe('it says so where it cannot know', () => {
  test('a refinement, a transform, a type of the app', () => {
    expect(lost(z.object({ t: z.string().refine((t) => t !== '') }), z.object({ t: z.string() }))).toEqual([
      't?: a refinement decides there',
    ])
    expect(lost(z.object({ t: z.string() }), z.object({ t: z.string().transform((t) => t.length) }))).toEqual([
      't?: a transform decides there',
    ])
    expect(lost(z.object({ t: z.instanceof(Uint8Array) }), z.object({ t: z.instanceof(Uint8Array) }))).toEqual([
      't?: a custom type decides there',
    ])
  })

  test('another pattern', () => {
    expect(lost(z.object({ t: z.string().regex(/^a/) }), z.object({ t: z.string().regex(/^ab/) }))).toEqual([
      't?: whether pattern ^a allows all that it was',
    ])
  })

  test('keywords of a schema by hand that are not compared', () => {
    const reader = { type: 'object', patternProperties: { '^a': { type: 'string' } } }
    expect(misfits(reader, { type: 'object' })).toEqual([
      { at: '', certain: false, why: '"patternProperties" is not compared' },
    ])
    expect(misfits(reader, reader)).toEqual([])
  })
})

/** A schema and values of it. */
type Sample = { readonly schema: z.ZodType; readonly values: fc.Arbitrary<unknown> }

const leaf: fc.Arbitrary<Sample> = fc.oneof(
  fc.constant({ schema: z.string(), values: fc.string() }),
  fc.nat(4).map((max) => ({ schema: z.string().max(max), values: fc.string({ maxLength: max }) })),
  fc
    .nat(4)
    .map((min) => ({ schema: z.number().min(min), values: fc.double({ min, noNaN: true, noDefaultInfinity: true }) })),
  fc.nat(4).map((max) => ({ schema: z.int().max(max), values: fc.integer({ max }) })),
  fc.constant({ schema: z.boolean(), values: fc.boolean() }),
  fc.constant({ schema: z.null(), values: fc.constant(null) }),
  fc.constant({ schema: z.date(), values: fc.date({ noInvalidDate: true }) }),
  fc
    .subarray(['a', 'b', 'c', 'd'], { minLength: 1 })
    .map((values) => ({ schema: z.enum(values), values: fc.constantFrom(...values) })),
)

const { any: anySample } = fc.letrec<{ any: Sample; object: Sample }>((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    tie('object'),
    tie('any').map(({ schema, values }) => ({ schema: z.array(schema), values: fc.array(values, { maxLength: 3 }) })),
    tie('any').map(({ schema, values }) => ({ schema: schema.nullable(), values: fc.option(values) })),
    fc
      .tuple(tie('any'), tie('any'))
      .map(([a, b]) => ({ schema: z.union([a.schema, b.schema]), values: fc.oneof(a.values, b.values) })),
    tie('any').map(({ schema, values }) => ({
      schema: z.record(z.string(), schema),
      values: fc.dictionary(fc.constantFrom('a', 'b', 'x'), values),
    })),
  ),
  object: fc
    .dictionary(fc.constantFrom('a', 'b', 'c'), fc.tuple(tie('any'), fc.boolean(), fc.boolean()), { maxKeys: 3 })
    .map((fields) => {
      const entries = Object.entries(fields)
      const shape = entries.map(([key, [{ schema }, required]]) => [key, required ? schema : schema.optional()])
      const values = Object.fromEntries(entries.map(([key, [{ values }]]) => [key, values]))
      const requiredKeys = entries.flatMap(([key, [, required]]) => (required ? key : []))
      return { schema: z.object(Object.fromEntries(shape)), values: fc.record(values, { requiredKeys }) }
    }),
}))

describe('for any two schemas', () => {
  test('where nothing is said, every value is read', () => {
    let compatible = 0
    fc.assert(
      fc.property(anySample, anySample, fc.gen(), (older, newer, gen) => {
        if (misfits(shapes(newer.schema).reads, shapes(older.schema).writes).length > 0) return
        compatible += 1
        for (let round = 0; round < 10; round += 1) {
          const value = older.schema.parse(gen(() => older.values))
          expect(newer.schema.safeParse(value).success).toBe(true)
        }
      }),
      { numRuns: 3000 },
    )
    expect(compatible).toBeGreaterThan(50)
  })

  test('one accepts itself, its optional self and a union with it', () => {
    fc.assert(
      fc.property(anySample, anySample, ({ schema }, other) => {
        const { writes } = shapes(schema)
        const accepts = (newer: z.ZodType) => expect(misfits(shapes(newer).reads, writes)).toEqual([])
        accepts(schema)
        accepts(schema.nullable())
        accepts(z.union([other.schema, schema]))
        accepts(z.unknown())
      }),
      { numRuns: 500 },
    )
  })

  test('a field that is required and was not there is always found, however deep', () => {
    fc.assert(
      fc.property(anySample, fc.array(fc.constantFrom('list', 'record', 'field', 'nullable')), ({ schema }, path) => {
        const wrap = (inside: z.ZodType): z.ZodType =>
          path.reduce<z.ZodType>((made, step) => {
            if (step === 'list') return z.array(made)
            if (step === 'record') return z.record(z.string(), made)
            return step === 'field' ? z.object({ inside: made }) : made.nullable()
          }, inside)
        const [older, newer] = [z.object({ known: schema }), z.object({ known: schema, fresh: z.string() })]
        const found = misfits(shapes(wrap(newer)).reads, shapes(wrap(older)).writes)
        expect(found.filter(({ certain }) => certain).map(({ why }) => why)).toEqual(['is required, and missing'])
      }),
      { numRuns: 300 },
    )
  })

  test('a reference that goes in a circle, or nowhere, ends', () => {
    const circle = { $ref: '#' }
    expect(misfits(circle, circle)).toEqual([])
    expect(misfits({ $ref: '#/nowhere' }, {})).toMatchObject([{ certain: false }])
  })
})
