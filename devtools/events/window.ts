/** So many rows beyond each edge are drawn, too. */
const spare = 12

/** Which of `count` rows are in view, and a few around them. */
export function rowsInView(view: { readonly top: number; readonly height: number }, rowHeight: number, count: number) {
  const from = Math.max(0, Math.floor(view.top / rowHeight) - spare)
  const to = Math.min(count, Math.ceil((view.top + view.height) / rowHeight) + spare)
  return { from: Math.min(from, to), to }
}
