import { expect, test } from 'vitest'
import { shrink } from './shrink.ts'

test('finds the few that matter, in their order', async () => {
  const list = Array.from({ length: 100 }, (_, index) => index)
  const fails = async (shorter: readonly number[]) => shorter.includes(17) && shorter.includes(80)
  expect(await shrink(list, fails)).toEqual([17, 80])
})

test('asks no more often than it may', async () => {
  let asked = 0
  const fails = async () => {
    asked++
    return false
  }
  await shrink(Array.from({ length: 1_000 }), fails, 20)
  expect(asked).toBe(20)
})
