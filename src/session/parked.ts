import type { LeaderStatus, ParkedCommit } from '../replica/leader-api.ts'
import type { DecodedCommit } from '../schema/decoded-commit.ts'
import type { AnyEventDef } from '../schema/events.ts'
import { decodeCommit, type Schema } from '../schema/schema.ts'
import type { Questions } from './questions.ts'
import type { Receipt } from './receipts.ts'

type Defs = { readonly [key: string]: AnyEventDef }

/** A commit of this client that is out of the order, and kept: the backend rejected it, or it did not apply. */
export type Parked<Events extends Defs> = DecodedCommit<Events> & Pick<ParkedCommit, 'outcome' | 'reason'>

/** The commits of this client, of all its tabs, that were rejected by the backend or did not apply any more; oldest first. */
export type ParkedCommits<Events extends Defs> = {
  /** Asks the leader. */
  list(): Promise<readonly Parked<Events>[]>
  /** The list as it was last told; undefined until somebody subscribed and the leader answered. */
  get(): readonly Parked<Events>[] | undefined
  /** Calls back whenever the list is another one, whichever tab changed it. Returns the way to stop. */
  subscribe(listener: () => void): () => void
  /**
   * Commits the same events again, as a new commit at the head, which takes the parked one's place in this list only if it is
   * parked as well. Rejects as `commit` throws, and the commit stays parked.
   */
  retry(commitId: string): Promise<Receipt>
  /** Forgets the commit and its content. */
  discard(...commitIds: string[]): Promise<void>
  /** The commits as JSON text, with their args as they are in the log. */
  export(): Promise<string>
}

type Options = {
  readonly schema: Schema
  readonly questions: Questions
  readonly commit: (parked: Parked<Defs>) => Receipt
}

export function createParked({ schema, questions, commit }: Options) {
  const listeners = new Set<() => void>()
  let known: readonly Parked<Defs>[] | undefined
  /** What the last answer, or the one that is waited for, is an answer to. */
  let asked: string | undefined
  let told = ''

  const ask = () => questions.ask((leader) => leader.parked())

  const list = async () =>
    (await ask()).map(({ commit, outcome, reason }) => ({ ...decodeCommit(schema, commit), outcome, reason }))

  /** Nobody waits for what nobody looks at. */
  const refresh = async () => {
    if (listeners.size === 0 || asked === told) return
    const question = told
    asked = question
    const answer = await list().catch(() => undefined) // the session ended, or the storage failed: `store.status` tells
    if (asked !== question) return
    if (!answer) asked = undefined
    else known = answer
    for (const listener of listeners) listener()
  }

  const find = async (commitId: string) => {
    const found = (await list()).find((parked) => parked.commitId === commitId)
    if (!found) throw new Error(`commit ${commitId} is not parked`)
    return found
  }

  const commits: ParkedCommits<Defs> = {
    list,
    get: () => known,
    subscribe(listener) {
      listeners.add(listener)
      void refresh()
      return () => listeners.delete(listener)
    },
    retry: async (commitId) => commit(await find(commitId)),
    discard: (...commitIds) => questions.ask((leader) => leader.discard(commitIds)),
    export: async () => JSON.stringify({ format: 'headwater.parked.v1', commits: await ask() }, null, 2),
  }

  return {
    commits,
    /** The leader told its status. */
    learn({ leaderId, parked }: LeaderStatus, epoch: string) {
      told = `${epoch} ${leaderId} ${parked.revision}`
      void refresh()
    },
  }
}
