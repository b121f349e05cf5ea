import type { ReactNode } from 'react'
import type { Seed, Store, StoreOptions } from '../index.ts'
import { SeedContext } from './seed-context.ts'
import { StoreContext, useStore } from './useStore.ts'

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
  const seeded = <SeedContext.Provider value={seed}>{children}</SeedContext.Provider>
  return options ? (
    <BootingProvider options={options}>{seeded}</BootingProvider>
  ) : (
    <StoreContext.Provider value={store}>{seeded}</StoreContext.Provider>
  )
}

function BootingProvider({ options, children }: { readonly options: StoreOptions; readonly children: ReactNode }) {
  return <StoreContext.Provider value={useStore(options)}>{children}</StoreContext.Provider>
}
