import type { SqliteModule } from '../sqlite/wa-sqlite.ts'
import type { StorageProblem } from '../trace.ts'
import type { Storage } from './open.ts'

/** Databases that end with their thread. `problem` says why, where that is not what the app asked for. */
export function memoryStorage(sqlite: SqliteModule, problem?: StorageProblem): Storage {
  return {
    status: problem === undefined ? { kind: 'memory' } : { kind: 'memory', problem },
    open: () => sqlite.open(),
    delete: () => undefined,
    close: () => undefined,
  }
}
