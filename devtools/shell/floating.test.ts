import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Edges, firstPlace, moved, type Rect, resized, type Size, smallestFloating, within } from './floating.ts'

const room = { width: 1000, height: 700 }
const rect: Rect = { left: 100, top: 100, width: 400, height: 300 }

test('at first it stands in the lower right corner', () => {
  expect(within(firstPlace, room)).toEqual({ left: 232, top: 272, width: 760, height: 420 })
})

test('it is moved as far as the edge of the window', () => {
  expect(moved(rect, 50, -20, room)).toEqual({ ...rect, left: 150, top: 80 })
  expect(moved(rect, 5_000, -5_000, room)).toEqual({ ...rect, left: 592, top: 8 })
})

test('an edge that is moved leaves the others where they are', () => {
  expect(resized(rect, { x: 1, y: 1 }, { x: 10, y: 20 }, room)).toEqual({ ...rect, width: 410, height: 320 })
  expect(resized(rect, { x: -1, y: -1 }, { x: 10, y: 20 }, room)).toEqual({
    left: 110,
    top: 120,
    width: 390,
    height: 280,
  })
  expect(resized(rect, { x: -1, y: 0 }, { x: 5_000, y: 9 }, room)).toEqual({
    ...rect,
    left: 500 - smallestFloating.width,
    width: smallestFloating.width,
  })
})

test('in a smaller window it is smaller, and in a larger one again as it was left', () => {
  const left = { left: 600, top: 350, width: 390, height: 340 }
  expect(within(left, { width: 500, height: 320 })).toEqual({ left: 102, top: 8, width: 390, height: 304 })
  expect(within(left, room)).toEqual(left)
})

test('wherever it is moved, and however it is resized, it is wholly in the window', () => {
  const edge = fc.constantFrom(-1 as const, 0 as const, 1 as const)
  const by = fc.integer({ min: -3_000, max: 3_000 })
  const step = fc.record({ edges: fc.option(fc.record({ x: edge, y: edge })), x: by, y: by })
  const size = fc.record({ width: fc.integer({ min: 120, max: 2_000 }), height: fc.integer({ min: 120, max: 2_000 }) })
  const next = (now: Rect, { edges, x, y }: { edges: Edges | null; x: number; y: number }, room: Size) =>
    edges ? resized(now, edges, { x, y }, room) : moved(now, x, y, room)
  fc.assert(
    fc.property(size, fc.array(step), (room, steps) => {
      const { left, top, width, height } = steps.reduce((now, step) => next(now, step, room), within(firstPlace, room))
      expect(Math.min(left, top)).toBeGreaterThanOrEqual(8)
      expect(left + width).toBeLessThanOrEqual(room.width - 8)
      expect(top + height).toBeLessThanOrEqual(room.height - 8)
      expect(width).toBeGreaterThanOrEqual(Math.min(smallestFloating.width, room.width - 16))
      expect(height).toBeGreaterThanOrEqual(Math.min(smallestFloating.height, room.height - 16))
    }),
  )
})
