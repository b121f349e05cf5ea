import { useSyncExternalStore } from 'react'
import type { Skipped, Store } from '../index.ts'
import { useGivenStore } from './useStore.ts'

/** `store.skipped()`, live: the confirmed commits of anyone that have no effect in this version of the app. */
export function useSkipped(options: { readonly store?: Store | undefined } = {}): readonly Skipped[] {
  const { status, skipped } = useGivenStore(options.store)
  return useSyncExternalStore(status.subscribe, skipped, nothing)
}

const none: readonly never[] = []
const nothing = () => none
