import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createExpiry } from './expiry.ts'

beforeEach(() => void vi.useFakeTimers({ now: 0 }))
afterEach(() => void vi.useRealTimers())

function record() {
  const told: string[] = []
  const expiry = createExpiry({
    warnMs: 1_000,
    onExpiring: (inMs) => told.push(`${inMs} ms left at ${Date.now()}`),
    onExpired: () => told.push(`over at ${Date.now()}`),
  })
  return { told, expiry }
}

test('an end is told before, and when it is there', () => {
  const { told, expiry } = record()
  expiry.set(5_000)
  vi.advanceTimersByTime(10_000)
  expect(told).toEqual(['1000 ms left at 4000', 'over at 5000'])
})

test('an end that is near is told at once, and one that is replaced does not come', () => {
  const { told, expiry } = record()
  expiry.set(300)
  vi.advanceTimersByTime(100)
  expiry.set(undefined)
  vi.advanceTimersByTime(10_000)
  expect(told).toEqual(['300 ms left at 0'])
})

test('an end further away than a timer reaches comes in its time', () => {
  const { told, expiry } = record()
  const days = 60 * 24 * 60 * 60 * 1_000
  expiry.set(days)
  vi.advanceTimersByTime(days - 1)
  expect(told).toEqual([`1000 ms left at ${days - 1_000}`])
  expiry.stop()
  vi.advanceTimersByTime(days)
  expect(told.length).toBe(1)
})
