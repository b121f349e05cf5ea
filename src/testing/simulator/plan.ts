import { createRandom, type Random } from './random.ts'

/** What happens in a history, as data: so that a history can be told, and shortened. Times are milliseconds. */
export type Step = { readonly at: number } & (
  | { readonly type: 'open'; readonly client: number }
  | { readonly type: 'close' | 'crash' | 'reload'; readonly client: number; readonly tab: number }
  | { readonly type: 'commit'; readonly client: number; readonly tab: number; readonly events: readonly PlannedEvent[] }
  | { readonly type: 'freeze'; readonly client: number; readonly tab: number; readonly ms: number }
  | { readonly type: 'offline'; readonly client: number; readonly tab: number; readonly ms: number }
  | { readonly type: 'partition'; readonly client: number; readonly ms: number }
  | { readonly type: 'drop'; readonly client: number }
  | { readonly type: 'kill worker'; readonly client: number }
  | { readonly type: 'die at write'; readonly client: number; readonly write: number }
  | { readonly type: 'restart backend'; readonly ms: number }
)

/** An event by name and two small choices; the workload makes the args of them. */
export type PlannedEvent = { readonly name: string; readonly row: number; readonly value: number }

export type Profile = {
  readonly clients: number
  /** Tabs that each client opens with, and keeps about. */
  readonly tabs: number
  readonly commits: number
  readonly faults: number
  /** How long the history goes on before faults stop, milliseconds. */
  readonly length: number
  readonly names: readonly string[]
  readonly rows: number
}

export const defaultProfile: Omit<Profile, 'names'> = {
  clients: 3,
  tabs: 2,
  commits: 200,
  faults: 30,
  length: 8_000,
  rows: 12,
}

/** The history of a seed, and how far each client is from the backend, milliseconds one way. */
export function planOf(seed: number, profile: Profile): { steps: Step[]; latencies: number[] } {
  const random = createRandom(seed)
  const { clients, tabs, commits, faults, length } = profile
  const time = () => 50 + random.below(length)
  const opens = Array.from({ length: clients * tabs }, (_, index) => open(index % clients, random.below(40)))
  const writes = Array.from({ length: commits }, (): Step => commit(random, profile, time()))
  const broken = Array.from({ length: faults }, () => fault(random, profile, time()))
  // One client in a while is far away, while the others commit fast.
  const latencies = Array.from({ length: clients }, () =>
    random.chance(0.15) ? 150 + random.below(200) : 1 + random.below(20),
  )
  return { steps: [...opens, ...writes, ...broken.flat()].toSorted((a, b) => a.at - b.at), latencies }
}

function open(client: number, at: number): Step {
  return { type: 'open', at, client }
}

function commit(random: Random, { clients, names, rows }: Profile, at: number): Step {
  const events = Array.from({ length: random.chance(0.2) ? 2 + random.below(3) : 1 }, () => ({
    name: random.pick(names),
    row: random.below(rows),
    value: random.below(1_000),
  }))
  return { type: 'commit', at, client: random.below(clients), tab: random.below(8), events }
}

/** Faults with what makes up for them: a tab that goes is followed by one that comes. */
function fault(random: Random, { clients }: Profile, at: number): Step[] {
  const client = random.below(clients)
  const tab = random.below(8)
  const ms = 20 + random.below(1_500)
  const another: Step = { type: 'open', at: at + random.below(300), client }
  switch (random.below(10)) {
    case 0:
      return [{ type: 'close', at, client, tab }, another]
    case 1:
      return [{ type: 'crash', at, client, tab }, another]
    case 2:
      return [{ type: 'reload', at, client, tab }]
    case 3:
      return [{ type: 'freeze', at, client, tab, ms }]
    case 4:
      return [{ type: 'offline', at, client, tab, ms }]
    case 5:
      return [{ type: 'partition', at, client, ms }]
    case 6:
      return [{ type: 'drop', at, client }]
    case 7:
      return [{ type: 'kill worker', at, client }]
    case 8:
      return [
        { type: 'die at write', at, client, write: 1 + random.below(12) },
        { type: 'reload', at: at + 200, client, tab: 0 },
      ]
    default:
      return [{ type: 'restart backend', at, ms: random.below(800) }]
  }
}

/** One step in words. */
export function tell(step: Step): string {
  const { at, type, ...rest } = step
  const details = Object.entries(rest).map(([key, value]) =>
    key === 'events'
      ? (value as readonly PlannedEvent[]).map(({ name, row, value }) => `${name}(${row}, ${value})`).join(' ')
      : `${key} ${value}`,
  )
  return `${String(at).padStart(6)} ms  ${type}  ${details.join(', ')}`
}
