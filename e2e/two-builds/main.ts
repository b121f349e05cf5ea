import { createStorePromise, makeWebAdapter, type Store, select } from 'headwater'
import { events, notes, schema } from './schema.ts'

/** The store of one build, as the address names it, or why it did not open. */
export type Build = { readonly store: Store; rows(): readonly unknown[]; readonly events: typeof events } | Error

declare global {
  interface Window {
    build: Promise<Build>
  }
}

window.build = createStorePromise({
  schema,
  storeId: new URLSearchParams(location.search).get('store')!,
  adapter: makeWebAdapter({
    worker: () =>
      new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module', name: location.search.slice(1) }),
  }),
}).then(
  (store) => ({ store, events, rows: () => store.query(select().from(notes).orderBy(notes.id)) }),
  (error: Error) => error,
)
