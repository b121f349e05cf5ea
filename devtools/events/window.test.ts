import { expect, test } from 'vitest'
import { rowsInView } from './window.ts'

test('of a million rows those in view are drawn, and a few around them', () => {
  expect(rowsInView({ top: 0, height: 260 }, 26, 1_000_000)).toEqual({ from: 0, to: 22 })
  expect(rowsInView({ top: 26 * 500_000, height: 260 }, 26, 1_000_000)).toEqual({ from: 499_988, to: 500_022 })
  expect(rowsInView({ top: 26 * 999_990, height: 260 }, 26, 1_000_000)).toEqual({ from: 999_978, to: 1_000_000 })
  expect(rowsInView({ top: 9_999, height: 260 }, 26, 0)).toEqual({ from: 0, to: 0 })
})
