import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseFromClient } from '../sync/wire.ts'
import { decodeArgs, type EncodedArgs, encodeArgs, type Json } from './encode.ts'

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt(),
  fc.constantFrom('\ud800', 'half \udc00 a pair', Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0),
  fc.date({ noInvalidDate: true }),
  fc.uint8Array(),
)
const key = fc.oneof(
  fc.string().filter((text) => text !== '__proto__'),
  fc.constantFrom('a/b', 'a~b', '~1', '', 'constructor'),
)
const { args } = fc.letrec((tie) => ({
  args: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie('args'), { maxLength: 4 }),
    fc.dictionary(key, tie('args'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

const toJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

describe('encoding of args', () => {
  test('whatever was encoded comes back from JSON text', () => {
    fc.assert(
      fc.property(args, (value) => {
        const encoded = encodeArgs(value)
        const { args, kinds } = JSON.parse(JSON.stringify(encoded))
        expect(decodeArgs(args, kinds)).toEqual(value)
        expect(encoded.exact).toBe(true)
      }),
      { numRuns: 500 },
    )
  })

  test('a Date is an ISO string and bytes are base64, with their kinds beside them', () => {
    const at = new Date('2024-01-15T10:30:00.000Z')
    expect(encodeArgs({ at, bytes: new Uint8Array([1, 2]), plain: 'x' })).toEqual({
      args: { at: '2024-01-15T10:30:00.000Z', bytes: 'AQI=', plain: 'x' },
      kinds: { '/at': 'date', '/bytes': 'bytes' },
      exact: true,
    })
  })

  test('what JSON says by itself has no kinds', () => {
    expect(encodeArgs({ a: [1, 'b', null] })).toEqual({ args: { a: [1, 'b', null] }, exact: true })
  })

  test('the encoded args share nothing with what was given', () => {
    const given = { list: [1] }
    const { args } = encodeArgs(given)
    given.list.push(2)
    expect(args).toEqual({ list: [1] })
  })

  test('an undefined member is left out, and said to be', () => {
    expect(encodeArgs({ a: 1, b: undefined })).toEqual({ args: { a: 1 }, exact: false })
  })

  test.each([
    ['a function', { f: () => 1 }, '/f'],
    ['a symbol', [Symbol('x')], '/0'],
    ['a class instance', { m: new Map() }, '/m'],
    ['an invalid Date', { d: new Date(Number.NaN) }, '/d'],
    ['an instance of an own class', { at: new (class Point {})() }, 'a Point at /at'],
    ['a Set', new Set(), 'a Set at the top'],
    ['a RegExp', [/x/], 'a RegExp at /0'],
    ['a boxed number', [Object(1)], 'a Number at /0'],
    ['other typed arrays', { n: new Float64Array(1) }, 'a Float64Array at /n'],
    ['a Promise', { p: Promise.resolve() }, 'a Promise at /p'],
    ['what inherits its members', Object.create({ inherited: 1 }), 'at the top'],
    ['undefined in a list', { l: [undefined] }, '/l/0'],
    // biome-ignore lint/suspicious/noSparseArray: the hole is the point
    ['a list with a hole', { l: [1, , 3] }, '/l/1'],
    ['__proto__ as a key deep inside', { a: [JSON.parse('{"__proto__": 1}')] }, '/a/0'],
    ['__proto__ as a key', JSON.parse('{"__proto__": 1}'), '__proto__'],
  ])('%s is refused with its path', (_, value, path) => {
    expect(() => encodeArgs(value)).toThrow(TypeError)
    expect(() => encodeArgs(value)).toThrow(path)
  })

  const nested = (levels: number) => {
    let value: unknown = 1
    for (let depth = 0; depth < levels; depth++) value = depth % 2 ? [value] : { value }
    return value
  }

  test('args nested too deep are refused, and what is not passes the wire as well', () => {
    expect(() => encodeArgs(nested(66))).toThrow('nested deeper than 64')
    const { args } = encodeArgs(nested(65))
    const push = { type: 'push', id: 1, parent: 0, commits: [['commit-1', 'client', 'session1', 0, [['v1.X', args]]]] }
    expect(parseFromClient(JSON.stringify(push))).toEqual(push)
  })

  test('a value that contains itself is refused', () => {
    const ring: Record<string, unknown> = {}
    ring.list = [ring, ring]
    expect(() => encodeArgs(ring)).toThrow('nested deeper')
  })

  test('any value at all is refused by a TypeError, or comes back as it was', () => {
    const anything = fc.anything({
      maxDepth: 4,
      key,
      withBigInt: true,
      withBoxedValues: true,
      withDate: true,
      withMap: true,
      withNullPrototype: true,
      withObjectString: true,
      withSet: true,
      withSparseArray: true,
      withTypedArray: true,
    })
    let taken = 0
    fc.assert(
      fc.property(anything, (value) => {
        let encoded: EncodedArgs
        try {
          encoded = encodeArgs(value)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          return
        }
        if (!encoded.exact) return
        taken += 1
        const { args, kinds } = JSON.parse(JSON.stringify(encoded))
        expect(decodeArgs(args, kinds)).toEqual(value)
      }),
      { numRuns: 2_000 },
    )
    expect(taken).toBeGreaterThan(200)
  })

  test('args and kinds that do not fit are refused by a TypeError, or decoded, and never touch a prototype', () => {
    const path = fc
      .array(fc.oneof(key, fc.constant('__proto__'), fc.nat(3).map(String)))
      .map((keys) => ['', ...keys].join('/'))
    const kinds = fc.dictionary(path, fc.constantFrom('date', 'bytes', 'bigint', 'number', 'toString')).map(toJson)
    fc.assert(
      fc.property(fc.jsonValue().map(toJson), kinds, (args, kinds) => {
        try {
          decodeArgs(args as Json, kinds as never)
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
        }
        expect(Object.keys(Object.prototype)).toEqual([])
      }),
      { numRuns: 1_000 },
    )
  })

  test.each([
    ['date', '2024-13-45'],
    ['date', 5],
    ['bigint', '12x'],
    ['bigint', '01'],
    ['number', '3'],
    ['bytes', '!!'],
    ['toString', 'x'],
  ])('hostile %s %j is refused', (kind, value) => {
    expect(() => decodeArgs(value as Json, { '': kind } as never)).toThrow(TypeError)
  })
})
