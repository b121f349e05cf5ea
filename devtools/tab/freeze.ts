/** No tab stands still for longer, milliseconds. */
const longest = 15_000

/** Nothing in this tab runs for so long, as in one that the browser or a breakpoint holds. */
export function freeze(ms: number) {
  const until = performance.now() + Math.min(ms, longest)
  while (performance.now() < until) {}
}
