import { useSyncExternalStore } from 'react'
import type { Parked, Schema, Store } from '../index.ts'
import { type StoreOf, useGivenStore } from './useStore.ts'

type CommitsOf<Of extends Schema> = readonly Parked<Of['events']>[]

/** The commits of this client that are out of the order and kept, and what can be done about them. */
export type UseParked<Of extends Schema> = Pick<StoreOf<Of>['parked'], 'retry' | 'discard' | 'export'> & {
  /** Oldest first; empty while the leader is asked for the first time. */
  readonly commits: CommitsOf<Of>
}

/** `store.parked`, live in every tab: the component renders whenever the list changes, whoever changed it. */
// biome-ignore lint/suspicious/noExplicitAny: without a schema, a store of any events
export function useParked<Of extends Schema = any>(
  options: { readonly store?: Store | undefined } = {},
): UseParked<Of> {
  const { parked } = useGivenStore(options.store) as StoreOf<Of>
  const commits = useSyncExternalStore(parked.subscribe, parked.get, nothing) ?? (none as CommitsOf<Of>)
  const { retry, discard, export: exportAll } = parked
  return { commits, retry, discard, export: exportAll }
}

const none: readonly never[] = []
const nothing = () => undefined
