import { expect, test } from 'vitest'
import { orderOf } from '../src/replica/inspection.ts'
import { append, emptySyncState } from '../src/sync/state.ts'
import { commit } from '../src/sync/testing.ts'
import { all, leaderName } from './model.ts'
import { causeOf, movesOf, stepsOf } from './rebases/steps.ts'
import { pictureOf } from './sync/lanes.ts'
import { printLane, watched } from './testing.ts'

const [e1, e2] = [commit('A:1'), commit('A:2')]

test('the happy path of the design, in five steps', () => {
  const cluster = watched([e1, e2])
  const e3 = commit('A:3')

  // 1. The session applies the event and holds it as pending.
  cluster.session.commit(e3)
  expect(cluster.print()).toEqual(["This tab: A:e1 → A:e2 → A:e3'", 'Leader: A:e1 → A:e2', 'Backend: A:e1 → A:e2'])

  // 2. The leader persists it.
  cluster.push()
  expect(cluster.print().slice(0, 2)).toEqual(["This tab: A:e1 → A:e2 → A:e3'", 'Leader: A:e1 → A:e2 → A:e3°'])

  // 3. It says so.
  cluster.acknowledge()
  expect(cluster.print()[0]).toBe('This tab: A:e1 → A:e2 → A:e3°')

  // 4 and 5. The backend takes it, and its answer confirms it in the leader, and then in the session.
  const told = cluster.ordered(e3)
  expect(cluster.print()).toEqual([
    'This tab: A:e1 → A:e2 → A:e3°',
    'Leader: A:e1 → A:e2 → A:e3',
    'Backend: A:e1 → A:e2 → A:e3',
  ])
  told()
  expect(cluster.print()[0]).toBe('This tab: A:e1 → A:e2 → A:e3')
  expect(cluster.model.lives.get('A:3')).toMatchObject({ persisted: 4, confirmed: 6, rebases: 0 })
  expect(cluster.model.rebases).toEqual([])
})

test('the conflict of the design, in five steps', () => {
  const cluster = watched([e1, e2])
  const [mine, theirs] = [commit('A:renamed'), commit('B:renamed')]

  // 1. A's work waits, and the backend has taken B's: it says how far it is.
  cluster.session.commit(mine)
  cluster.push()
  cluster.acknowledge()
  cluster.backendHead(3)
  expect(cluster.print()).toEqual([
    'This tab: A:e1 → A:e2 → A:e3°',
    'Leader: A:e1 → A:e2 → A:e3°',
    'Backend: A:e1 → A:e2 → (1 unknown)',
  ])

  // 2 to 4. The leader rolls back, applies B's and replays; then the session does.
  const told = cluster.ordered(theirs)
  expect(cluster.print()).toEqual([
    'This tab: A:e1 → A:e2 → A:e3°',
    'Leader: A:e1 → A:e2 → B:e3 → A:e4r1°',
    'Backend: A:e1 → A:e2 → B:e3',
  ])
  told()
  expect(cluster.print()[0]).toBe('This tab: A:e1 → A:e2 → B:e3 → A:e4r1°')

  // 5. The backend takes A's on its new base.
  cluster.ordered(mine)()
  expect(cluster.print()).toEqual([
    'This tab: A:e1 → A:e2 → B:e3 → A:e4r1',
    'Leader: A:e1 → A:e2 → B:e3 → A:e4r1',
    'Backend: A:e1 → A:e2 → B:e3 → A:e4',
  ])
  expect(cluster.model.lives.get('A:renamed')).toMatchObject({ rebases: 1 })
})

test('a rebase tells what moved where, why, and how long each part took', () => {
  const cluster = watched([e1, e2])
  const [mine, more, theirs] = [commit('A:renamed'), commit('A:more', 'ss'), commit('B:renamed')]
  cluster.session.commit(mine)
  cluster.session.commit(more)
  cluster.push()
  cluster.ordered(theirs)
  const [rebase] = cluster.model.rebases
  expect(rebase).toMatchObject({ where: leaderName, rolledBack: 2, replayed: 2 })
  expect(movesOf(rebase!).map(({ fate }) => fate)).toEqual([
    { name: 'renumbered', from: 'e3', to: 'e4r1' },
    { name: 'renumbered', from: 'e4–e5', to: 'e5r1–e6r1' },
  ])
  expect(causeOf(rebase!)).toBe('a commit of other clients came first at the backend')
  const printed = () =>
    stepsOf(rebase!, (id) => cluster.model.lives.get(id)?.confirmed !== undefined).map(({ title, here, upstream }) => {
      const line = (beads: typeof here) => beads.map(({ bead, number, mark }) => `${bead.commitId} ${number} ${mark}`)
      return [title, line(here), line(upstream)]
    })
  expect(printed()).toEqual([
    ['Diverged', ['A:renamed e3 waiting', 'A:more e4–e5 waiting'], ['B:renamed e3 arrived']],
    ['Roll back', ['A:renamed e3 undone', 'A:more e4–e5 undone'], ['B:renamed e3 arrived']],
    ['Apply upstream', ['B:renamed e3 arrived'], ['B:renamed e3 arrived']],
    [
      'Replay',
      ['B:renamed e3 arrived', 'A:renamed e4r1 replayed', 'A:more e5r1–e6r1 replayed'],
      ['B:renamed e3 arrived'],
    ],
    [
      'Push',
      ['B:renamed e3 arrived', 'A:renamed e4r1 replayed', 'A:more e5r1–e6r1 replayed'],
      ['B:renamed e3 arrived'],
    ],
  ])
  cluster.ordered(mine)
  expect(printed().at(-1)![2]).toEqual(['B:renamed e3 arrived', 'A:renamed e4r1 confirmed'])
})

test('what was settled in a rebase is told with its reason', () => {
  const cluster = watched([e1, e2])
  const [mine, theirs] = [commit('A:renamed'), commit('B:renamed')]
  cluster.session.commit(mine)
  cluster.push()
  cluster.leader.follow({
    confirmed: [theirs],
    accepted: [],
    settled: [{ commitId: 'A:renamed', outcome: 'parked', reason: 'no such todo' }],
  })
  expect(movesOf(cluster.model.rebases[0]!)[0]!.fate).toEqual({
    name: 'settled',
    from: 'e3',
    outcome: 'parked',
    reason: 'no such todo',
  })
})

test('a commit of another tab that came first is told as that', () => {
  const cluster = watched([e1])
  const [mine, other] = [commit('A:mine'), { ...commit('A:other'), sessionId: 'A_other' }]
  cluster.session.commit(mine)
  cluster.leader.commit(other)
  cluster.leader.commit(mine)
  cluster.acknowledge()
  expect(causeOf(cluster.model.rebases[0]!)).toBe('a commit of another tab came first at the leader')
  expect(cluster.print()[0]).toBe('This tab: A1:e1 → A2:e2° → A1:e3°')
})

test('tabs come and go; one without devtools has a lane that says so', () => {
  const cluster = watched([e1])
  const told = (trace: object) =>
    cluster.hear({ type: 'told', from: leaderName, told: [{ about: 'else', at: 9, trace: trace as never }] })
  told({ type: 'joined', tier: 'leader', sessionId: 'other', resumed: false })
  cluster.hear({
    type: 'tab',
    sessionId: 'third',
    label: 'todos',
    heardAt: 9,
    order: orderOf(append(emptySyncState, [commit('A:x')])),
  })
  const lanes = pictureOf(cluster.model, 12, 10).lanes
  expect(lanes.map(({ title, head, note }) => [title, head, note])).toEqual([
    ['This tab', 'e1', 'hosts the leader'],
    ['Tab 2', undefined, 'without devtools: only its commits are seen'],
    ['Tab 3', 'e1', 'todos'],
    ['Leader', 'e1', 'in this tab'],
    ['Backend', 'e1', 'online'],
  ])
  const later = pictureOf(cluster.model, 12, 12_009).lanes
  expect(later[2]!.note).toBe('silent for 12 s: frozen, or hidden for long')
  told({ type: 'left', tier: 'leader', sessionId: 'other' })
  cluster.hear({ type: 'gone', sessionId: 'third' })
  expect(cluster.model.tabs.map(({ sessionId }) => sessionId)).toEqual(['A_session'])
})

test('what a tab tells to be confirmed before its leader does, is no gap in the backend', () => {
  const cluster = watched([e1])
  cluster.session.follow({ confirmed: [e2], accepted: [], settled: [] })
  expect(cluster.print()).toEqual(['This tab: A:e1 → A:e2', 'Leader: A:e1', 'Backend: A:e1 → A:e2'])
})

test('ten tabs and 10,000 pending commits are a small picture', () => {
  const cluster = watched([e1])
  const pending = Array.from({ length: 10_000 }, (_, nth) => commit(`A:p${nth}`))
  const order = orderOf(append(emptySyncState, [e1, ...pending]))
  for (let nth = 0; nth < 10; nth++) cluster.hear({ type: 'tab', sessionId: `tab${nth}`, label: '', order, heardAt: 0 })
  const { lanes, columns } = pictureOf(cluster.model, 12, 0)
  expect(columns).toBeLessThanOrEqual(12)
  expect(lanes).toHaveLength(13)
  expect(lanes.every(({ cells }) => cells.length <= 12)).toBe(true)
  expect(lanes[1]).toMatchObject({ head: 'e10001', waiting: 10_001 })
  expect(printLane(cluster.model, lanes[1]!)).toContain('(9993 pending)')
})

test('everything that is kept is bounded', () => {
  const cluster = watched([])
  for (let nth = 0; nth < 700; nth++) {
    const [mine, theirs] = [commit(`A:${nth}`), commit(`B:${nth}`)]
    cluster.session.commit(mine)
    cluster.push()
    cluster.ordered(theirs)()
    cluster.ordered(mine)()
    const runs = [{ sql: `SELECT ${nth}`, runs: 1, wasted: 0, rows: 1, ms: [1], params: [], causes: [] }]
    cluster.hear({ type: 'told', from: 'A_session', told: [{ about: 'queries', at: nth, runs }] })
  }
  const { history, rebases, lives, queries } = cluster.model
  expect([history.length, rebases.length, lives.size, queries.size]).toEqual([300, 100, 500, 300])
  expect(history.at(-1)).toMatchObject({ commitId: 'A:699', to: { global: 1_400 } })
  expect(queries.has('SELECT 699')).toBe(true)
  expect(all(rebases[0]!.after.accepted)).toHaveLength(1)
})
