import { makeWebAdapter, type Store, type StoreOptions, type Trace } from 'headwater'
import { backendUrl, isTraced, storeId } from './address.ts'
import { type events, schema } from './schema.ts'

export type TodoStore = Store<typeof events>

declare global {
  interface Window {
    /** With `?trace` in the address: everything that the store told so far. */
    headwaterTraces?: Trace[]
  }
}

if (isTraced) window.headwaterTraces = []

export const storeOptions: StoreOptions<typeof events> = {
  schema,
  storeId,
  adapter: makeWebAdapter({
    worker: () => new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module', name: backendUrl }),
  }),
  onTrace: window.headwaterTraces && ((trace) => window.headwaterTraces?.push(trace)),
}
