import type { Env } from '../src/replica/env.ts'

/** Tells when an authorization is about to end and when it has ended. */
export type Expiry = {
  /**
   * Replaces what was set before; undefined never ends. Whoever was told once has nothing better if the new end is near
   * too, so the next time waits for half of what is left.
   */
  set(expiresAt: number | undefined): void
  stop(): void
}

export type ExpiryOptions = {
  readonly env: Env
  readonly warnMs: number
  onExpiring(inMs: number): void
  onExpired(): void
}

const longestTimer = 2 ** 31 - 1 // a longer one fires at once

export function createExpiry({ env, warnMs, onExpiring, onExpired }: ExpiryOptions): Expiry {
  let cancel = () => {}
  let wasTold = false

  const at = (time: number, act: () => void) => {
    const wait = time - env.now()
    cancel = env.after(Math.min(Math.max(wait, 0), longestTimer), () => (wait > longestTimer ? at(time, act) : act()))
  }

  return {
    set(expiresAt) {
      cancel()
      if (expiresAt === undefined) return
      const pause = wasTold ? (expiresAt - env.now()) / 2 : 0
      at(Math.max(expiresAt - warnMs, env.now() + pause), () => {
        wasTold = true
        at(expiresAt, onExpired) // first, for a socket that fails when it is told stops it
        onExpiring(Math.max(0, Math.floor(expiresAt - env.now())))
      })
    },
    stop: () => cancel(),
  }
}
