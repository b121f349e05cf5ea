import type { ArchiveFile } from '../replica/leader-api.ts'
import type { Questions } from './questions.ts'

/** What can be done about where a store is kept. How it is with it is told by `store.status`. */
export type StoreStorage = {
  /**
   * Asks the browser to keep what this origin stores until the user deletes it; without that it may clear all of it when room
   * gets short. Resolves with the answer. Some browsers ask the user, so call it when they understand why: after a sign-in, say.
   */
  persist(): Promise<boolean>
  /** What this origin uses and may use, in bytes, as far as the browser tells. */
  estimate(): Promise<StorageEstimate>
  /** The SQLite files of one of `status.storage.archives`: `eventlog.db` and, where it has one, its `eventlog.db-wal`. */
  exportArchive(name: string): Promise<readonly ArchiveFile[]>
  deleteArchive(name: string): Promise<void>
}

export type StorageEstimate = {
  readonly usage: number | undefined
  readonly quota: number | undefined
  /** Whether `persist` was granted. */
  readonly persistent: boolean
}

/** Of the browser's `navigator.storage`; there is none in Node. */
type Manager = Pick<StorageManager, 'persist' | 'persisted' | 'estimate'>

export function createStoreStorage(questions: Questions, manager = browserStorage()): StoreStorage {
  return {
    persist: async () => (await manager?.persist()) ?? false,
    async estimate() {
      const [{ usage, quota } = {}, persistent = false] = await Promise.all([manager?.estimate(), manager?.persisted()])
      return { usage, quota, persistent }
    },
    async exportArchive(name) {
      const files = await questions.ask((leader) => leader.readArchive(name))
      if (files.length === 0) throw new Error(`there is no archive ${name}`)
      return files
    },
    deleteArchive: (name) => questions.ask((leader) => leader.deleteArchive(name)),
  }
}

/** Not there where the page is not secure. */
function browserStorage(): Manager | undefined {
  return typeof navigator === 'undefined' ? undefined : (navigator.storage as Manager | undefined)
}
