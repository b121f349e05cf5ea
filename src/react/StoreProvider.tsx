import { type ReactNode, useMemo } from 'react'
import type { Seed, Store, StoreOptions } from '../index.ts'
import { AroundContext } from './around.ts'
import { useStore } from './useStore.ts'

export type StoreProviderProps = {
  readonly children?: ReactNode
  /** What queries show on a server, and while its page is hydrated; without it they are empty there. */
  readonly seed?: Seed | undefined
} & (
  | { readonly options: StoreOptions; readonly store?: undefined }
  | { readonly store: Store; readonly options?: undefined }
)

/** Gives the hooks below their store: one that it boots from `options`, as `useStore` does, or one that the app opened. */
export function StoreProvider({ options, store, seed, children }: StoreProviderProps) {
  const around = useMemo(() => store && { store, seed }, [store, seed])
  if (options) return <Booting {...{ options, seed, children }} />
  return <AroundContext.Provider value={around}>{children}</AroundContext.Provider>
}

function Booting({ options, ...rest }: Extract<StoreProviderProps, { readonly options: StoreOptions }>) {
  return <StoreProvider {...rest} store={useStore(options)} />
}
