/**
 * The engine of a sync backend, as a port: an append-only log of commits for each store. It knows nothing of sockets,
 * users or schemas, and its signature nothing of Node. Every implementation passes `src/testing/contracts/event-log.ts`.
 */
import type { Cursor, WireCommit } from '../sync/wire.ts'
import { type Entry, entryOf, type PageLimits } from './order.ts'

/** A commit as it is stored and sent: encoded once, the same text for the disk and for every subscriber. */
export type StoredCommit = Entry & {
  /** Of `text`, in UTF-8. */
  readonly bytes: number
  /** The `WireCommit` as JSON. */
  readonly text: string
}

export type OpenedStore = { readonly backendId: string; readonly head: Cursor }

export type Append = {
  /** Which history is meant; another one is refused. */
  readonly backendId: string
  readonly parent: number
  readonly commits: readonly StoredCommit[]
}

export type Appended =
  | { readonly type: 'appended'; readonly head: Cursor }
  | { readonly type: 'ahead'; readonly head: Cursor }
  | { readonly type: 'parent_unknown'; readonly head: Cursor }
  /** The store, or the push itself, has this commitId already. */
  | { readonly type: 'commit_conflict'; readonly commitId: string }
  | { readonly type: 'backend_mismatch'; readonly backendId: string }
  | { readonly type: 'no_store' }

export type Page = { readonly commits: readonly StoredCommit[]; readonly head: Cursor }

/**
 * A call that rejects could not be carried out, or nobody knows whether it was: read, then try again. `append` stores
 * all commits or none, and resolves only when they are as safe as the engine promises.
 */
export type EventLog = {
  /** The store, made with a new backendId if `create` says so; else null if there is none. */
  open(storeId: string, options: { readonly create: boolean }): Promise<OpenedStore | null>
  append(storeId: string, append: Append): Promise<Appended>
  /** Whole commits after event `after` (which must be the end of a commit), and the head at the time of reading. */
  read(storeId: string, range: PageLimits & { readonly after: number }): Promise<Page>
  /** The commit whose last event is `seq`; null if none ends there. */
  commitAt(storeId: string, seq: number): Promise<string | null>
  /** Tells of new heads, whoever moved them; a hint may be late, doubled or lost. Returns its undo. */
  watch(hint: (storeId: string, head: Cursor) => void): () => void
  health(): Promise<{ readonly ok: boolean; readonly detail: string }>
  close(): Promise<void>
}

const utf8 = new TextEncoder()

export function storedCommit(commit: WireCommit): StoredCommit {
  const text = JSON.stringify(commit)
  return { ...entryOf(commit), bytes: utf8.encode(text).length, text }
}
