/** A wait that was doubled so many times, in milliseconds: `first`, and at most `most`. */
export function doubled({ first, most }: { readonly first: number; readonly most: number }, times: number): number {
  return Math.min(first * 2 ** times, most)
}
