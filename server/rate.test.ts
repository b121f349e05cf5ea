import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createBucket } from './rate.ts'

test('a burst goes at once, then it waits for the rate', () => {
  const bucket = createBucket(10, 3)
  expect([0, 0, 0, 0].map((now) => bucket.take(1, now))).toEqual([0, 0, 0, 100])
  expect(bucket.take(1, 60)).toBe(40)
  expect(bucket.take(1, 100)).toBe(0)
  expect(bucket.take(1, 100)).toBe(100)
})

test('what is larger than the bucket takes all of it, so that it can go at all', () => {
  const bucket = createBucket(10, 3)
  expect(bucket.take(100, 0)).toBe(0)
  expect(bucket.take(1, 0)).toBe(100)
})

test('never more than burst and rate allow, and what it asks to wait is enough', () => {
  const steps = fc.array(fc.nat(500), { minLength: 1, maxLength: 100 })
  fc.assert(
    fc.property(steps, (waits) => {
      const bucket = createBucket(20, 5)
      let now = 0
      let taken = 0
      for (const wait of waits) {
        now += wait
        const more = bucket.take(1, now)
        if (more > 0) now += more
        if (more === 0 || bucket.take(1, now) === 0) taken += 1
        else throw new Error(`had to wait again after ${more} ms`)
        expect(taken).toBeLessThanOrEqual(5 + (now / 1_000) * 20 + 1e-6)
      }
    }),
  )
})
