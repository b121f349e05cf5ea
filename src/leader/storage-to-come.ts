import type { SqliteModule } from '../sqlite/wa-sqlite.ts'
import type { Storage } from './storage-port.ts'

/**
 * The storage of a store that has no files, on a disk that has no room for them: `refusal` is what the disk said. Whenever it is
 * asked for room it tries again to `open` the files, and has them from then on.
 */
export function storageToCome(sqlite: SqliteModule, refusal: unknown, open: () => Promise<Storage>): Storage {
  let storage: Storage | undefined
  let isOpening = false
  let isClosed = false

  const opened = (): Storage => {
    if (!storage) throw refusal
    return storage
  }

  const tryToOpen = async () => {
    if (isOpening) return
    isOpening = true
    try {
      const found = await open()
      if (isClosed) found.close()
      else storage = found
    } catch (error) {
      refusal = error
    }
    isOpening = false
  }

  return {
    get status() {
      return storage?.status ?? { kind: 'opfs' }
    },
    open: (file) => opened().open(file),
    hasLog: () => storage?.hasLog() ?? false,
    openMemory: () => sqlite.open(),
    delete: (file) => storage?.delete(file),
    hasFormer: () => storage?.hasFormer() ?? false,
    keepFormer: () => opened().keepFormer(),
    rescue: (at) => storage?.rescue(at),
    replaceLog: (reason, at, make) => opened().replaceLog(reason, at, make),
    readArchive: (name) => storage?.readArchive(name) ?? [],
    deleteArchive: (name) => storage?.deleteArchive(name),
    isThere: async () => storage?.isThere() ?? true,
    hasRoom(bytes) {
      if (storage) return storage.hasRoom(bytes)
      void tryToOpen()
      return false
    },
    close() {
      isClosed = true
      storage?.close()
    },
  }
}
