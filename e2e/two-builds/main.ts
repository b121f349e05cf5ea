import { createStorePromise, makeWebAdapter, type Store, select } from 'headwater'
import { events, notes, schema } from './schema.ts'

/** A store of one build, or why it did not open. */
export type Build = { readonly store: Store; rows(): readonly unknown[]; readonly events: typeof events } | Error

declare global {
  interface Window {
    /** Each store once. */
    openBuild(storeId: string): Promise<Build>
    /** The store that the address names. */
    build: Promise<Build>
  }
}

const adapter = makeWebAdapter({
  worker: () =>
    new Worker(new URL('./leader.worker.ts', import.meta.url), { type: 'module', name: location.search.slice(1) }),
})

const open = (storeId: string): Promise<Build> =>
  createStorePromise({ schema, storeId, adapter }).then(
    (store) => ({ store, events, rows: () => store.query(select().from(notes).orderBy(notes.id)) }),
    (error: Error) => error,
  )

const opened = new Map<string, Promise<Build>>()
window.openBuild = (storeId) => {
  const build = opened.get(storeId) ?? open(storeId)
  opened.set(storeId, build)
  return build
}

window.build = window.openBuild(new URLSearchParams(location.search).get('store')!)
