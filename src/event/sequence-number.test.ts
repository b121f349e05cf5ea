import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compare, next, parse, print, root } from './sequence-number.ts'

const number = fc.record({ global: fc.nat(), client: fc.nat(), rebaseGeneration: fc.nat() })

describe('event sequence numbers', () => {
  test('N1 a synced event takes the next global number', () => {
    expect(next({ global: 5, client: 2, rebaseGeneration: 0 }, true)).toEqual({
      global: 6,
      client: 0,
      rebaseGeneration: 0,
    })
  })

  test('N2 a client-only event counts after its global number', () => {
    expect(next({ global: 5, client: 0, rebaseGeneration: 0 }, false)).toEqual({
      global: 5,
      client: 1,
      rebaseGeneration: 0,
    })
  })

  test('N3 order compares global, then client, and never the generation', () => {
    fc.assert(
      fc.property(number, number, (a, b) => {
        const expected = Math.sign(a.global - b.global || a.client - b.client)
        expect(Math.sign(compare(a, { ...b, rebaseGeneration: a.rebaseGeneration + 1 }))).toBe(expected)
      }),
    )
  })

  test('N3 the order is total: of any two one is first, or they are the same place', () => {
    const near = fc.record({ global: fc.nat(2), client: fc.nat(2), rebaseGeneration: fc.nat(2) })
    fc.assert(
      fc.property(near, near, near, (a, b, c) => {
        expect(compare(a, a)).toBe(0)
        expect(Math.sign(compare(a, b))).toBe(0 - Math.sign(compare(b, a)))
        if (compare(a, b) <= 0 && compare(b, c) <= 0) expect(compare(a, c)).toBeLessThanOrEqual(0)
        expect(compare(a, b) === 0).toBe(a.global === b.global && a.client === b.client)
      }),
      { numRuns: 1_000 },
    )
  })

  test('N3 the next number stands after its head, synced or not', () => {
    fc.assert(
      fc.property(number, fc.boolean(), (head, synced) => {
        expect(compare(next(head, synced), head)).toBeGreaterThan(0)
      }),
    )
  })

  test('N5 numbers are written as the design writes them', () => {
    expect(print(root)).toBe('e0')
    expect(print({ global: 5, client: 0, rebaseGeneration: 0 })).toBe('e5')
    expect(print({ global: 5, client: 1, rebaseGeneration: 0 })).toBe('e5.1')
    expect(print({ global: 5, client: 0, rebaseGeneration: 1 })).toBe('e5r1')
    expect(print({ global: 5, client: 1, rebaseGeneration: 2 })).toBe('e5.1r2')
  })

  test('N5 parse reads exactly what print writes', () => {
    fc.assert(
      fc.property(number, (n) => {
        expect(parse(print(n))).toEqual(n)
      }),
    )
  })

  test.each(['', 'e', '5', 'e05', 'e5.0', 'e5r0', 'e-1', 'e1.5.2', ' e5', 'e5 ', 'e99999999999999999999'])(
    'N5 parse refuses %j',
    (text) => {
      expect(() => parse(text)).toThrow(SyntaxError)
    },
  )
})
