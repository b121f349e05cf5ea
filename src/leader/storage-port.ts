import { isToBeMigrated } from '../replica/event-log.ts'
import type { ArchiveFile } from '../replica/leader-api.ts'
import type { Sqlite } from '../sqlite/port.ts'
import type { Archive, StorageStatus } from '../trace.ts'

export const logFile = 'eventlog.db'
export const stateFile = 'state.db'
/** What the build before made, while this one makes the state. */
export const formerFile = 'former.db'

/** Where a leader keeps its two databases, and the logs that were put aside. */
export type Storage = {
  /** As it is now. */
  readonly status: StorageStatus
  open(file: typeof logFile | typeof stateFile | typeof formerFile): Sqlite
  /** Whether a log was ever begun. */
  hasLog(): boolean
  /** An empty database in memory. */
  openMemory(): Sqlite
  delete(file: typeof stateFile | typeof formerFile): void
  hasFormer(): boolean
  /** Gives the state's file the name of the former one, in the place of one that is there. */
  keepFormer(): void
  /** Ends what was interrupted while a log was replaced, and archives one which has lost its name. `at` is the time now. */
  rescue(at: number): void
  /**
   * Closes the log and puts it aside as it is, for one that `make` makes in an empty database: whoever opens the log next has one or
   * the other, also where this dies in between. The oldest archives may go.
   */
  replaceLog(reason: Archive['reason'], at: number, make: (db: Sqlite) => void): void
  /** The files of an archive; none where there is no such archive. */
  readArchive(name: string): ArchiveFile[]
  deleteArchive(name: string): void
  /** False once the browser has cleared the files: what is written is lost. */
  isThere(): Promise<boolean>
  /** Whether a file could grow by as many bytes. */
  hasRoom(bytes: number): boolean
  /** Lets go of all files. */
  close(): void
}

/** The same log, read where it is, and the state as a copy in memory: what can be done on a full disk. */
export function readingStorage(storage: Storage): Storage {
  let isDeleted = false
  /** What stands for a damaged log, which stays where it is. */
  let made: Sqlite | undefined
  return {
    ...storage,
    get status() {
      return storage.status
    },
    open: (file) => (file === logFile ? (made ?? logOf(storage)) : copyOf(storage, isDeleted)),
    delete(file) {
      if (file === stateFile) isDeleted = true
    },
    replaceLog(_reason, _at, make) {
      made = storage.openMemory()
      make(made)
    },
  }
}

/** One that would have to be written to is a copy in memory; where there is none, that is empty. */
function logOf(storage: Storage): Sqlite {
  if (!storage.hasLog()) return storage.openMemory()
  const log = storage.open(logFile)
  if (!isToBeMigrated(log)) return log
  try {
    return inMemory(storage, log)
  } finally {
    log.close()
  }
}

function copyOf(storage: Storage, isDeleted: boolean): Sqlite {
  if (isDeleted || !storage.hasLog()) return storage.openMemory()
  const state = storage.open(stateFile)
  try {
    return inMemory(storage, state)
  } finally {
    state.close()
  }
}

function inMemory(storage: Storage, db: Sqlite): Sqlite {
  const copy = storage.openMemory()
  const bytes = db.serialize()
  if (bytes.length > 0) copy.deserialize(bytes)
  return copy
}
