import { useCallback, useMemo } from 'react'
import { type ClientDocuments, documentQuery, type Store, setDocument, share } from '../index.ts'
import { useQuery } from './useQuery.ts'
import { useGivenStore } from './useStore.ts'

/** Takes a value, or a function of the one that is there. */
export type SetDocument<Value> = (next: Value | ((before: Value) => Value)) => void

/**
 * `useState`, kept: the value survives a reload, and is the same in all tabs of this browser. It never leaves the browser.
 * `initial` is what it is before it was set. Setting it to an equal value does nothing.
 */
export function useClientDocument<Value>(
  table: ClientDocuments<Value>,
  id: string,
  initial: NoInfer<Value>,
  options: { readonly store?: Store | undefined } = {},
): [value: Value, set: SetDocument<Value>] {
  const store = useGivenStore(options.store)
  const query = useMemo(() => documentQuery(table, id), [table, id])
  const stored = useQuery(query, { first: true, store })
  const set = useCallback<SetDocument<Value>>(
    (next) => {
      const [row] = store.query(query)
      const before = row ? row.value : initial
      const after = typeof next === 'function' ? (next as (before: Value) => Value)(before) : next
      if (share(before, after) !== before) store.commit(setDocument(table, id, after))
    },
    [store, table, id, query, initial],
  )
  return [stored ? stored.value : initial, set]
}
