import { useQuery, useQueryClient } from '@tanstack/react-query'
import type { FaultSettings } from '../../src/replica/inspection.ts'
import type { Source } from '../source.ts'

/** Another panel may have broken something, milliseconds. */
const askEvery = 2_000

/** What the leader breaks on purpose, and how to change that. */
export function useFaults(source: Source) {
  const client = useQueryClient()
  const queryKey = ['faults', source.storeId]
  const isLive = source.kind !== 'recording'
  const { data, error } = useQuery({
    queryKey,
    queryFn: () => source.ask({ type: 'faults' }),
    refetchInterval: askEvery,
    enabled: isLive,
  })
  const ask = async (question: { readonly set: Partial<FaultSettings> } | { readonly end: true }) =>
    client.setQueryData(queryKey, await source.ask({ type: 'faults', ...question }))
  return { state: data, error, set: (set: Partial<FaultSettings>) => ask({ set }), end: () => ask({ end: true }) }
}
