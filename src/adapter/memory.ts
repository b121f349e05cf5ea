import { startLeader } from '../leader/leader.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openStores } from '../leader/open.ts'
import type { Adapter, AdapterOptions, Attachment } from '../session/adapter.ts'
import { loadSqlite, type SqliteModule } from '../sqlite/wa-sqlite.ts'

/** Everything in memory, the leader in this thread: for tests, for Node, and where nothing may be stored. */
export function makeInMemoryAdapter(): Adapter {
  return async (options) => attach(options, await loadSqlite())
}

function attach({ schema, storeId, env, traces, upstream }: AdapterOptions, sqlite: SqliteModule): Attachment {
  const storage = memoryStorage(sqlite)
  const stores = openStores({ storage, schema, env, traces })
  const leader = startLeader({
    storeId,
    schema,
    log: stores.log,
    state: stores.state,
    storage,
    env,
    traces,
    upstream,
    onFailed: (error) => console.error('headwater: the leader stopped', error),
  })
  return {
    openMemory: () => sqlite.open(),
    onLeader(take) {
      take(leader.connect())
      return () => undefined
    },
    async close() {
      leader.close()
      stores.close()
    },
  }
}
