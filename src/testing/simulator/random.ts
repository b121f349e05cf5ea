/** A stream of random numbers that its seed decides. */
export type Random = {
  /** From 0 up to, not including, 1. */
  number(): number
  /** An integer from 0 up to, not including, `below`. */
  below(below: number): number
  chance(probability: number): boolean
  pick<T>(from: readonly T[]): T
  /** Another stream, which what is drawn from this one later does not change. */
  fork(): Random
  /** The stream of this name: always the same, whatever was drawn from this one. */
  named(name: string): Random
}

const two32 = 2 ** 32

/** Mulberry32 (Tommy Ettinger, public domain): small, fast, and good enough to choose faults. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return (mixed ^ (mixed >>> 14)) >>> 0
  }
  const random: Random = {
    number: () => next() / two32,
    below: (below) => Math.floor((next() / two32) * below),
    chance: (probability) => next() / two32 < probability,
    pick: (from) => from[Math.floor((next() / two32) * from.length)]!,
    fork: () => createRandom(next()),
    named: (name) => createRandom(seed ^ hash(name)),
  }
  return random
}

/** FNV-1a (Fowler, Noll and Vo, public domain). */
function hash(text: string): number {
  let hashed = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hashed = Math.imul(hashed ^ text.charCodeAt(at), 0x01000193)
  return hashed
}
