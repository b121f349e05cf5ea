/** The little of ports, workers and Web Locks that tabs, leaders and the broker use: the browser's, or a simulation's. */

export type Port = {
  postMessage(message: unknown, transfer?: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
  start?(): void
  close(): void
}

export type Locks = {
  request(
    name: string,
    options: { readonly mode?: 'exclusive' | 'shared'; readonly signal?: AbortSignal },
    held: () => Promise<void> | undefined,
  ): Promise<void>
}

/** Hears messages, and the port that came with one, if any. */
export function listen<Message>(port: Port, hear: (message: Message, port: Port | undefined) => void) {
  port.addEventListener('message', ({ data, ports }) => hear(data, ports[0]))
  port.start?.()
}

/** Resolves once the lock is held; gives the way to let go. */
export function hold(locks: Locks, name: string): Promise<() => void> {
  return new Promise((held, refused) => {
    locks.request(name, {}, () => new Promise<void>((release) => held(release))).catch(refused)
  })
}

/** Resolves once nobody holds the lock any more. */
export function freed(locks: Locks, name: string): Promise<void> {
  return locks.request(name, { mode: 'shared' }, () => undefined)
}

/** The browser's locks. */
export const webLocks: Locks = {
  request: (name, options, held) => navigator.locks.request(name, options, held) as Promise<void>,
}
