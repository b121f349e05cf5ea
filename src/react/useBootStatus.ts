import { useSyncExternalStore } from 'react'
import type { BootStatus } from '../index.ts'
import { registry } from './useStore.ts'

/**
 * How far the opening of a store is, for what `<Suspense>` shows meanwhile; undefined before anybody has asked for it.
 * Without a `storeId` it is that of the store which was asked for last.
 */
export function useBootStatus(storeId?: string): BootStatus | undefined {
  return useSyncExternalStore(registry.onBoot, () => registry.bootStatus(storeId), nothing)
}

const nothing = () => undefined
