import { createContext } from 'react'
import type { Seed, Store } from '../index.ts'

/** What a `<StoreProvider>` gives. */
export type Around = {
  readonly store: Store
  /** What queries show on a server, and while its page is hydrated. */
  readonly seed: Seed | undefined
}

/** One, and one provider: React asks each component for every context that it reads when it renders another one beside it. */
export const AroundContext = createContext<Around | undefined>(undefined)
