import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeArgs, encodeArgs, type Json } from './encode.ts'

const leaf = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt(),
  fc.date({ noInvalidDate: true, min: new Date('0000-01-01'), max: new Date('9999-12-31') }),
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
    ['undefined in a list', { l: [undefined] }, '/l/0'],
    ['__proto__ as a key', JSON.parse('{"__proto__": 1}'), '__proto__'],
  ])('%s is refused with its path', (_, value, path) => {
    expect(() => encodeArgs(value)).toThrow(TypeError)
    expect(() => encodeArgs(value)).toThrow(path)
  })

  test('args nested too deep are refused', () => {
    let value: unknown = 1
    for (let depth = 0; depth < 100; depth++) value = [value]
    expect(() => encodeArgs(value)).toThrow('nested deeper')
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
