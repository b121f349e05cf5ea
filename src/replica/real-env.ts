import type { Env } from './env.ts'

/** The real world: browsers, their workers, and Node. */
export function realEnv(): Env {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    randomId,
    random: () => Math.random(),
    after(ms, call) {
      const timer = setTimeout(call, ms)
      return () => clearTimeout(timer)
    },
    defer: typeof setImmediate === 'function' ? (call) => void setImmediate(call) : deferByMessage(),
  }
}

/** Random bytes cost the same by the thousand as by the dozen. */
const pool = new Uint8Array(2_048)
let unused = 0

function randomId(size: number): string {
  if (size > unused) {
    crypto.getRandomValues(pool)
    unused = pool.length
  }
  unused -= size
  // Of 64 letters, each as likely as any other.
  const letters = btoa(String.fromCharCode(...pool.subarray(unused, unused + size))).slice(0, size)
  return letters.replaceAll('+', '-').replaceAll('/', '_')
}

/** A message to oneself: unlike `setTimeout(0)` it is not clamped to 4 ms, and it queues behind messages that already came. */
function deferByMessage(): Env['defer'] {
  const calls: (() => void)[] = []
  let channel: MessageChannel | undefined
  return (call) => {
    calls.push(call)
    if (!channel) {
      channel = new MessageChannel()
      channel.port1.onmessage = () => calls.shift()?.()
    }
    channel.port2.postMessage(null)
  }
}
