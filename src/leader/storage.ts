import { type OpfsPool, openOpfsPool } from '../sqlite/opfs.ts'
import type { SqliteModule } from '../sqlite/wa-sqlite.ts'
import { memoryStorage } from './memory-storage.ts'
import type { Storage } from './open.ts'

/** The storage of a store in a dedicated worker: OPFS or, where there is none (private windows), memory, which says so. */
export async function openStorage(sqlite: SqliteModule, storeId: string): Promise<Storage> {
  if (!(await hasOpfs())) return memoryStorage(sqlite, missing)
  return opfsStorage(await openOpfsPool(sqlite, { directory: `headwater/${storeId}`, name: `headwater-${storeId}` }))
}

const missing = { reason: 'missing', message: 'this browser keeps no files here (a private window, perhaps)' } as const

/** The two databases of a store in a pool of their own. */
export function opfsStorage(pool: OpfsPool): Storage {
  return {
    status: { kind: 'opfs' },
    // The log is the truth and is synced to the disk with every commit; the state can be made again.
    open: (file) => pool.open(file, { synchronous: file === 'eventlog.db' ? 'full' : 'normal' }),
    delete: (file) => pool.delete(file),
    close: () => pool.close(),
  }
}

async function hasOpfs(): Promise<boolean> {
  if (typeof FileSystemFileHandle === 'undefined' || !('createSyncAccessHandle' in FileSystemFileHandle.prototype))
    return false
  return navigator.storage.getDirectory().then(
    () => true,
    () => false, // Safari's and Firefox's private windows refuse it
  )
}
