/**
 * The shortest list that still fails, as far as leaving parts out finds it (delta debugging, Zeller and Hildebrandt 2002):
 * halves first, then smaller parts. `fails` is asked at most `tries` times.
 */
export async function shrink<T>(
  list: readonly T[],
  fails: (shorter: readonly T[]) => Promise<boolean>,
  tries = 150,
): Promise<readonly T[]> {
  let shortest = list
  let left = tries
  for (let parts = 2; parts <= shortest.length * 2 && left > 0; ) {
    const size = Math.max(1, Math.ceil(shortest.length / parts))
    let found = false
    for (let start = 0; start < shortest.length && left > 0; start += size) {
      const shorter = [...shortest.slice(0, start), ...shortest.slice(start + size)]
      left--
      if (!(await fails(shorter))) continue
      shortest = shorter
      found = true
      break
    }
    if (found) parts = Math.max(2, parts - 1)
    else if (size === 1) break
    else parts *= 2
  }
  return shortest
}
