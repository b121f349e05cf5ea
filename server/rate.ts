/** A token bucket: `burst` at once, `perSecond` on average. */
export type Bucket = {
  /** Takes `cost`, if it can; else says in how many milliseconds it could. 0 means taken. */
  take(cost: number, now: number): number
}

export function createBucket(perSecond: number, burst: number): Bucket {
  let tokens = burst
  let at = Number.NEGATIVE_INFINITY
  return {
    take(cost, now) {
      tokens = Math.min(burst, tokens + Math.max(0, now - at) * (perSecond / 1_000))
      at = now
      const needed = Math.min(cost, burst) // one that is larger than the bucket takes all of it
      if (tokens < needed) return Math.ceil(((needed - tokens) / perSecond) * 1_000)
      tokens -= needed
      return 0
    },
  }
}
