/** Tells when an authorization is about to end and when it has ended. */
export type Expiry = {
  /** Replaces what was set before; undefined never ends. */
  set(expiresAt: number | undefined): void
  stop(): void
}

export type ExpiryOptions = {
  readonly warnMs: number
  onExpiring(inMs: number): void
  onExpired(): void
}

const longestTimer = 2 ** 31 - 1 // a longer one fires at once

export function createExpiry({ warnMs, onExpiring, onExpired }: ExpiryOptions): Expiry {
  let timer: NodeJS.Timeout | undefined

  const at = (time: number, act: () => void) => {
    const wait = time - Date.now()
    timer = setTimeout(() => (wait > longestTimer ? at(time, act) : act()), Math.min(Math.max(wait, 0), longestTimer))
  }

  return {
    set(expiresAt) {
      clearTimeout(timer)
      if (expiresAt === undefined) return
      at(expiresAt - warnMs, () => {
        onExpiring(Math.max(0, Math.floor(expiresAt - Date.now())))
        at(expiresAt, onExpired)
      })
    },
    stop: () => clearTimeout(timer),
  }
}
