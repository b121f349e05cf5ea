import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createWindow } from './window.ts'

const limits = { windowEvents: 10, windowBytes: 100 }

test('what is sent beyond the credit stays within the window, but for one parcel alone', () => {
  const window = createWindow(limits)
  expect(window.fits({ seq: 50, events: 50, bytes: 500 })).toBe(true)
  window.sent({ seq: 50, events: 50, bytes: 500 })
  expect(window.fits({ seq: 51, events: 1, bytes: 1 })).toBe(false)
  expect(window.credit(49)).toBe(false)
  expect(window.credit(50)).toBe(true)
  expect(window.fits({ seq: 60, events: 10, bytes: 100 })).toBe(true)
  expect(window.fits({ seq: 61, events: 11, bytes: 1 })).toBe(true)
})

test('a window that is credited in full is empty, whatever went through it', () => {
  const parcel = fc.record({ events: fc.integer({ min: 1, max: 20 }), bytes: fc.integer({ min: 1, max: 200 }) })
  fc.assert(
    fc.property(fc.array(fc.tuple(parcel, fc.nat(100)), { maxLength: 50 }), (steps) => {
      const window = createWindow(limits)
      let seq = 0
      for (const [{ events, bytes }, credited] of steps) {
        const next = { seq: seq + events, events, bytes }
        if (window.fits(next)) {
          window.sent(next)
          seq = next.seq
        }
        window.credit(Math.min(seq, credited))
      }
      window.credit(seq)
      expect(window.fits({ seq: seq + 1, events: 99, bytes: 999 })).toBe(true)
      window.sent({ seq: seq + 1, events: 10, bytes: 100 })
      expect(window.fits({ seq: seq + 2, events: 1, bytes: 1 })).toBe(false)
    }),
  )
})
