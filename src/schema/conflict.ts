/** What an app can say about a commit that no longer applies. */
import type { DecodedCommit } from './decoded-commit.ts'
import type { AnyEventDef, InputOf } from './events.ts'
import type { Query } from './query.ts'

type Defs = { readonly [key: string]: AnyEventDef }

export type ConflictDecision<Events extends Defs> =
  /** Out of the order, since it cannot stand there, and kept in `store.parked`. So is a commit of which nothing is said. */
  | { readonly action: 'keep'; readonly reason?: string | undefined }
  /** Out of the order, and nobody needs to hear of it: it is not among `store.parked`. */
  | { readonly action: 'drop'; readonly reason?: string | undefined }
  /** These events, as a new commit in the place of the old one. Parked, if they do not apply there either. */
  | { readonly action: 'replace'; readonly events: readonly InputOf<Events>[]; readonly reason?: string | undefined }

/**
 * Decides about a commit of this client that its materializer refuses: what `upstream` brought is now before it.
 *
 * Asked in the leader, once for a commit and a rebase, for all tabs; it must be synchronous. `query` reads the state as it is
 * without the commit. `error` is what the materializer threw.
 */
export type OnConflict<Events extends Defs> = (
  commit: DecodedCommit<Events> & { readonly error: Error },
  upstream: readonly DecodedCommit<Events>[],
  query: <Row>(query: Query<Row>) => Row[],
) => ConflictDecision<Events> | undefined
