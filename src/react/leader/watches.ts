import type { Query, QueryCache, QueryClient, QueryKey } from '@tanstack/react-query'
import type { Store } from '../../index.ts'

type Watch = { readonly store: Store; readonly ended: AbortController }

/** What a query of the cache has read and is told of, by page. */
const watches = new WeakMap<object, Map<string, Watch>>()
const heard = new WeakSet<QueryCache>()

/** Whether the leader will say when what the cache holds for this query is out of date. */
// biome-ignore lint/suspicious/noExplicitAny: of any data
export function isWatched(query: Query<any, any, any, any>, store: Store): boolean {
  const pages = watches.get(query)
  return pages !== undefined && pages.size > 0 && [...pages.values()].every((watch) => watch.store === store)
}

/**
 * Watches a page of a query. Once it is read, `keep` puts this in the place of what was watched there before; the signal ends
 * it when the page is read again, or the query is no longer in the cache.
 */
export function watchPage(client: QueryClient, queryKey: QueryKey, page: string, store: Store) {
  const cache = client.getQueryCache()
  const watch = { store, ended: new AbortController() }
  let isOver = false
  return {
    signal: watch.ended.signal,
    keep() {
      const query = cache.find({ queryKey, exact: true })
      if (isOver || !query) return watch.ended.abort()
      hearOfRemoved(cache)
      const pages = watches.get(query) ?? new Map<string, Watch>()
      watches.set(query, pages)
      pages.get(page)?.ended.abort()
      pages.set(page, watch)
    },
    onInvalidated() {
      isOver = true
      const query = cache.find({ queryKey, exact: true })
      const pages = query && watches.get(query)
      if (pages?.get(page) === watch) pages.delete(page)
      // What is being read now would count as up to date when it comes, and is not.
      const settled = Promise.resolve(query?.state.fetchStatus === 'fetching' ? query.promise : undefined)
      const invalidate = () => client.invalidateQueries({ queryKey, exact: true })
      void settled.then(invalidate, invalidate)
    },
  }
}

/** Once for a cache, for as long as it lasts. */
function hearOfRemoved(cache: QueryCache) {
  if (heard.has(cache)) return
  heard.add(cache)
  cache.subscribe(({ type, query }) => {
    if (type !== 'removed') return
    for (const { ended } of watches.get(query)?.values() ?? []) ended.abort()
    watches.delete(query)
  })
}
