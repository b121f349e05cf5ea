import { expect, test } from 'vitest'
import { merge } from '../sync/merge.ts'
import { append, emptySyncState, type SyncState } from '../sync/state.ts'
import { commit } from '../sync/testing.ts'
import { manualEnv } from '../testing/manual-env.ts'
import type { Trace } from '../trace.ts'
import { orderOf, type Told } from './inspection.ts'
import { createTap } from './tap.ts'

function tapped() {
  const world = manualEnv()
  const told: Told[] = []
  const tap = createTap(world.env, (batch) => told.push(...batch))
  let sync: SyncState = emptySyncState
  const commits = (count: number) => {
    for (let nth = 0; nth < count; nth++) {
      const made = commit(`A:${sync.pending.length}`)
      sync = append(sync, [made])
      tap.hear({ type: 'committed', tier: 'session', commitId: made.commitId, head: sync.head, sync })
    }
  }
  const rebase = (): Trace => {
    const merged = merge(sync, { confirmed: [commit('B:x')], accepted: [], settled: [] })
    if (merged.type !== 'rebase') throw new Error('not a rebase')
    const phases = { decide: 1, persist: 2, rollBack: 3, upstream: 4, replay: 5 }
    const { head } = merged.sync
    const counts = { rolledBack: sync.pending.length, replayed: merged.replay.length, ms: 15 }
    return { type: 'rebased', tier: 'session', from: sync.head, to: head, before: sync, merged, phases, ...counts }
  }
  return { world, told, tap, commits, rebase }
}

test('each trace is told with the order that it left, though it is told later', () => {
  const { world, told, commits } = tapped()
  commits(2)
  world.advance(50)
  expect(told).toMatchObject([
    { about: 'order', why: 'committed', order: { pending: { count: 1, first: [{ commitId: 'A:0' }] } } },
    { about: 'order', why: 'committed', order: { pending: { count: 2 }, head: { global: 2 } } },
  ])
})

test('of many at once a few are told, and the rest as numbers, with the order at the end', () => {
  const { world, told, commits } = tapped()
  commits(10_000)
  world.advance(50)
  expect(told).toHaveLength(33)
  expect(told.at(-1)).toMatchObject({
    about: 'many',
    tier: 'session',
    counts: { committed: 10_000 - 32 },
    order: { pending: { count: 10_000, last: { length: 24 } }, head: { global: 10_000 } },
  })
  world.advance(1_000)
  commits(1)
  world.advance(50)
  expect(told).toHaveLength(34)
})

test('above 200 in a second the rest is told as numbers, too', () => {
  const { world, told, commits } = tapped()
  for (let moment = 0; moment < 40; moment++) {
    commits(25)
    world.advance(50)
  }
  const one = told.filter(({ about }) => about === 'order').length
  expect(one).toBeGreaterThan(200) // the longer the order, the dearer to tell
  expect(one).toBeLessThanOrEqual(600)
  expect(told.some(({ about }) => about === 'many')).toBe(true)
})

test('a rebase is told whole in the middle of a storm', () => {
  const { world, told, tap, commits, rebase } = tapped()
  commits(1_000)
  tap.hear(rebase())
  world.advance(50)
  const rebases = told.filter(({ about }) => about === 'rebase')
  expect(rebases).toMatchObject([
    {
      before: { pending: { count: 1_000 } },
      confirmed: { first: [{ commitId: 'B:x', from: { global: 1 } }] },
      after: { pending: { count: 1_000, first: { 0: { commitId: 'A:0', from: { global: 2, rebaseGeneration: 1 } } } } },
      phases: { replay: 5 },
    },
  ])
  expect(told.at(-1)).toMatchObject({ about: 'many', order: { head: { global: 1_001 } } })
})

test('runs of queries are told by statement', () => {
  const { world, told, tap } = tapped()
  for (let nth = 0; nth < 1_000; nth++) {
    const cause = { commitId: `c${nth}`, table: 'todos', columns: ['text'], rows: [7n] }
    const params = ['x'.repeat(1_000), 7n, new Uint8Array(3)]
    tap.hear({
      type: 'queried',
      sql: 'SELECT 1',
      params,
      rows: 1,
      ms: nth,
      changed: nth % 2 === 0,
      label: 'List',
      cause,
    })
  }
  world.advance(50)
  expect(told).toMatchObject([
    {
      about: 'queries',
      runs: [
        {
          sql: 'SELECT 1',
          runs: 1_000,
          wasted: 500,
          rows: 1,
          label: 'List',
          params: [`${'x'.repeat(200)}…`, '7', '3 bytes'],
          causes: { length: 8, 1: { commitId: 'c1', table: 'todos', columns: ['text'], rows: ['7'], wasted: true } },
        },
      ],
    },
  ])
  expect(() => JSON.stringify(told)).not.toThrow()
  expect((told[0] as Extract<Told, { about: 'queries' }>).runs[0]!.ms.length).toBeLessThan(100)
})

test('the rows that commits wrote are told in bounds', () => {
  const { world, told, tap } = tapped()
  const rows = Array.from({ length: 1_000 }, (_, rowid) => ({ table: 'todos', rowid: BigInt(rowid) }))
  for (let nth = 0; nth < 1_000; nth++) {
    tap.hear({ type: 'wrote', tier: 'session', commits: [{ commitId: `c${nth}`, rows }] })
  }
  world.advance(50)
  const [{ commits }] = told as [Extract<Told, { about: 'rows' }>]
  expect(commits).toHaveLength(64)
  expect(commits[0]).toMatchObject({ commitId: 'c0', count: 1_000, rows: { length: 20, 3: { rowid: '3' } } })
})

test('a row of many commits is its two ends', () => {
  const pending = Array.from({ length: 10_000 }, (_, nth) => commit(`A:${nth}`, nth % 2 ? 'c' : 's'))
  const { pending: told, head } = orderOf(append(emptySyncState, pending))
  expect([told.count, told.first.length, told.last.length]).toEqual([10_000, 24, 24])
  expect(told.first[1]).toMatchObject({ synced: 0, from: { global: 1, client: 1 }, to: { global: 1, client: 1 } })
  expect(told.last.at(-1)!.to).toEqual(head)
  expect(JSON.stringify(told).length).toBeLessThan(20_000)
})
