import type { Column } from './tuples.ts'

/**
 * A state from which steps can go on for ever, if there is one. The steps of state n lead to `targets`, from `offsets[n]` up
 * to `offsets[n + 1]`. States that nothing leads to any more are taken away, until none is left or all are in a ring.
 */
export function findEndless(offsets: Column, targets: Column): number | undefined {
  const count = offsets.length - 1
  const incoming = new Int32Array(count)
  for (let edge = 0; edge < targets.length; edge++) incoming[targets.at(edge)]! += 1
  const free: number[] = []
  for (let state = 0; state < count; state++) if (incoming[state] === 0) free.push(state)
  let taken = 0
  while (free.length > 0) {
    const state = free.pop()!
    taken += 1
    for (let edge = offsets.at(state); edge < offsets.at(state + 1); edge++) {
      const target = targets.at(edge)
      incoming[target]! -= 1
      if (incoming[target] === 0) free.push(target)
    }
  }
  if (taken === count) return undefined
  return incoming.findIndex((edges) => edges > 0)
}
