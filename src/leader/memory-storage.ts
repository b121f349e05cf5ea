import type { Sqlite } from '../sqlite/port.ts'
import type { SqliteModule } from '../sqlite/wa-sqlite.ts'
import type { Archive, StorageProblem, StorageStatus } from '../trace.ts'
import { archiveName, mostArchives, newestFirst } from './archive.ts'
import { logFile, type Storage } from './storage-port.ts'

/** Databases that end with their thread. `problem` says why, where that is not what the app asked for. */
export function memoryStorage(sqlite: SqliteModule, problem?: StorageProblem): Storage {
  let kept: (Archive & { readonly bytes: Uint8Array })[] = []
  let log: Sqlite | undefined
  /** The log that is opened next. */
  let made: Sqlite | undefined

  return {
    get status(): StorageStatus {
      const archives = kept.map(({ name, at, reason }) => ({ name, at, reason }))
      return { kind: 'memory', ...(problem ? { problem } : {}), ...(archives.length > 0 ? { archives } : {}) }
    },
    open(file) {
      if (file !== logFile) return sqlite.open()
      log = made ?? sqlite.open()
      made = undefined
      return log
    },
    hasLog: () => log !== undefined,
    openMemory: () => sqlite.open(),
    delete: () => undefined,
    hasFormer: () => false,
    keepFormer: () => undefined,
    rescue: () => undefined,
    replaceLog(reason, at, make) {
      made = sqlite.open()
      make(made)
      if (!log) return
      const later = kept.reduce((latest, other) => Math.max(latest, other.at + 1), at) // two of one moment are two
      const archive = { name: archiveName({ at: later, reason }), at: later, reason, bytes: log.serialize() }
      kept = newestFirst([archive, ...kept]).slice(0, mostArchives)
      log.close()
      log = undefined
    },
    readArchive: (name) =>
      kept.filter((archive) => archive.name === name).map(({ bytes }) => ({ name: logFile, bytes })),
    deleteArchive(name) {
      kept = kept.filter((archive) => archive.name !== name)
    },
    isThere: async () => true,
    hasRoom: () => true,
    close: () => undefined,
  }
}
