/** The picture of sync: which bead stands where in which lane. Pure. */
import { print } from '../../src/event/sequence-number.ts'
import { inText, leaderName, type Model, nameOf, type Tab } from '../model.ts'
import { type Bead, type Order, type Stretch, watchEnds } from '../protocol.ts'

/**
 * - `pending`: only the tab that made it has it
 * - `persisted`: the log of this client has it, and the backend may still order it otherwise
 * - `confirmed`: the backend has ordered it, for good
 */
export type BeadState = 'pending' | 'persisted' | 'confirmed'

export type Cell = { readonly column: number } & (
  | { readonly kind: 'bead'; readonly bead: Bead; readonly state: BeadState; readonly isHead: boolean }
  /** So many commits that are not drawn one by one. */
  | { readonly kind: 'gap'; readonly count: number; readonly state: BeadState | 'unknown' }
)

export type Lane = {
  readonly id: string
  readonly kind: 'session' | 'leader' | 'backend'
  readonly title: string
  readonly note: string
  /** As it is written: `e7`. Absent where nothing is known. */
  readonly head: string | undefined
  readonly waiting: number
  readonly cells: readonly Cell[]
  /** Whether there is more before the first cell. */
  readonly isCut: boolean
}

export type Picture = { readonly columns: number; readonly lanes: readonly Lane[] }

type Placed = { readonly place: number } & (
  | { readonly kind: 'bead'; readonly bead: Bead; readonly state: BeadState }
  | { readonly kind: 'gap'; readonly count: number; readonly state: BeadState | 'unknown' }
)

type Chain = Omit<Lane, 'cells' | 'isCut'> & { readonly placed: readonly Placed[] }

const clients = 1e6
const placeOf = ({ global, client }: Bead['from']) => global * clients + client

/** All lanes at `now`, drawn in at most `room` columns: commits with the same number stand above each other. */
export function pictureOf(model: Model, room: number, now: number): Picture {
  const chains = [
    ...model.tabs.map((tab) => tabChain(model, tab, room, now)),
    leaderChain(model, room),
    backendChain(model),
  ]
  const places = [...new Set(chains.flatMap(({ placed }) => placed.map(({ place }) => place)))].sort((a, b) => a - b)
  const shown = places.slice(-room)
  const columnOf = new Map(shown.map((place, column) => [place, column]))
  return { columns: shown.length, lanes: chains.map((chain) => laneOf(chain, columnOf)) }
}

function laneOf({ placed, ...chain }: Chain, columnOf: ReadonlyMap<number, number>): Lane {
  const last = placed.findLast(({ kind }) => kind === 'bead')
  const cells = placed.flatMap(({ place, ...what }): Cell[] => {
    const column = columnOf.get(place)
    if (column === undefined) return []
    if (what.kind === 'gap') return [{ ...what, column }]
    return [{ ...what, column, isHead: last?.kind === 'bead' && last.bead === what.bead }]
  })
  return { ...chain, cells, isCut: cells.length < placed.length || firstNumber(placed) > 1 }
}

const firstNumber = ([first]: readonly Placed[]) => (first?.kind === 'bead' ? first.bead.from.global : 1)

function tabChain(model: Model, tab: Tab, room: number, now: number): Chain {
  const { sessionId, order } = tab
  const title = nameOf(model, sessionId)
  const base = { id: sessionId, kind: 'session' as const, title, note: noteOf(model, tab, now) }
  if (!order) return { ...base, head: undefined, waiting: 0, placed: [] }
  return {
    ...base,
    head: print(order.head),
    waiting: order.pending.count,
    placed: chainOf(model, order, room, 'pending'),
  }
}

function noteOf({ here, status }: Model, { sessionId, label, order, heardAt }: Tab, now: number): string {
  if (sessionId === here) return [label, status?.leader.isHere && 'hosts the leader'].filter(Boolean).join(', ')
  if (!order) return 'without devtools: only its commits are seen'
  const silentFor = heardAt === undefined ? 0 : now - heardAt
  return silentFor < watchEnds ? label : `silent for ${Math.round(silentFor / 1_000)} s: frozen, or hidden for long`
}

function leaderChain(model: Model, room: number): Chain {
  const base = { id: leaderName, kind: 'leader' as const, title: 'Leader' }
  const { leader, refused, status } = model
  if (!leader) return { ...base, note: refused ?? 'there is none', head: undefined, waiting: 0, placed: [] }
  const note = status?.leader.isHere ? `in ${inText(model.name)}` : 'in another tab'
  const placed = chainOf(model, leader.order, room, 'persisted')
  return { ...base, note, head: print(leader.order.head), waiting: leader.order.pending.count, placed }
}

function chainOf(model: Model, order: Order, room: number, pending: BeadState): Placed[] {
  const edge = Math.max(2, Math.floor(room / 3))
  const confirmed = model.history.filter(({ to }) => placeOf(to) <= placeOf(order.confirmed))
  return [
    ...confirmed.slice(-room).map((bead) => placedBead(bead, 'confirmed')),
    ...stretched(order.accepted, 'persisted', edge),
    ...stretched(order.pending, pending, edge),
  ]
}

const placedBead = (bead: Bead, state: BeadState): Placed => ({ kind: 'bead', place: placeOf(bead.from), bead, state })

/** A long stretch is drawn as its two ends, and a number between. */
function stretched({ count, first, last }: Stretch, state: BeadState, edge: number): Placed[] {
  const beads = [...first, ...last]
  if (count <= 2 * edge + 1) return beads.map((bead) => placedBead(bead, state))
  const start = beads.slice(0, edge)
  const gap: Placed = { kind: 'gap', place: placeOf(start.at(-1)!.to) + 0.5, count: count - 2 * edge, state }
  return [
    ...start.map((bead) => placedBead(bead, state)),
    gap,
    ...beads.slice(-edge).map((bead) => placedBead(bead, state)),
  ]
}

function backendChain({ history, backend, status, leader }: Model): Chain {
  const synced = history.filter(({ synced, to }) => synced > 0 && to.global <= backend.head)
  // A tab may tell of it before its leader does.
  const told = leader?.order.confirmed.global ?? status?.backend.confirmed.global ?? 0
  const confirmed = Math.max(told, history.at(-1)?.to.global ?? 0)
  const missing = backend.head - confirmed
  const placed = synced.map((bead) => placedBead(asInBackend(bead), 'confirmed'))
  if (missing > 0) placed.push({ kind: 'gap', place: (confirmed + 1) * clients, count: missing, state: 'unknown' })
  const connection = status?.connection.name ?? ''
  const note = missing > 0 ? `${missing} not pulled yet` : connection === 'none' ? 'there is none' : connection
  return { id: 'backend', kind: 'backend', title: 'Backend', note, head: `e${backend.head}`, waiting: 0, placed }
}

/** The backend knows nothing of client-only events, nor of rebases. */
const asInBackend = (bead: Bead): Bead => ({ ...bead, to: { global: bead.to.global, client: 0, rebaseGeneration: 0 } })
