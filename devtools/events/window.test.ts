import { describe, expect, test } from 'vitest'
import { boxHeight, placeOf, rowsInView, scrolled, type View, viewAt } from './window.ts'

const rowHeight = 26
const height = 260
const million = { count: 1_000_000, rowHeight }
const top: View = { scrollTop: 0, base: 0, height }

/** What a box does that is told where to be. */
const turn = (view: View, by: number, list = million) => {
  const most = boxHeight(list) - height
  return scrolled(view, Math.min(most, Math.max(0, view.scrollTop + by)), height, list)
}

describe('of a million rows', () => {
  test('those in view are drawn, and a few around them', () => {
    expect(rowsInView(top, million)).toEqual({ from: 0, to: 22 })
    expect(rowsInView(viewAt(rowHeight * 500_000, height, million), million)).toEqual({ from: 499_988, to: 500_022 })
    expect(rowsInView(viewAt(rowHeight * 999_999, height, million), million)).toEqual({ from: 999_978, to: 1_000_000 })
    expect(rowsInView({ ...top, scrollTop: 9_999 }, { count: 0, rowHeight })).toEqual({ from: 0, to: 0 })
  })

  test('the box is no taller than browsers draw, and a short list is as tall as its rows', () => {
    expect(boxHeight(million)).toBe(4_000_000)
    expect(boxHeight({ count: 1_000, rowHeight })).toBe(26_000)
  })

  test('a turn of the wheel moves them by as much, wherever in the list', () => {
    for (const place of [0, 5_000, 13_000_000, 25_990_000]) {
      let view = viewAt(place, height, million)
      for (let nth = 0; nth < 300; nth++) {
        const before = placeOf(view)
        view = turn(view, 100)
        expect(placeOf(view)).toBeCloseTo(Math.min(before + 100, 26_000_000 - height), 5)
      }
      for (let nth = 0; nth < 300; nth++) {
        const before = placeOf(view)
        view = turn(view, -100)
        expect(placeOf(view)).toBeCloseTo(Math.max(before - 100, 0), 5)
      }
    }
  })

  test('the scroll bar goes to the same part of the list, from its begin to its end', () => {
    for (const share of [0, 0.01, 0.25, 0.5, 1]) {
      const view = scrolled({ ...top, scrollTop: 3_000_000 }, share * (4_000_000 - height), height, million)
      expect(placeOf(view) / (26_000_000 - height)).toBeCloseTo(share, 5)
    }
    const end = scrolled(top, 4_000_000 - height, height, million)
    expect(rowsInView(end, million).to).toBe(1_000_000)
    expect(rowsInView(turn(end, 100), million).to).toBe(1_000_000)
  })

  test('the end is reached by the wheel from anywhere near it, and so is the begin', () => {
    let view = viewAt(26_000_000 - 40_000, height, million)
    for (let nth = 0; nth < 401; nth++) view = turn(view, 100)
    expect(rowsInView(view, million).to).toBe(1_000_000)
    view = viewAt(40_000, height, million)
    for (let nth = 0; nth < 401; nth++) view = turn(view, -100)
    expect(placeOf(view)).toBe(0)
    expect(turn(view, -100)).toEqual(view)
  })
})
