import type { LogFilter } from '../../src/replica/inspection.ts'

export type Filters = {
  readonly name: string
  readonly args: string
  readonly client: string
  readonly session: string
  readonly state: '' | NonNullable<LogFilter['state']>
}

export const noFilters: Filters = { name: '', args: '', client: '', session: '', state: '' }

export const states: readonly { readonly state: Filters['state']; readonly words: string }[] = [
  { state: '', words: 'any state' },
  { state: 'persisted', words: '◐ persisted' },
  { state: 'confirmed', words: '● confirmed' },
  { state: 'client-only', words: '◆ client-only' },
]

/** What the leader is asked for; undefined where nothing is filtered. */
export function filterOf(filters: Filters): LogFilter | undefined {
  const given = Object.entries(filters)
    .map(([key, value]) => [key, value.trim()] as const)
    .filter(([, value]) => value !== '')
  return given.length > 0 ? (Object.fromEntries(given) as LogFilter) : undefined
}
