import type { Inspectable } from '../leader/inspector.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openLeader } from '../leader/resettable.ts'
import type { Adapter, AdapterOptions, Attachment } from '../session/adapter.ts'
import { loadSqlite, type SqliteModule } from '../sqlite/wa-sqlite.ts'

export type InMemoryAdapterOptions = {
  /** `inspectable` of `headwater/worker`, where devtools may ask the leader. */
  readonly devtools?: Inspectable | undefined
}

/** Everything in memory, the leader in this thread: for tests, for Node, and where nothing may be stored. */
export function makeInMemoryAdapter({ devtools }: InMemoryAdapterOptions = {}): Adapter {
  return async (options) => attach({ ...options, devtools }, await loadSqlite())
}

function attach(options: AdapterOptions & InMemoryAdapterOptions, sqlite: SqliteModule): Attachment {
  const leader = openLeader({
    ...options,
    storage: memoryStorage(sqlite),
    onFailed: (error) => console.error('headwater: the leader stopped', error),
  })
  return {
    openMemory: () => sqlite.open(),
    onLeader(take) {
      take(leader.connect())
      return () => undefined
    },
    hosts: () => true,
    close: async () => leader.close(),
  }
}
