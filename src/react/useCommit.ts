import type { Store } from '../index.ts'
import { type AnySchema, type EventsOf, useGivenStore } from './useStore.ts'

/**
 * The store's `commit`, the same function at every render: `commit(...events)` applies them at once and gives a receipt.
 *
 * It knows the events' types from `{ store }`, or by `useCommit<typeof schema>()`.
 */
export function useCommit<Events extends AnySchema['events']>(options: {
  readonly store: Store<Events>
}): Store<Events>['commit']
export function useCommit<Of extends AnySchema = AnySchema>(options?: {
  readonly store?: undefined
}): Store<EventsOf<Of>>['commit']
export function useCommit(options: { readonly store?: Store | undefined } = {}): Store['commit'] {
  return useGivenStore(options.store).commit
}
