import type { Locks } from '../../leader/ports.ts'
import type { Thread } from './scheduler.ts'

type Mode = 'exclusive' | 'shared'
type Request = {
  readonly name: string
  readonly mode: Mode
  readonly thread: Thread
  readonly grant: () => void
  held: boolean
}

/** The Web Locks of one origin: in order of request, freed by the death of their thread. */
export function createLockManager() {
  const requests: Request[] = []

  const mayHold = (request: Request) =>
    requests
      .slice(0, requests.indexOf(request))
      .every(({ name, mode }) => name !== request.name || (mode === 'shared' && request.mode === 'shared'))

  const grantNext = (name: string) => {
    for (const request of requests.filter((one) => one.name === name && !one.held)) {
      if (!mayHold(request)) return
      request.held = true
      request.thread.schedule(0.1, request.grant)
    }
  }

  const drop = (request: Request) => {
    const at = requests.indexOf(request)
    if (at >= 0) requests.splice(at, 1)
    grantNext(request.name)
  }

  return {
    /** The locks, as a thread sees them. */
    of(thread: Thread): Locks {
      return {
        request(name, { mode = 'exclusive', signal }, held) {
          return new Promise<void>((resolve, reject) => {
            if (signal?.aborted) return reject(signal.reason)
            const grant = () => {
              signal?.removeEventListener('abort', abort)
              const over = () => drop(request)
              // As in a browser, the lock is free once the callback's promise settles.
              Promise.resolve()
                .then(held)
                .finally(over)
                .then(() => resolve(), reject)
            }
            const request: Request = { name, mode, thread, grant, held: false }
            const abort = () => {
              if (request.held) return
              drop(request)
              reject(signal?.reason)
            }
            signal?.addEventListener('abort', abort, { once: true })
            requests.push(request)
            thread.onDeath(() => drop(request))
            grantNext(name)
          })
        },
      }
    },
    held: () => requests.filter(({ held }) => held).map(({ name }) => name),
    /** The thread that holds a lock. */
    holder: (name: string) => requests.find((one) => one.name === name && one.held)?.thread,
  }
}

export type LockManager = ReturnType<typeof createLockManager>
