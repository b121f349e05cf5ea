import { useSyncExternalStore } from 'react'
import { useShallow } from 'zustand/react/shallow'
import type { Schema, Store, Unconfirmed } from '../index.ts'
import type { Settled } from './useQuery.ts'
import { useGivenStore } from './useStore.ts'

/**
 * The commits of this client that are shown and that the backend has not confirmed, oldest first: for what is to look
 * unfinished. With a selector the component renders only when what it selects is another value, or a list of others.
 *
 * ```ts
 * const isSaving = usePending((commits) => commits.some(({ events }) => events.some(({ args }) => args.id === id)))
 * ```
 */
// biome-ignore lint/suspicious/noExplicitAny: without a schema, commits of any events
export function usePending<Of extends Schema = any, Selected = readonly Unconfirmed<Of['events']>[]>(
  select: (commits: readonly Unconfirmed<Of['events']>[]) => Selected = whole as never,
  options: { readonly store?: Store | undefined } = {},
): Settled<Selected> {
  const { unconfirmed } = useGivenStore(options.store)
  const selected = useShallow(select)
  return useSyncExternalStore<Selected>(
    unconfirmed.subscribe,
    () => selected(unconfirmed.get()),
    () => selected(none),
  )
}

const none: readonly never[] = []
const whole = (commits: unknown) => commits
