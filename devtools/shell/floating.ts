/** Where a floating panel stands in its window. Pure. */

export type Rect = { readonly left: number; readonly top: number; readonly width: number; readonly height: number }
export type Size = Pick<Rect, 'width' | 'height'>

/** Which edges are moved: -1 is the left or upper one, 1 the right or lower one. */
export type Edges = { readonly x: Edge; readonly y: Edge }
type Edge = -1 | 0 | 1

export const smallestFloating: Size = { width: 360, height: 200 }

/** So much of the window stays free around it. */
const margin = 8

/** In the lower right corner, since no window goes as far as this. */
export const firstPlace: Rect = { left: 1e5, top: 1e5, width: 760, height: 420 }

/** As large as it is to be, as far as the window lets it, and wholly in it. */
export function within({ left, top, width, height }: Rect, room: Size): Rect {
  const across = spanWithin({ from: left, size: width }, smallestFloating.width, room.width)
  const down = spanWithin({ from: top, size: height }, smallestFloating.height, room.height)
  return rectOf(across, down)
}

export function moved(rect: Rect, x: number, y: number, room: Size): Rect {
  return within({ ...rect, left: rect.left + x, top: rect.top + y }, room)
}

/** The other edges stay where they are. */
export function resized({ left, top, width, height }: Rect, { x, y }: Edges, by: Point, room: Size): Rect {
  const across = spanResized({ from: left, size: width }, x, by.x, smallestFloating.width, room.width)
  const down = spanResized({ from: top, size: height }, y, by.y, smallestFloating.height, room.height)
  return rectOf(across, down)
}

type Point = { readonly x: number; readonly y: number }
type Span = { readonly from: number; readonly size: number }

const rectOf = (across: Span, down: Span): Rect => ({
  left: across.from,
  top: down.from,
  width: across.size,
  height: down.size,
})

function spanWithin({ from, size }: Span, least: number, room: number): Span {
  const fits = between(size, least, room - 2 * margin)
  return { from: between(from, margin, room - margin - fits), size: fits }
}

function spanResized(span: Span, edge: Edge, by: number, least: number, room: number): Span {
  const { from, size } = span
  if (edge === 0) return span
  if (edge === 1) return { from, size: between(size + by, least, room - margin - from) }
  const fits = between(size - by, least, from + size - margin)
  return { from: from + size - fits, size: fits }
}

/** What is at most `most`, even where that is less than the least. */
const between = (value: number, least: number, most: number) => Math.round(Math.min(Math.max(value, least), most))
