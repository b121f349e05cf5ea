/** Time and timers of the page. */
export const env = {
  now: () => Date.now(),
  after(ms: number, call: () => void): () => void {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}
