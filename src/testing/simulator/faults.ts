import type { Random } from './random.ts'
import type { PlannedEvent, Step } from './step.ts'

/** Where and when a fault happens, and how long it lasts, milliseconds. */
export type Place = {
  readonly at: number
  readonly client: number
  readonly tab: number
  readonly ms: number
  readonly clients: number
  /** That each client keeps about. */
  readonly tabs: number
  /** What a commit could be made of. */
  readonly events: readonly PlannedEvent[]
}

type Fault = {
  /** How often it happens, against the others; 0 for one that only happens where it is asked for. */
  readonly weight: number
  /** Whose trouble it is: of one client, or of all. */
  readonly reach: 'client' | 'backend'
  /** What happens, with what makes up for it: a tab that goes is followed by one that comes. */
  plan(random: Random, place: Place): Step[]
}

const another = (random: Random, { at, client }: Place): Step => ({ type: 'open', at: at + random.below(300), client })

const startAgain = (random: Random, place: Place) => Array.from({ length: place.tabs }, () => another(random, place))

/** Every kind of fault. Another kind is a step of its own in `step.ts`, what it does in `act.ts`, and its entry here. */
export const faults = {
  close: ofClient(1, (random, place) => [{ type: 'close', ...tabAt(place) }, another(random, place)]),
  crash: ofClient(1, (random, place) => [{ type: 'crash', ...tabAt(place) }, another(random, place)]),
  reload: ofClient(1, (_, place) => [{ type: 'reload', ...tabAt(place) }]),
  freeze: ofClient(1, (_, place) => [{ type: 'freeze', ...tabAt(place), ms: place.ms }]),
  'put aside': ofClient(1, (_, place) => [{ type: 'put aside', ...tabAt(place), ms: place.ms }]),
  offline: ofClient(1, (_, place) => [{ type: 'offline', ...tabAt(place), ms: place.ms }]),
  'crash browser': ofClient(1, (random, place) => [
    { type: 'crash browser', ...clientAt(place) },
    ...startAgain(random, place),
  ]),
  'cut power': ofClient(1, (random, place) => [
    { type: 'cut power', ...clientAt(place) },
    ...startAgain(random, place),
  ]),
  'kill leader': ofClient(1, (_, place) => [{ type: 'kill leader', ...clientAt(place) }]),
  'hang leader': ofClient(1, (_, place) => [{ type: 'hang leader', ...clientAt(place), ms: 8_000 }]),
  'kill broker': ofClient(1, (_, place) => [{ type: 'kill broker', ...clientAt(place) }]),
  'die at write': ofClient(1, (random, place) => [
    { type: 'die at write', ...clientAt(place), write: 1 + random.below(12) },
  ]),
  'fill disk': ofClient(1, (_, place) => [{ type: 'fill disk', ...clientAt(place), ms: place.ms }]),
  'damage state': ofClient(0.4, (random, place) => [
    { type: 'damage state', ...clientAt(place), places: random.below(2 ** 32) },
    ...startAgain(random, place),
  ]),
  // Where these happen the oracles ask less of what was before, so most histories are without.
  'damage log': ofClient(0.2, (random, place) => [
    { type: 'damage log', ...clientAt(place), places: random.below(2 ** 32) },
    ...startAgain(random, place),
  ]),
  'reset store': ofClient(0.2, (_, place) => [{ type: 'reset store', ...tabAt(place) }]),
  'wipe backend': ofBackend(0.05, (random, { at }) => [{ type: 'wipe backend', at, ms: 1 + random.below(800) }]),
  'restore backend': ofBackend(0.1, (random, { at }) => [
    { type: 'restore backend', at, ms: 1 + random.below(800), lacks: 1 + random.below(20) },
  ]),
  // At the beginning, before anybody has a log.
  'share clientId': ofClient(0.3, (random, { client, clients }) =>
    clients < 2
      ? []
      : [{ type: 'share clientId', at: 0, client, other: (client + 1 + random.below(clients - 1)) % clients }],
  ),
  deploy: ofClient(0.4, (random, place) => [{ type: 'deploy', ...clientAt(place) }, another(random, place)]),
  'open stale': ofClient(0.3, (_, place) => [{ type: 'open stale', ...clientAt(place) }]),
  partition: ofClient(1, (_, place) => [{ type: 'partition', ...clientAt(place), ms: place.ms }]),
  stall: ofClient(1, (_, place) => [{ type: 'stall', ...clientAt(place), ms: place.ms }]),
  linger: ofClient(1, (_, place) => [{ type: 'linger', ...clientAt(place), ms: place.ms }]),
  drop: ofClient(1, (_, place) => [{ type: 'drop', ...clientAt(place) }]),
  'restart backend': ofBackend(1, (random, { at }) => [{ type: 'restart backend', at, ms: random.below(800) }]),
  'slow backend': ofBackend(1, (random, { at, ms }) => [
    { type: 'slow backend', at, ms, delay: 10 + random.below(200) },
  ]),
  'other build': ofBackend(1, (_, { at, events }) => [{ type: 'other build', at, events }]),
} satisfies Readonly<Record<string, Fault>>

export type FaultKind = keyof typeof faults
/** How often each kind happens, against the others. */
export type FaultWeights = Readonly<Partial<Record<FaultKind, number>>>

export const faultKinds = Object.keys(faults) as FaultKind[]

export const defaultWeights: FaultWeights = Object.fromEntries(faultKinds.map((kind) => [kind, faults[kind].weight]))

/** One of the kinds, as often as the weights say; undefined where none has any. */
export function pickFault(random: Random, weights: FaultWeights, reach?: Fault['reach']): Fault | undefined {
  const kinds = faultKinds.filter((kind) => reach === undefined || faults[kind].reach === reach)
  const total = kinds.reduce((sum, kind) => sum + (weights[kind] ?? 0), 0)
  let left = random.number() * total
  for (const kind of kinds) {
    left -= weights[kind] ?? 0
    if (left < 0) return faults[kind]
  }
  return undefined
}

/** Reads `30`, `crash,freeze`, `10,crash,cut power=3`: how many faults, of which kinds, and how often each against the others. */
export function parseFaults(text: string): { readonly count?: number; readonly weights?: FaultWeights } {
  const parts = text.split(',').map((part) => part.trim())
  const count = parts.find((part) => /^\d+$/.test(part))
  const kinds = parts.filter((part) => part !== count).map(parseKind)
  return {
    ...(count === undefined ? {} : { count: Number(count) }),
    ...(kinds.length === 0 ? {} : { weights: Object.fromEntries(kinds) as FaultWeights }),
  }
}

function parseKind(part: string): [FaultKind, number] {
  const [, name = part, weight = '1'] = /^(.*?)\s*=\s*(\d+)$/.exec(part) ?? []
  const kind = faultKinds.find((known) => known === name)
  if (!kind) throw new Error(`there is no fault "${name}"; there are: ${faultKinds.join(', ')}`)
  return [kind, Number(weight)]
}

function ofClient(weight: number, plan: Fault['plan']): Fault {
  return { weight, reach: 'client', plan }
}

function ofBackend(weight: number, plan: Fault['plan']): Fault {
  return { weight, reach: 'backend', plan }
}

function clientAt({ at, client }: Place) {
  return { at, client }
}

function tabAt({ at, client, tab }: Place) {
  return { at, client, tab }
}
