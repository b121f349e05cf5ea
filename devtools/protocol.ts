/**
 * What panels and tabs of one origin say to each other, over a channel that is named after the store. A tab says nothing
 * unless a panel somewhere watches; a panel that is gone is noticed by its silence.
 */
import type { Bead, Order, Told } from '../src/replica/inspection.ts'

export type {
  Bead,
  Order,
  QueryRuns,
  Stretch,
  Told,
  ToldCause,
  ToldRebase,
  ToldRows,
} from '../src/replica/inspection.ts'

export const channelName = (storeId: string) => `headwater-devtools:1:${storeId}`

/** A panel says this often, in milliseconds, that it watches; who has not heard it for the second time stops telling. */
export const watchEvery = 1_000
export const watchEnds = 3_500

export type OnChannel =
  | { readonly type: 'watching'; readonly sessionId: string }
  /** A tab that tells from now on. */
  | { readonly type: 'tab'; readonly sessionId: string; readonly label: string; readonly order: Order }
  | { readonly type: 'told'; readonly sessionId: string; readonly told: readonly Told[] }
  | { readonly type: 'gone'; readonly sessionId: string }
  /** To one tab: a panel wants it to stand still. */
  | { readonly type: 'freeze'; readonly sessionId: string; readonly ms: number }

/** What a leader has when it begins to tell. */
export type LeaderState = {
  readonly leaderId: string
  readonly order: Order
  readonly recent: readonly Bead[]
  readonly sessions: readonly string[]
}
