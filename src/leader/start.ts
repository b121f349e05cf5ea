/// <reference lib="webworker" />

import { realEnv } from '../replica/real-env.ts'
import type { SyncOptions } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import type { Tracer } from '../trace.ts'
import type { TabToHost } from './broker-protocol.ts'
import { createHost } from './host.ts'
import type { Inspectable } from './inspector.ts'
import { listen, type Port, webLocks } from './ports.ts'
import { openStorage } from './storage.ts'

export type StartLeaderOptions = {
  readonly schema: Schema
  /** Absent for an app without a backend. */
  readonly sync?: SyncOptions | undefined
  readonly onTrace?: Tracer | undefined
  /** `inspectable`, where devtools may ask the leader: `import.meta.env.DEV ? inspectable : undefined`, for instance. */
  readonly devtools?: Inspectable | undefined
}

/**
 * Makes this dedicated worker ready to lead the stores of its tab. It leads one only while it holds the store's Web Lock;
 * until then it stands by, warm, with SQLite loaded and nothing opened.
 */
export function startLeader({ schema, sync, onTrace, devtools }: StartLeaderOptions) {
  const tab = self as unknown as Port
  const compiled = Promise.withResolvers<WebAssembly.Module | undefined>()
  listen<TabToHost>(tab, (message) => {
    if (message.type === 'sqlite') compiled.resolve(message.module)
  })
  const load = async () => {
    const wasm = await compiled.promise
    return loadSqlite(wasm ? { wasm } : {})
  }
  void load().catch(() => undefined) // asked for again, and told of, when it is needed
  createHost({
    schema,
    upstream: sync?.backend,
    onBackendIdMismatch: sync?.onBackendIdMismatch,
    onTrace,
    devtools,
    env: realEnv(),
    onEvicted: () => self.close(), // its tab starts another
    locks: webLocks,
    tab,
    openChannel: (name) => new BroadcastChannel(name),
    openStorage: (storeId, onBusy) => openStorage(load(), storeId, onBusy),
  })
}
