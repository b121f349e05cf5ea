import { memoryStorage } from '../leader/memory-storage.ts'
import { openLeader } from '../leader/resettable.ts'
import type { Adapter, AdapterOptions, Attachment } from '../session/adapter.ts'
import { loadSqlite, type SqliteModule } from '../sqlite/wa-sqlite.ts'

/** Everything in memory, the leader in this thread: for tests, for Node, and where nothing may be stored. */
export function makeInMemoryAdapter(): Adapter {
  return async (options) => attach(options, await loadSqlite())
}

function attach(options: AdapterOptions, sqlite: SqliteModule): Attachment {
  const leader = openLeader({
    ...options,
    storage: memoryStorage(sqlite),
    devtools: true, // what it would tell is in this thread anyway
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
