import { events, schema } from '../../replica/testing.ts'
import type { PlannedEvent } from './plan.ts'
import type { Workload } from './workload.ts'

const row = ({ row }: PlannedEvent) => `row${row}`
const text = ({ value }: PlannedEvent) => (value % 40 === 0 ? 'refuse me' : `text${value}`)

const make = {
  'v1.Created': (planned: PlannedEvent) => events.created({ id: row(planned), text: text(planned) }),
  'v1.Renamed': (planned: PlannedEvent) => events.renamed({ id: row(planned), text: text(planned) }),
  'v1.Removed': (planned: PlannedEvent) => events.removed({ id: row(planned) }),
  'v1.Required': (planned: PlannedEvent) => events.required({ id: row(planned) }),
  'v1.Drafted': (planned: PlannedEvent) => events.drafted({ id: row(planned), text: text(planned) }),
  'v1.Typed': (planned: PlannedEvent) => events.typed({ text: text(planned) }),
}

/** Few rows that everybody changes: synced, client-only and mixed commits, some that read, some that throw on some bases, some refused. */
export const defaultWorkload: Workload = {
  schema,
  names: [
    'v1.Created',
    'v1.Created',
    'v1.Renamed',
    'v1.Renamed',
    'v1.Removed',
    'v1.Required',
    'v1.Drafted',
    'v1.Typed',
  ],
  make: (planned) => make[planned.name as keyof typeof make](planned),
  refuse: (commit) => (JSON.stringify(commit).includes('refuse me') ? 'it says so' : undefined),
}
