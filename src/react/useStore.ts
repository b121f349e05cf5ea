// biome-ignore-all lint/correctness/useHookAtTopLevel: what is mounted below a provider stays below one, see `useAround`

import { useContext, useState, useSyncExternalStore } from 'react'
import type { Schema, Store, StoreOptions } from '../index.ts'
import { type Around, AroundContext } from './around.ts'
import { type Boot, createRegistry, inDevelopment, isEdited } from './registry.ts'
import { refuseCommitsInRender } from './rendering.ts'

/** The store of an app with this schema: `StoreOf<typeof schema>`. */
export type StoreOf<Of extends Schema> = Store<Of['events']>

export const registry = createRegistry()

refuseCommitsInRender()

/**
 * Boots a store and suspends until it is here; what the boot throws goes to the error boundary, whose reset boots anew.
 *
 * Components that name the same `storeId` share the store. It is shut down a second after the last of them is gone.
 * The options are those of the first: the members (schema, adapter, …) must be the same things at every mount.
 * On a server nothing boots: the nearest `<Suspense>` renders its fallback there.
 */
export function useStore<Events extends Schema['events']>(options: StoreOptions<Events>): Store<Events>
/** The store of the nearest `<StoreProvider>`, or else the only one that there is. Its type: `useStore<typeof schema>()`. */
// biome-ignore lint/suspicious/noExplicitAny: without a schema, a store of any events
export function useStore<Of extends Schema = any>(): StoreOf<Of>
export function useStore(options?: StoreOptions): Store {
  const around = useContext(AroundContext)
  return useBootedStore(options, options ? undefined : around?.store)
}

/** For hooks that take `{ store }`. */
export function useGivenStore(given: Store | undefined): Store {
  return useAround(given).store
}

/** The given store in the place of the one around. */
export function useAround(given: Store | undefined): Around {
  'use no memo'
  const around = useContext(AroundContext)
  // A component cannot come to be below a provider, or cease to be: so its hooks are the same ones at every render.
  if (around) return given ? { ...around, store: given } : around
  return { store: useBootedStore(undefined, given), seed: undefined }
}

/** `given`, or what the registry has for the options or without any. */
function useBootedStore(options: StoreOptions | undefined, given: Store | undefined): Store {
  'use no memo' // Whether a boot still holds is asked at every render: React Compiler would keep the first answer.
  const onServer = useSyncExternalStore(idle, isFalse, isTrue)
  if (onServer && !given)
    throw new Error('headwater: stores boot in the browser; a server renders the Suspense fallback')

  const find = () => (given ? undefined : options ? registry.open(options) : registry.only())
  const [held, setHeld] = useState(find)
  const boot = given || isStill(held, options) ? held : find()
  if (boot !== held) setHeld(boot)

  const state = useSyncExternalStore(boot?.hold ?? idle, boot?.state ?? nothing, nothing)
  if (given) return given
  switch (state?.name) {
    case 'booted':
      return state.store
    case 'booting':
      throw state.settled
    case 'failed':
      throw state.error
    default:
      throw new Error('unreachable: a closed store is not found')
  }
}

/** A mounted component keeps its store, also when a hot reload made other options, unless the schema was edited. */
function isStill(boot: Boot | undefined, options: StoreOptions | undefined): boolean {
  if (!boot || boot.state().name === 'closed') return false
  if (inDevelopment && options && isEdited(boot.options, options)) return false
  return !options || options.storeId === boot.options.storeId
}

const idle = () => () => undefined
const nothing = () => undefined
const isFalse = () => false
const isTrue = () => true
