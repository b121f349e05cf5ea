import type { ConfirmedEvent, Schema, Store, StoreOptions, Unconfirmed } from '../index.ts'
import { StoreProvider } from './StoreProvider.tsx'
import { useBootStatus } from './useBootStatus.ts'
import { useClientDocument } from './useClientDocument.ts'
import { useCommit } from './useCommit.ts'
import { type UseEventsOptions, useEvents } from './useEvents.ts'
import { useInfiniteQuery } from './useInfiniteQuery.ts'
import { type UseParked, useParked } from './useParked.ts'
import { usePending } from './usePending.ts'
import { type Settled, useQuery } from './useQuery.ts'
import { useReceipt } from './useReceipt.ts'
import { useSkipped } from './useSkipped.ts'
import { useStore } from './useStore.ts'
import { useSyncStatus } from './useSyncStatus.ts'

const hooks = {
  StoreProvider,
  useBootStatus,
  useClientDocument,
  useCommit,
  useEvents,
  useInfiniteQuery,
  useParked,
  usePending,
  useQuery,
  useReceipt,
  useSkipped,
  useStore,
  useSyncStatus,
}

type Defs = Schema['events']

/** Those of whose types the events are a part. */
type OfEvents<Events extends Defs> = {
  /** Boots the store of these options, or finds the one around. */
  useStore(options?: StoreOptions<Events>): Store<Events>
  useCommit(options?: Around<Events>): Store<Events>['commit']
  useParked(options?: Around<Events>): UseParked<Schema<Events>>
  usePending<Selected = readonly Unconfirmed<Events>[]>(
    select?: (commits: readonly Unconfirmed<Events>[]) => Selected,
    options?: Around<Events>,
  ): Settled<Selected>
  useEvents<Name extends ConfirmedEvent<Events>['name'] = ConfirmedEvent<Events>['name']>(
    name: string,
    handle: (event: Extract<ConfirmedEvent<Events>, { readonly name: Name }>) => unknown,
    options?: UseEventsOptions<readonly Name[]>,
  ): void
}

type Around<Events extends Defs> = { readonly store?: Store<Events> | undefined }

export type Hooks<Events extends Defs> = Omit<typeof hooks, keyof OfEvents<Events>> & OfEvents<Events>

/**
 * The hooks of this package, knowing the events of a schema. They are the same functions: what is gained are their types.
 *
 * ```ts
 * export const { useStore, useCommit, useQuery, useParked } = createHooks(schema)
 * ```
 */
export function createHooks<Events extends Defs>(_schema: Schema<Events>): Hooks<Events> {
  return hooks as unknown as Hooks<Events>
}
