/** What tests of the panel share: tiers that tell what they do, as the library's do. */

import type { Commit } from '../src/event/commit.ts'
import { print } from '../src/event/sequence-number.ts'
import type { SyncStatus } from '../src/index.ts'
import { orderOf, toldOf } from '../src/replica/inspection.ts'
import { type FromUpstream, merge } from '../src/sync/merge.ts'
import { append, confirmedByBackend, emptySyncState, type SyncState } from '../src/sync/state.ts'
import type { Tier } from '../src/trace.ts'
import { emptyModel, leaderName, type Message, type Model, next } from './model.ts'
import { originOf } from './origin.ts'
import { type Lane, pictureOf } from './sync/lanes.ts'

const phases = { decide: 0.1, persist: 0.2, rollBack: 0.3, upstream: 0.4, replay: 0.5 }
const marks = { pending: "'", persisted: '°', confirmed: '' }

/** One client and the backend; what passes between them is handed over by the test, and recorded by a panel. */
export function watched(history: readonly Commit[]) {
  let model: Model = emptyModel({ here: 'A_session' })
  let at = 0
  let listener: ((message: Message) => void) | undefined
  const hear = (message: Message) => {
    model = next(model, message)
    listener?.(message)
  }
  const tier = (name: Tier) => {
    let sync: SyncState = emptySyncState
    const from = name === 'leader' ? leaderName : 'A_session'
    const tell = (...told: Parameters<typeof toldOf>) => hear({ type: 'told', from, told: [toldOf(...told)] })
    const follow = (message: FromUpstream) => {
      const before = sync
      const merged = merge(before, message)
      sync = merged.sync
      const { head } = sync
      if (merged.type === 'advance') {
        tell({ type: 'advanced', tier: name, head, confirmed: merged.confirmed.length, before, merged }, ++at)
      } else {
        const counts = { rolledBack: before.accepted.length + before.pending.length, replayed: merged.replay.length }
        tell(
          { type: 'rebased', tier: name, from: before.head, to: head, ...counts, ms: 1.5, phases, before, merged },
          ++at,
        )
      }
      return merged
    }
    return {
      get sync() {
        return sync
      },
      follow,
      commit(made: Commit) {
        sync = append(sync, [made])
        tell({ type: 'committed', tier: name, commitId: made.commitId, head: sync.head, sync }, ++at)
      },
    }
  }
  hear({ type: 'status', status: statusOf('A_____') })
  hear({ type: 'order', order: orderOf(emptySyncState) })
  const leaderState = { leaderId: 'leader1', order: orderOf(emptySyncState), recent: [], sessions: ['A_session'] }
  hear({ type: 'leader', state: leaderState })
  const [session, leader] = [tier('session'), tier('leader')]
  for (const each of [leader, session]) each.follow({ confirmed: history, accepted: [], settled: [] })

  return {
    session,
    leader,
    hear,
    /** From now on, somebody else hears it, too. */
    onHear(hears: (message: Message) => void) {
      listener = hears
    },
    get model() {
      return model
    },
    /** The leader takes what the session has pending, and says so. */
    push() {
      for (const commit of session.sync.pending) leader.commit(commit)
    },
    acknowledge: () => session.follow({ confirmed: [], accepted: leader.sync.pending, settled: [] }),
    /** The backend has ordered these next. */
    ordered(...commits: Commit[]) {
      const { confirmed } = leader.follow({
        confirmed: confirmedByBackend(leader.sync, commits),
        accepted: [],
        settled: [],
      })
      return () => session.follow({ confirmed, accepted: leader.sync.pending, settled: [] })
    },
    /** The backend says how far its log is. */
    backendHead: (head: number) =>
      hear({ type: 'told', from: leaderName, told: [{ about: 'else', at: ++at, trace: { type: 'heartbeat', head } }] }),
    print: () => pictureOf(model, 12, at).lanes.map((lane) => `${lane.title}: ${printLane(model, lane)}`),
  }
}

/** `e1 → A:e3' → B:e4°`: pending is marked with `'`, persisted with `°`. */
export function printLane(model: Model, { cells }: Lane): string {
  return cells
    .map((cell) =>
      cell.kind === 'gap'
        ? `(${cell.count} ${cell.state})`
        : `${originOf(model, cell.bead).letter}:${print(cell.bead.to)}${marks[cell.state]}`,
    )
    .join(' → ')
}

export function statusOf(clientId: string): SyncStatus {
  const root = { global: 0, client: 0, rebaseGeneration: 0 }
  return {
    clientId,
    sessionId: 'A_session',
    session: { head: root, pending: 0 },
    leader: { leaderId: 'leader1', isHere: true, head: root, unconfirmed: 0 },
    backend: { head: 0, confirmed: root },
    parked: 0,
    connection: { name: 'online', attempt: 0 },
    connectionFailure: undefined,
    storage: undefined,
    progress: undefined,
  }
}
