import { brokerName, type TabToHost } from '../leader/broker-protocol.ts'
import { type Locks, type Port, webLocks } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import { realEnv } from '../replica/real-env.ts'
import type { Unsaved } from '../session/adapter.ts'
import type { SqliteModule } from '../sqlite/wa-sqlite.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { compiled } from '../sqlite/wasm.ts'

/** What a tab has around it. */
export type TabWorld = {
  readonly env: Env
  readonly locks: Locks
  /** A port to the one broker of this origin, started if it does not run. */
  openBroker(): Port
  /** A channel to all tabs and workers of this origin that open the same name. */
  openChannel(name: string): Port
  /** The two ends of a channel. */
  channel(): [Port, Port]
  /** Calls back when the page goes; `persisted` if it may come back as it was. */
  onHide(call: (persisted: boolean) => void): () => void
  /** Calls back when the page comes back as it was. */
  onReturn(call: () => void): () => void
  /** Warns who leaves the page while something would be lost. */
  guardUnload?(unsaved: Unsaved): () => void
  loadSqlite(): Promise<SqliteModule>
}

/** A worker's end in its tab. `close` terminates it. */
export type WorkerPort = Port & {
  onError(call: (message: string) => void): void
}

export const browserTab: TabWorld = {
  env: realEnv(),
  locks: webLocks,
  openBroker() {
    // In one expression: that is how bundlers know it for a worker.
    return new SharedWorker(new URL('../leader/broker.worker.ts', import.meta.url), {
      type: 'module',
      name: brokerName,
    }).port
  },
  openChannel: (name) => new BroadcastChannel(name),
  channel() {
    const { port1, port2 } = new MessageChannel()
    return [port1, port2]
  },
  onHide: (call) => onPage('pagehide', ({ persisted }) => call(persisted)),
  onReturn: (call) =>
    onPage('pageshow', ({ persisted }) => {
      if (persisted) call()
    }),
  loadSqlite: () => loadSqlite(),
}

function onPage(type: 'pagehide' | 'pageshow', listener: (event: PageTransitionEvent) => void): () => void {
  window.addEventListener(type, listener)
  return () => window.removeEventListener(type, listener)
}

export function workerPort(worker: Worker): WorkerPort {
  // Compiled here, once, for both.
  void compiled()
    .catch(() => undefined)
    .then((module) => worker.postMessage({ type: 'sqlite', module } satisfies TabToHost))
  return {
    postMessage: (message, transfer) => worker.postMessage(message, transfer ?? []),
    addEventListener: (type, listener) => worker.addEventListener(type, listener),
    close: () => worker.terminate(),
    onError(call) {
      worker.onerror = ({ message }) => call(message || 'see the network and console panels')
    },
  }
}
