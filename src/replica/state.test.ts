import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Commit, headAfter } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import { SchemaError } from '../schema/errors.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { merge } from '../sync/merge.ts'
import { append, emptySyncState, type SyncState, syncState } from '../sync/state.ts'
import { MaterializeError } from './errors.ts'
import { createMaterialize } from './materialize.ts'
import { createStateTables, openState } from './state.ts'
import { commitOf, contentOf, events, schema } from './testing.ts'

const sqlite = await loadSqlite()

function open() {
  const db = sqlite.open()
  createStateTables(db, schema.ddl, 'key')
  const materialize = createMaterialize({ db, schema, onUnknownEvent: () => undefined })
  return { db, materialize, state: openState(db, materialize) }
}

/** A state that has only ever seen these commits, in this order. */
function replayed(commits: readonly Commit[]) {
  const { db, materialize } = open()
  for (const commit of commits) {
    try {
      materialize(commit)
    } catch (error) {
      if (!(error instanceof MaterializeError)) throw error
    }
  }
  const content = contentOf(db)
  db.close()
  return content
}

const created = (id: string) => commitOf(`create-${id}`, events.created({ id, text: id }))
const renamed = (id: string, text: string) => commitOf(`rename-${id}-${text}`, events.renamed({ id, text }))

test('what SQLite refuses of a schema is an error that says which table, and leaves nothing behind', () => {
  const db = sqlite.open()
  const wrong = [
    'CREATE TABLE "ok" ("id" text PRIMARY KEY)',
    'CREATE TABLE "bad" ("id" text PRIMARY KEY, CHECK (nonsense()))',
  ]
  expect(() => createStateTables(db, wrong, 'key')).toThrow(SchemaError)
  expect(() => createStateTables(db, wrong, 'key')).toThrow(/^SQLite refuses CREATE TABLE "bad": .*nonsense/)
  expect(db.all('SELECT name FROM sqlite_schema')).toEqual([])
})

describe('state', () => {
  test('a commit that throws leaves the state as it was, and the next one applies', () => {
    const { db, state } = open()
    state.commit(created('a'))
    const before = contentOf(db)
    const both = commitOf('both', events.created({ id: 'b', text: 'b' }), events.required({ id: 'none' }))
    expect(() => state.commit(both)).toThrow('the materializer of v1.Required failed: there is no todo none')
    expect(contentOf(db)).toEqual(before)
    state.commit(created('c'))
    expect(contentOf(db).todos).toHaveLength(2)
    state.close()
    db.close()
  })

  test('S6 what is not confirmed is not in the base', () => {
    const { db, state } = open()
    const [a, b] = [created('a'), created('b')]
    state.commit(a)
    state.commit(b)
    const sync = append(emptySyncState, [a, b])
    state.follow(merge(sync, { confirmed: [a], accepted: [], settled: [] }).sync, [a])
    const copy = sqlite.open()
    copy.deserialize(state.snapshot(syncState(headAfter(EventSequenceNumber.root, [a]), [], [b])))
    expect(contentOf(copy)).toEqual(replayed([a]))
    expect(contentOf(db)).toEqual(replayed([a, b]))
    copy.close()
    state.close()
    expect(contentOf(db)).toEqual(replayed([a]))
    db.close()
  })

  test('confirmed commits wait for one another, and become the base together', () => {
    const { db, state } = open()
    const commits = Array.from({ length: 300 }, (_, index) => created(`row${index}`))
    const bases = commits.map((commit, index) => {
      state.follow(syncState(headAfter(EventSequenceNumber.root, commits.slice(0, index + 1)), [], []), [commit])
      return state.base.global
    })
    expect(bases).toEqual(commits.map((_, index) => (index < 255 ? 0 : 256)))
    state.close()
    expect(contentOf(db)).toEqual(replayed(commits.slice(0, 256)))
    db.close()
  })

  test('what a fold would apply again by the thousand is waited for', () => {
    const { db, state } = open()
    const commits = Array.from({ length: 3_000 }, (_, index) => created(`row${index}`))
    const confirm = (from: number, to: number) => {
      const head = headAfter(EventSequenceNumber.root, commits.slice(0, to))
      return state.follow(syncState(head, commits.slice(to), []), commits.slice(from, to))
    }
    state.follow(syncState(EventSequenceNumber.root, commits, []), [])
    expect(confirm(0, 1_000)).toMatchObject({ rolledBack: 0, applied: 0 })
    state.foldIfCheap(syncState(headAfter(EventSequenceNumber.root, commits.slice(0, 1_000)), commits.slice(1_000), []))
    expect([state.base.global, state.unfolded]).toEqual([0, 1_000])
    expect(confirm(1_000, 2_999)).toMatchObject({ rolledBack: 0, applied: 0 })
    expect(confirm(2_999, 3_000)).toMatchObject({ rolledBack: 0, applied: 0 })
    expect([state.base.global, state.unfolded]).toEqual([3_000, 0])
    state.close()
    expect(contentOf(db)).toEqual(replayed(commits))
    db.close()
  })

  test('a rebase that goes back to the base applies what waits once more, and folds it', () => {
    const { db, state } = open()
    const [a, b, mine] = [created('a'), created('b'), created('mine')]
    const head = (...commits: Commit[]) => headAfter(EventSequenceNumber.root, commits)
    state.follow(syncState(head(a), [mine], []), [a])
    expect(state.base.global).toBe(0)
    state.follow(syncState(head(a, b), [mine], []), [b])
    expect(state.base.global).toBe(2)
    expect(contentOf(db)).toEqual(replayed([a, b, mine]))
    state.close()
    expect(contentOf(db)).toEqual(replayed([a, b]))
    db.close()
  })

  test('P3 a confirmed commit that throws is skipped whole, and said to be', () => {
    const { db, state } = open()
    const bad = commitOf('bad', events.created({ id: 'x', text: 'x' }), events.required({ id: 'none' }))
    const good = created('a')
    const sync = syncState(headAfter(EventSequenceNumber.root, [bad, good]), [], [])
    const { skipped } = state.follow(sync, [bad, good])
    expect(skipped).toMatchObject([{ commitId: 'bad', event: 'v1.Required' }])
    expect(contentOf(db)).toEqual(replayed([good]))
    const listed = state.skipped()
    expect(listed).toMatchObject([{ commitId: 'bad', event: 'v1.Required' }])
    expect(state.follow(sync, []).skipped).toEqual([])
    state.fold(sync)
    expect(state.skipped()).toEqual(listed)
    expect(db.all('SELECT commit_id, event FROM __headwater_skipped')).toEqual([['bad', 'v1.Required']])
    state.close()
    db.close()
  })

  test('P2 a pending commit that no longer applies is left out until it does', () => {
    const { db, state } = open()
    const [a, needs] = [created('a'), commitOf('needs', events.required({ id: 'a' }))]
    state.commit(a)
    state.commit(needs)
    const without = syncState(EventSequenceNumber.root, [], [needs])
    expect(state.follow(without, []).failed).toMatchObject([{ commitId: 'needs' }])
    expect(contentOf(db).todos).toEqual([])
    const foreign = { ...a, commitId: 'theirs' }
    const after = syncState(headAfter(EventSequenceNumber.root, [foreign]), [], [needs])
    expect(state.follow(after, [foreign]).failed).toEqual([])
    expect(contentOf(db)).toEqual(replayed([foreign, needs]))
    state.close()
    db.close()
  })

  test('client-only and synced tables are kept apart, with an error that names both', () => {
    const { db, state } = open()
    const wrong = { ...commitOf('wrong', events.drafted({ id: 'd', text: 'd' })) }
    const asSynced = { ...wrong, events: wrong.events.map((event) => ({ ...event, synced: true })) }
    expect(() => state.commit(asSynced)).toThrow('a synced event writes table "drafts", which is client-only')
    state.close()
    db.close()
  })
})

/** Steps of any life of a replica: commits of its own, and upstream confirming, inserting, settling. */
type Step =
  | { readonly type: 'commit'; readonly commit: Commit }
  | { readonly type: 'accept'; readonly count: number }
  | { readonly type: 'confirm'; readonly count: number }
  | { readonly type: 'upstream'; readonly commit: Commit }
  | { readonly type: 'settle'; readonly at: number }
  | { readonly type: 'fold' }

let serial = 0
const anyCommit = fc
  .array(
    fc.oneof(
      fc.record({ id: fc.constantFrom('a', 'b', 'c'), text: fc.constantFrom('x', 'y') }).map(events.created),
      fc.record({ id: fc.constantFrom('a', 'b', 'c'), text: fc.constantFrom('x', 'y') }).map(events.renamed),
      fc.record({ id: fc.constantFrom('a', 'b', 'c') }).map(events.required),
      fc.record({ id: fc.constantFrom('a', 'b', 'c') }).map(events.removed),
      fc.record({ id: fc.constantFrom('d'), text: fc.constantFrom('x', 'y') }).map(events.drafted),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((inputs) => commitOf(`commit-${++serial}`, ...inputs))

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: anyCommit.map((commit) => ({ type: 'commit', commit }) as const) },
  fc.nat(4).map((count) => ({ type: 'accept', count }) as const),
  fc.nat(4).map((count) => ({ type: 'confirm', count }) as const),
  anyCommit.map((commit) => ({ type: 'upstream', commit }) as const),
  fc.nat(4).map((at) => ({ type: 'settle', at }) as const),
  fc.constant({ type: 'fold' } as const),
)

describe('state, through any life of a replica', () => {
  test('S6 it is always what a fresh replay of the same order gives, and the base what is confirmed', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { db, state } = open()
        let sync: SyncState = emptySyncState
        const confirmed: Commit[] = []
        const follow = (message: Parameters<typeof merge>[1]) => {
          const merged = merge(sync, message)
          state.follow(merged.sync, merged.confirmed)
          confirmed.push(...merged.confirmed)
          sync = merged.sync
        }
        for (const step of steps) {
          const line = [...sync.accepted, ...sync.pending]
          if (step.type === 'commit') {
            try {
              state.commit(step.commit)
              sync = append(sync, [step.commit])
            } catch (error) {
              if (!(error instanceof MaterializeError)) throw error
            }
          } else if (step.type === 'accept') {
            follow({ confirmed: [], accepted: line.slice(0, sync.accepted.length + step.count), settled: [] })
          } else if (step.type === 'confirm') {
            const accepted = line.slice(step.count, Math.max(step.count, sync.accepted.length))
            follow({ confirmed: line.slice(0, step.count), accepted, settled: [] })
          } else if (step.type === 'upstream') {
            follow({ confirmed: [step.commit], accepted: sync.accepted, settled: [] })
          } else if (step.type === 'settle') {
            const gone = line[step.at]
            if (!gone) continue
            const accepted = sync.accepted.filter((one) => one !== gone)
            follow({ confirmed: [], accepted, settled: [{ commitId: gone.commitId, outcome: 'parked', reason: '' }] })
          } else state.fold(sync)
          expect(contentOf(db)).toEqual(replayed([...confirmed, ...sync.accepted, ...sync.pending]))
        }
        const copy = sqlite.open()
        copy.deserialize(state.snapshot(sync))
        expect(contentOf(copy)).toEqual(replayed(confirmed))
        expect(contentOf(db)).toEqual(replayed([...confirmed, ...sync.accepted, ...sync.pending]))
        copy.close()
        state.close()
        db.close()
      }),
      { numRuns: 150 },
    )
  })

  test('renaming what a rebase put before it counts on top of it', () => {
    const { db, state } = open()
    const [theirs, mine] = [created('a'), renamed('a', 'mine')]
    state.commit(mine)
    const merged = merge(append(emptySyncState, [mine]), { confirmed: [theirs], accepted: [], settled: [] })
    state.follow(merged.sync, merged.confirmed)
    expect(contentOf(db).todos).toEqual([['a', 'mine', 1]])
    state.close()
    db.close()
  })
})
