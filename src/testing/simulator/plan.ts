import { defaultWeights, type FaultWeights, pickFault } from './faults.ts'
import { createRandom, type Random } from './random.ts'
import type { Plan, PlannedEvent, Step } from './step.ts'

export type Profile = {
  readonly clients: number
  /** Tabs that each client opens with, and keeps about. */
  readonly tabs: number
  readonly commits: number
  readonly faults: number
  readonly weights: FaultWeights
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
  weights: defaultWeights,
  length: 8_000,
  rows: 12,
}

/**
 * The history of a seed. In a few, one client is far away while the others commit fast: its own connection and the backend are
 * spared faults there, so that nothing but the distance keeps it from being heard.
 */
export function planOf(seed: number, profile: Profile): Plan {
  const random = createRandom(seed)
  const { clients, tabs, commits, length } = profile
  const far = clients > 1 && random.chance(0.15) ? random.below(clients) : undefined
  const time = () => 50 + random.below(length)
  const opens = Array.from({ length: clients * tabs }, (_, index) => open(index % clients, random.below(40)))
  const writes = Array.from({ length: commits }, () => commit(random, profile, time()))
  const broken = Array.from({ length: profile.faults }, () => fault(random, profile, time(), far))
  const planned = Array.from({ length: clients }, (_, client) => ({
    latency: client === far ? 150 + random.below(150) : 1 + random.below(20),
    hasSharedWorker: random.chance(0.85),
  }))
  const tended = Array.from({ length: Math.round(commits / 20) }, () => tend(random, profile, time()))
  const steps = [...opens, ...writes, ...broken.flat(), ...tended].toSorted((a, b) => a.at - b.at)
  return { clients: planned, steps }
}

function open(client: number, at: number): Step {
  return { type: 'open', at, client }
}

function commit(random: Random, profile: Profile, at: number): Step {
  const events = eventsOf(random, profile)
  return { type: 'commit', at, client: random.below(profile.clients), tab: random.below(8), events }
}

function eventsOf(random: Random, { names, rows }: Profile): PlannedEvent[] {
  return Array.from({ length: random.chance(0.2) ? 2 + random.below(3) : 1 }, () => ({
    name: random.pick(names),
    row: random.below(rows),
    value: random.below(1_000),
  }))
}

function tend(random: Random, { clients }: Profile, at: number): Step {
  const type = random.chance(0.5) ? 'retry parked' : 'discard parked'
  return { type, at, client: random.below(clients), tab: random.below(8) }
}

function fault(random: Random, profile: Profile, at: number, spared: number | undefined): Step[] {
  const { clients, tabs, weights } = profile
  const near = Array.from({ length: clients }, (_, client) => client).filter((client) => client !== spared)
  const where = { client: random.pick(near), tab: random.below(8), ms: 20 + random.below(1_500) }
  const place = { at, ...where, clients, tabs, events: eventsOf(random, profile) }
  return pickFault(random, weights, spared === undefined ? undefined : 'client')?.plan(random, place) ?? []
}
