import { filterOf, shownFilter } from './queries.ts'
import { events, type Filter } from './schema.ts'
import type { TodoStore } from './store.ts'

export const hashOf: Record<Filter, string> = { all: '#/', active: '#/active', completed: '#/completed' }

/**
 * Keeps the address and the stored filter the same: a route that is followed becomes an event, and an event of another
 * tab becomes the route. Neither happens where they agree already, so there is no loop.
 */
export function keepRouteInStep(store: TodoStore): () => void {
  const stored = () => filterOf(store.query(shownFilter))
  const followRoute = () => {
    const filter = filterOfHash(location.hash)
    if (filter && filter !== stored()) store.commit(events.filterSet({ filter }))
  }
  const followStore = () => {
    if (filterOfHash(location.hash) !== stored()) history.replaceState(null, '', hashOf[stored()])
  }
  followRoute()
  const unsubscribe = store.subscribe(shownFilter, followStore)
  addEventListener('hashchange', followRoute)
  return () => {
    removeEventListener('hashchange', followRoute)
    unsubscribe()
  }
}

/** Undefined for an address that names no route: then the stored filter decides. */
function filterOfHash(hash: string): Filter | undefined {
  switch (hash.replace(/^#!?/, '')) {
    case '/':
      return 'all'
    case '/active':
      return 'active'
    case '/completed':
      return 'completed'
    default:
      return undefined
  }
}
