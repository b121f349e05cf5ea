import { doubled } from '../replica/doubled.ts'
import type { Env } from '../replica/env.ts'

/** Milliseconds until it is looked for room again: doubled each time, up to the second. */
const lookAfter = { first: 1_000, most: 30_000 }
/** Room that lasted this long, milliseconds, was good: after it the waits are short again. */
const goodAfter = 60_000
/** One push of a session needs about so much, in bytes. */
const enough = 1024 * 1024

/** Waits for room on a full disk. It is woken by its timer alone, and by who asks it to look at once. */
export function createRoom(env: Env, hasRoom: (bytes: number) => boolean, onRoom: () => void) {
  let waits = 0
  let cancel: (() => void) | undefined
  let isAwaited = false

  const look = () => {
    if (!hasRoom(enough)) return wait()
    isAwaited = false
    cancel = env.after(goodAfter, () => {
      waits = 0
    })
    onRoom()
  }

  const wait = () => {
    cancel?.()
    isAwaited = true
    cancel = env.after(doubled(lookAfter, waits), look)
    waits += 1
  }

  return {
    wait,
    get isAwaited() {
      return isAwaited
    },
    lookNow() {
      if (!isAwaited || !hasRoom(enough)) return
      cancel?.()
      look()
    },
    close: () => cancel?.(),
  }
}
