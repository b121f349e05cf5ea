import type { Schema, Store } from '../index.ts'
import { type StoreOf, useGivenStore } from './useStore.ts'

/**
 * The store's `commit`, the same function at every render: `commit(...events)` applies them at once and gives a receipt.
 *
 * It knows the events' types from `{ store }`, or by `useCommit<typeof schema>()`.
 */
export function useCommit<Events extends Schema['events']>(options: {
  readonly store: Store<Events>
}): Store<Events>['commit']
// biome-ignore lint/suspicious/noExplicitAny: without a schema, a store of any events
export function useCommit<Of extends Schema = any>(options?: { readonly store?: undefined }): StoreOf<Of>['commit']
export function useCommit(options: { readonly store?: Store | undefined } = {}): Store['commit'] {
  return useGivenStore(options.store).commit
}
