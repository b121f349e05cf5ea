/** The world, as far as replicas need it. One value supplies the real one, another the simulated one. */
export type Env = {
  /** Milliseconds since 1970. */
  now(): number
  /** Milliseconds from any fixed point, with fractions: for durations. */
  elapsed(): number
  /** An id that nobody else has: `size` characters of A-Z a-z 0-9 _ -. */
  randomId(size: number): string
  /** A number from 0 up to, not including, 1. */
  random(): number
  /** Calls back after `ms`; gives the way to cancel it. */
  after(ms: number, call: () => void): () => void
  /** Calls back once what is already queued (messages above all) had its turn. */
  defer(call: () => void): void
}
