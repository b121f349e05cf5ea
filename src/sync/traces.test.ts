import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { type FromUpstream, merge } from './merge.ts'
import { append, confirmedByBackend, emptySyncState, type SyncState } from './state.ts'
import { commit, printOrder } from './testing.ts'

/** One client and the backend, step by step: what passes between them is handed over by the test. */
class Tiers {
  session: Tier
  leader: Tier
  backend: Commit[]

  constructor(history: readonly Commit[]) {
    this.backend = [...history]
    this.session = new Tier(history)
    this.leader = new Tier(history)
  }

  print(): string[] {
    return [
      `Session: ${this.session.print()}`,
      `Leader:  ${this.leader.print()}`,
      `Backend: ${printOrder(this.backend, { accepted: [], pending: [] })}`,
    ]
  }
}

class Tier {
  sync: SyncState = emptySyncState
  confirmed: Commit[] = []

  constructor(history: readonly Commit[]) {
    this.follow({ confirmed: history, accepted: [], settled: [] })
  }

  commit(made: Commit) {
    this.sync = append(this.sync, [made])
  }

  follow(message: FromUpstream) {
    const merged = merge(this.sync, message)
    this.confirmed.push(...merged.confirmed)
    this.sync = merged.sync
    return merged
  }

  print(): string {
    return printOrder(this.confirmed, this.sync)
  }
}

const e1 = commit('1')
const e2 = commit('2')
const accepted = (tiers: Tiers): FromUpstream => ({ confirmed: [], accepted: tiers.leader.sync.pending, settled: [] })

test('the happy path of the design, in five steps', () => {
  const tiers = new Tiers([e1, e2])
  const e3 = commit('3')

  // 1. The session applies the event and holds it as pending.
  tiers.session.commit(e3)
  expect(tiers.print()).toEqual(["Session: e1 → e2 → e3'", 'Leader:  e1 → e2', 'Backend: e1 → e2'])

  // 2. The leader materializes and persists it.
  tiers.leader.commit(e3)
  expect(tiers.print()).toEqual(["Session: e1 → e2 → e3'", "Leader:  e1 → e2 → e3'", 'Backend: e1 → e2'])

  // 3. The leader tells its sessions: pending becomes accepted.
  const told = tiers.session.follow(accepted(tiers))
  expect(told).toMatchObject({ type: 'advance', upstream: [] })
  expect(tiers.session.sync).toMatchObject({ accepted: [e3], pending: [] })

  // 4. The leader pushes; the backend appends it.
  tiers.backend.push(e3)
  expect(tiers.print()).toEqual(["Session: e1 → e2 → e3'", "Leader:  e1 → e2 → e3'", 'Backend: e1 → e2 → e3'])

  // 5. The backend's answer confirms it, in the leader and then in the session.
  const { confirmed } = tiers.leader.follow({
    confirmed: confirmedByBackend(tiers.leader.sync, [e3]),
    accepted: [],
    settled: [],
  })
  tiers.session.follow({ confirmed, accepted: tiers.leader.sync.pending, settled: [] })
  expect(tiers.print()).toEqual(['Session: e1 → e2 → e3', 'Leader:  e1 → e2 → e3', 'Backend: e1 → e2 → e3'])
})

test('the conflict of the design, in five steps', () => {
  const tiers = new Tiers([e1, e2])
  const mine = commit('A:renamed')
  const theirs = commit('B:renamed')

  // 1. A's work is pending here, and the backend has taken B's.
  tiers.session.commit(mine)
  tiers.leader.commit(mine)
  tiers.session.follow(accepted(tiers))
  tiers.backend.push(theirs)
  expect(tiers.print()).toEqual(["Session: e1 → e2 → A:e3'", "Leader:  e1 → e2 → A:e3'", 'Backend: e1 → e2 → B:e3'])

  // 2 to 4. The leader rolls back, applies B's, replays its own; then its session does.
  const inLeader = tiers.leader.follow({ confirmed: [theirs], accepted: [], settled: [] })
  expect(inLeader).toMatchObject({
    type: 'rebase',
    upstream: [theirs],
    replay: [{ commitId: 'A:renamed', generation: 1 }],
  })
  const inSession = tiers.session.follow({
    confirmed: inLeader.confirmed,
    accepted: tiers.leader.sync.pending,
    settled: [],
  })
  expect(inSession).toMatchObject({
    type: 'rebase',
    upstream: [theirs],
    replay: [{ commitId: 'A:renamed', generation: 1 }],
  })
  expect(tiers.print()).toEqual([
    "Session: e1 → e2 → B:e3 → A:e4'",
    "Leader:  e1 → e2 → B:e3 → A:e4'",
    'Backend: e1 → e2 → B:e3',
  ])
  expect(tiers.session.sync.accepted[0]?.events).toBe(mine.events)

  // 5. The backend takes A's on its new base.
  tiers.backend.push(mine)
  const { confirmed } = tiers.leader.follow({
    confirmed: confirmedByBackend(tiers.leader.sync, [mine]),
    accepted: [],
    settled: [],
  })
  tiers.session.follow({ confirmed, accepted: [], settled: [] })
  expect(tiers.print()).toEqual([
    'Session: e1 → e2 → B:e3 → A:e4',
    'Leader:  e1 → e2 → B:e3 → A:e4',
    'Backend: e1 → e2 → B:e3 → A:e4',
  ])
})
