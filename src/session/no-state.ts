/** What takes the place of a tab's state in a session that keeps none: the leader's is asked instead. */
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { Followed, State } from '../replica/state.ts'
import type { LiveQueries } from './live-query.ts'

function refuse(): never {
  throw new Error(
    'this store keeps no copy of its tables in the tab: ask its leader, with useLeaderQuery of headwater/react/leader, or with queryLeader',
  )
}

const nothing: Followed = { rolledBack: 0, applied: 0, failed: [], skipped: [], touched: [] }

/** Any commit applies: whether it really does, the leader says. */
export const noState: State = {
  base: EventSequenceNumber.root,
  unfolded: 0,
  commit: () => [],
  follow: () => nothing,
  fold: () => undefined,
  foldIfCheap: () => undefined,
  skipped: () => [],
  query: refuse,
  snapshot: refuse,
  close: () => undefined,
}

export const noQueries: LiveQueries = {
  live: refuse,
  explain: refuse,
  touch: () => undefined,
  touchAll: () => undefined,
  close: () => undefined,
}
