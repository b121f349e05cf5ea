import { type OpfsPool, openOpfsPool } from '../sqlite/opfs.ts'
import { isQuota } from '../sqlite/opfs-files.ts'
import type { Sqlite } from '../sqlite/port.ts'
import type { SqliteModule } from '../sqlite/wa-sqlite.ts'
import type { Archive, StorageStatus } from '../trace.ts'
import { archiveName, mostArchives, newestFirst, parseArchive } from './archive.ts'
import { memoryStorage } from './memory-storage.ts'
import { formerFile, logFile, type Storage, stateFile } from './storage-port.ts'
import { storageToCome } from './storage-to-come.ts'

/** The storage of a store in a dedicated worker: OPFS or, where there is none (private windows), memory, which says so. */
export async function openStorage(
  sqlite: Promise<SqliteModule>,
  storeId: string,
  onBusy?: () => void,
): Promise<Storage> {
  sqlite.catch(() => undefined) // told by whoever comes to need it
  if (!(await hasOpfs())) return memoryStorage(await sqlite, missing)
  return openOpfsStorage(sqlite, () =>
    openOpfsPool(sqlite, { directory: `headwater/${storeId}`, name: `headwater-${storeId}`, onBusy }),
  )
}

/** Opens the files of a store. Where a full disk refuses to have them at all, they are opened once they are asked for room. */
export async function openOpfsStorage(
  sqlite: SqliteModule | Promise<SqliteModule>,
  openPool: () => Promise<OpfsPool>,
): Promise<Storage> {
  const open = async () => opfsStorage(await openPool())
  try {
    return await open()
  } catch (error) {
    if (!isQuota(error)) throw error
    return storageToCome(await sqlite, error, open)
  }
}

const missing = { reason: 'missing', message: 'this browser keeps no files here (a private window, perhaps)' } as const

/** The log that is to be, until the one that there is has been put aside. */
const nextFile = 'next.db'

/** The two databases of a store in a pool of their own, and the logs that were put aside. */
export function opfsStorage(pool: OpfsPool): Storage {
  let log: Sqlite | undefined

  const archives = () => newestFirst(pool.files().flatMap((file) => parseArchive(file) ?? []))

  const freeName = (at: number, reason: Archive['reason']): string => {
    const name = archiveName({ at, reason })
    return pool.files().includes(name) ? freeName(at + 1, reason) : name
  }

  const dropOldest = () => {
    for (const { name } of archives().slice(mostArchives)) pool.delete(name)
  }

  /** It was made to its end where the log has been put aside; a log that has lost its name was not. */
  const endReplacing = (at: number) => {
    if (!pool.has(nextFile) || pool.has(logFile) || pool.nameless > 0) return pool.delete(nextFile)
    endArchiving(at)
    pool.rename(nextFile, logFile)
  }

  /** SQLite makes a database before its log, so a log without one is of the archive that was begun last. */
  const endArchiving = (at: number) => {
    if (pool.files().includes(logFile)) pool.rename(logFile, archives()[0]?.name ?? freeName(at, 'damaged'))
  }

  return {
    get status(): StorageStatus {
      const found = archives()
      return { kind: 'opfs', ...(found.length > 0 ? { archives: found } : {}) }
    },
    open(file) {
      // The log is the truth and is synced to the disk with every commit; the state can be made again.
      const db = pool.open(file, { synchronous: file === logFile ? 'full' : 'normal' })
      if (file === logFile) log = db
      return db
    },
    hasLog: () => !pool.isEmpty(logFile),
    openMemory: () => pool.openMemory(),
    delete: (file) => pool.delete(file),
    hasFormer: () => pool.has(formerFile),
    keepFormer() {
      pool.delete(formerFile)
      pool.rename(stateFile, formerFile)
    },
    rescue(at) {
      endReplacing(at)
      if (pool.has(logFile)) return
      pool.adopt((index) => freeName(at + index, 'damaged'))
      endArchiving(at)
      dropOldest()
    },
    replaceLog(reason, at, make) {
      pool.delete(nextFile)
      const next = pool.open(nextFile, { synchronous: 'full' })
      try {
        make(next)
        next.run('PRAGMA wal_checkpoint(TRUNCATE)') // what is beside it is of no use from now on
      } finally {
        next.close()
      }
      log?.close()
      pool.rename(logFile, freeName(at, reason))
      pool.rename(nextFile, logFile)
      dropOldest()
    },
    readArchive: (name) => [...pool.read(name)].map(([file, bytes]) => ({ name: file.replace(name, logFile), bytes })),
    deleteArchive(name) {
      if (parseArchive(name)) pool.delete(name)
    },
    isThere: () => pool.isThere(),
    hasRoom: (bytes) => pool.hasRoom(bytes),
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
