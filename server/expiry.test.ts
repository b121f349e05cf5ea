import { expect, test } from 'vitest'
import { manualEnv } from '../src/testing/manual-env.ts'
import { createExpiry } from './expiry.ts'

function record() {
  const { env, advance } = manualEnv()
  const told: string[] = []
  const expiry = createExpiry({
    env,
    warnMs: 1_000,
    onExpiring: (inMs) => told.push(`${inMs} ms left at ${env.now()}`),
    onExpired: () => told.push(`over at ${env.now()}`),
  })
  return { told, expiry, advance }
}

test('an end is told before, and when it is there', () => {
  const { told, expiry, advance } = record()
  expiry.set(5_000)
  advance(10_000)
  expect(told).toEqual(['1000 ms left at 4000', 'over at 5000'])
})

test('an end that is near is told at once, and one that is replaced does not come', () => {
  const { told, expiry, advance } = record()
  expiry.set(300)
  advance(100)
  expiry.set(undefined)
  advance(10_000)
  expect(told).toEqual(['300 ms left at 0'])
})

test('an end further away than a timer reaches comes in its time', () => {
  const { told, expiry, advance } = record()
  const days = 60 * 24 * 60 * 60 * 1_000
  expiry.set(days)
  advance(days - 1)
  expect(told).toEqual([`1000 ms left at ${days - 1_000}`])
  expiry.stop()
  advance(days)
  expect(told.length).toBe(1)
})

test('who answers with nothing better is told less and less often', () => {
  const { told, expiry, advance } = record()
  expiry.set(5_000)
  advance(4_000)
  expiry.set(5_000)
  advance(500)
  expiry.set(5_000)
  advance(250)
  expiry.set(8_000)
  advance(3_250)
  expect(told).toEqual([
    '1000 ms left at 4000',
    '500 ms left at 4500',
    '250 ms left at 4750',
    '1000 ms left at 7000',
    'over at 8000',
  ])
})
