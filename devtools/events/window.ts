/**
 * The part of a long list that is drawn, and where. Pure.
 *
 * Browsers draw nothing that is taller than some millions of pixels, so a longer list is a shorter box whose content slides:
 *
 * ```
 *   place in the list = scrollTop of the box + base
 * ```
 *
 * A turn of the wheel leaves the base as it is, so that rows move by as much as was turned. The scroll bar, moved far, goes to
 * the same part of the list as of the box.
 */
export type View = { readonly scrollTop: number; readonly base: number; readonly height: number }

/** Firefox draws 17 million pixels, Chromium 33 million. */
const tallest = 4_000_000
/** So many rows beyond each edge are drawn, too. */
const spare = 12
/** A step of less than so many heights of the view is one of the wheel or of a key. */
const near = 4
/** So many pixels are left to turn the wheel, before the box is put elsewhere under the same rows. */
const room = 10_000

type List = { readonly count: number; readonly rowHeight: number }

export const boxHeight = ({ count, rowHeight }: List) => Math.min(count * rowHeight, tallest)

/** The place in the list that is at the view's upper edge, pixels. */
export const placeOf = ({ scrollTop, base }: View) => scrollTop + base

/** The view with `place` at its upper edge. Its scroll bar says how far that is, and leaves room to turn on by wheel. */
export function viewAt(place: number, height: number, list: List): View {
  const [box, whole] = [boxHeight(list), list.count * list.rowHeight]
  const most = Math.max(0, whole - height)
  const at = Math.min(Math.max(0, place), most)
  if (whole === box) return { scrollTop: at, base: 0, height }
  const fair = Math.round((at / most) * (box - height))
  const scrollTop = Math.min(Math.max(fair, Math.min(at, room)), box - height - Math.min(most - at, room))
  return { scrollTop, base: at - scrollTop, height }
}

/** The view after the box was scrolled. Where its `scrollTop` is another than it was given, the box is to be put there. */
export function scrolled(view: View, scrollTop: number, height: number, list: List): View {
  const [box, whole] = [boxHeight(list), list.count * list.rowHeight]
  if (whole === box) return { scrollTop, base: 0, height }
  const isFar = Math.abs(scrollTop - view.scrollTop) > near * height
  if (isFar) return viewAt((scrollTop / (box - height)) * (whole - height), height, list)
  const place = scrollTop + view.base
  const rest = whole - height - place
  const fair = viewAt(place, height, list)
  const isCramped = scrollTop < Math.min(place, room / 2) || box - height - scrollTop < Math.min(rest, room / 2)
  const isBeyond = place < 0 || rest < 0
  const isUnfair = Math.abs(fair.scrollTop - scrollTop) > box / 8
  return isCramped || isBeyond || isUnfair ? fair : { scrollTop, base: view.base, height }
}

/** Which rows are in view, and a few around them. */
export function rowsInView(view: View, { count, rowHeight }: List) {
  const top = placeOf(view)
  const from = Math.max(0, Math.floor(top / rowHeight) - spare)
  const to = Math.min(count, Math.ceil((top + view.height) / rowHeight) + spare)
  return { from: Math.min(from, to), to }
}
