import { useQuery } from './hooks.ts'
import { filterOf, shownFilter } from './queries.ts'
import { hashOf } from './route.ts'
import type { Filter } from './schema.ts'

const names: readonly (readonly [Filter, string])[] = [
  ['all', 'All'],
  ['active', 'Active'],
  ['completed', 'Completed'],
]

export function Filters() {
  const shown = filterOf(useQuery(shownFilter))
  return (
    <nav aria-label="Filter">
      <ul className="filters">
        {names.map(([filter, name]) => (
          <li key={filter}>
            <a
              href={hashOf[filter]}
              className={filter === shown ? 'selected' : undefined}
              aria-current={filter === shown ? 'page' : undefined}
            >
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
