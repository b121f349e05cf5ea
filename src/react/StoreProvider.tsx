import type { ReactNode } from 'react'
import type { Store, StoreOptions } from '../index.ts'
import { StoreContext, useStore } from './useStore.ts'

export type StoreProviderProps = { readonly children?: ReactNode } & (
  | { readonly options: StoreOptions; readonly store?: undefined }
  | { readonly store: Store; readonly options?: undefined }
)

/** Gives the hooks below their store: one that it boots from `options`, as `useStore` does, or one that the app opened. */
export function StoreProvider({ options, store, children }: StoreProviderProps) {
  return options ? (
    <BootingProvider options={options}>{children}</BootingProvider>
  ) : (
    <StoreContext.Provider value={store}>{children}</StoreContext.Provider>
  )
}

function BootingProvider({ options, children }: { readonly options: StoreOptions; readonly children: ReactNode }) {
  return <StoreContext.Provider value={useStore(options)}>{children}</StoreContext.Provider>
}
