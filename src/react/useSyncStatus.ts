import { useStore as useZustandStore } from 'zustand/react'
import { useShallow } from 'zustand/react/shallow'
import type { Store, SyncStatus } from '../index.ts'
import type { Settled } from './useQuery.ts'
import { useGivenStore } from './useStore.ts'

/**
 * How far each tier is. With a selector the component renders only when what it selects is another value, or an object
 * with another member.
 */
export function useSyncStatus<Selected = SyncStatus>(
  selector: (status: SyncStatus) => Selected = whole as (status: SyncStatus) => never,
  options: { readonly store?: Store | undefined } = {},
): Settled<Selected> {
  return useZustandStore(useGivenStore(options.store).status, useShallow(selector))
}

const whole = (status: SyncStatus) => status
