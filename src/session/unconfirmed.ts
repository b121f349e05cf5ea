import type { Commit } from '../event/commit.ts'
import type { DecodedCommit } from '../schema/decoded-commit.ts'
import type { AnyEventDef } from '../schema/events.ts'
import { decodeCommit, type Schema } from '../schema/schema.ts'
import type { SyncState } from '../sync/state.ts'

type Defs = { readonly [key: string]: AnyEventDef }

/** A commit of this client that is shown, and that the backend has not confirmed. */
export type Unconfirmed<Events extends Defs> = DecodedCommit<Events> & {
  /** Whether the log of this client has it: then a reload cannot lose it. */
  readonly persisted: boolean
}

/** Reads them off the order: the same list until it is another one, and the same object for a commit. */
export function createUnconfirmed(schema: Schema, order: () => SyncState): () => readonly Unconfirmed<Defs>[] {
  const known = {
    pending: new WeakMap<Commit, Unconfirmed<Defs>>(),
    persisted: new WeakMap<Commit, Unconfirmed<Defs>>(),
  }
  let from: SyncState | undefined
  let list: readonly Unconfirmed<Defs>[] = []

  const decode = (commit: Commit, persisted: boolean): Unconfirmed<Defs> => {
    const decodings = known[persisted ? 'persisted' : 'pending']
    const found = decodings.get(commit) ?? { ...decodeCommit(schema, commit), persisted }
    decodings.set(commit, found)
    return found
  }

  return () => {
    const sync = order()
    if (sync === from) return list
    from = sync
    const { accepted, pending } = sync
    const next = [...accepted.map((commit) => decode(commit, true)), ...pending.map((commit) => decode(commit, false))]
    if (next.length !== list.length || next.some((commit, at) => commit !== list[at])) list = next
    return list
  }
}
