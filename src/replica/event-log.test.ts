import { describe, expect, test, vi } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { type EventLog, openEventLog } from './event-log.ts'
import { withHeads } from './replica.ts'
import { salvage } from './salvage.ts'
import { commitOf, events } from './testing.ts'

const sqlite = await loadSqlite()
const identity = { clientId: 'abcdef', epoch: 'epoch1' }

/** Opens what `log` has written a second time, as a new leader would. */
function reopened(bytes: Uint8Array): EventLog {
  const db = sqlite.open()
  db.deserialize(bytes)
  return openEventLog(db, () => {
    throw new Error('a log that is there has its identity')
  })
}

function fresh() {
  const db = sqlite.open()
  return { db, log: openEventLog(db, () => identity) }
}

const made = (id: string, generation = 0): Commit => ({ ...commitOf(id, events.created({ id, text: id })), generation })
const typed = (id: string) => commitOf(id, events.typed({ text: id }))
const confirmAll = (log: EventLog, ...commits: Commit[]) => log.write({ confirmed: withHeads(log.confirmed, commits) })

describe('event log', () => {
  test('H1 keeps its identity, its commits in order and its cursor', () => {
    const { db, log } = fresh()
    const [a, b] = [made('a'), made('b')]
    log.write({ appended: [a, b] })
    const backend = { backendId: 'backend1', cursor: { seq: 1, commitId: 'a' } }
    log.write({ confirmed: withHeads(log.confirmed, [a]), backend })
    const again = reopened(db.serialize())
    expect(again.identity).toEqual(identity)
    expect(again.unconfirmed()).toEqual([b])
    expect(again.confirmedAfter({ global: 0, client: 0, rebaseGeneration: 0 }, 10)).toMatchObject([
      { commit: a, head: { global: 1 } },
    ])
    expect(again.cursor).toEqual({ seq: 1, commitId: 'a' })
    expect(again.backendId).toBe('backend1')
  })

  test('finds an event that is in the order by its name, and none that left it or was never written', () => {
    const { db, log } = fresh()
    const find = (wanted: string, among = log) => among.findEvent((name) => name === wanted)
    log.write({ appended: [made('a')] })
    expect(() => log.write({ appended: [typed('b'), made('a')] })).toThrow('UNIQUE')
    expect([find('v1.Created'), find('v1.Typed')]).toEqual(['v1.Created', undefined])
    log.write({ appended: [typed('b')] })
    const again = reopened(db.serialize())
    expect([find('v1.Created', again), find('v1.Typed', again)]).toEqual(['v1.Created', 'v1.Typed'])
    log.write({ settled: [{ commitId: 'b', outcome: 'dropped', reason: '' }] })
    expect(find('v1.Typed')).toBeUndefined()
  })

  test('L2 tells of every commit that it saw what became of it', () => {
    const { log } = fresh()
    log.write({ appended: [made('a'), made('b'), made('c')] })
    confirmAll(log, made('a'))
    log.write({ settled: [{ commitId: 'b', outcome: 'rejected', reason: 'no' }] })
    const refused = made('d')
    log.write({ settled: [{ commitId: 'd', outcome: 'parked', reason: 'threw' }], refused: [refused] })
    expect(log.find('a')).toEqual({ state: 'confirmed' })
    expect(log.find('b')).toEqual({ state: 'settled', commitId: 'b', outcome: 'rejected', reason: 'no' })
    expect(log.find('c')).toEqual({ state: 'accepted' })
    expect(log.find('d')).toMatchObject({ state: 'settled', outcome: 'parked' })
    expect(log.find('e')).toBeUndefined()
  })

  describe('with the order of its own client', () => {
    const own = () => {
      const { db, log } = fresh()
      log.write({
        confirmed: withHeads(log.confirmed, [made('a')]),
        backend: { backendId: 'backend1', cursor: { seq: 1, commitId: 'a' } },
      })
      log.orderedBy('client', () => 'unused')
      confirmAll(log, made('b', 2), typed('t'), made('c'))
      return { db, log }
    }
    const states = (log: EventLog) => ['a', 'b', 't', 'c'].map((id) => log.find(id)?.state)

    test('B9 what it confirms is beyond what the backend has', () => {
      const { db, log } = own()
      for (const each of [log, reopened(db.serialize())]) {
        expect(each.cursor).toEqual({ seq: 1, commitId: 'a' })
        expect(each.confirmed).toMatchObject({ global: 3, client: 0 })
      }
      log.orderedBy('client', () => 'unused')
      expect([log.cursor.seq, log.identity.epoch]).toEqual([1, 'epoch1'])
    })

    test('B10 that is unconfirmed again once there is a backend, in its order and with its generations, in another epoch', () => {
      const { db, log } = own()
      log.write({ rebased: true })
      log.orderedBy('backend', () => 'epoch2')
      for (const each of [log, reopened(db.serialize())]) {
        expect(each.unconfirmed()).toEqual([made('b', 2), typed('t'), made('c')])
        expect([states(each), each.confirmed.global, each.cursor.seq, each.identity.epoch]).toEqual([
          ['confirmed', 'accepted', 'accepted', 'accepted'],
          1,
          1,
          'epoch2',
        ])
      }
      log.orderedBy('backend', () => 'epoch3')
      expect(log.identity.epoch).toBe('epoch2')
    })

    test('B10 where it ordered nothing by itself, nothing is another one', () => {
      const { log } = fresh()
      log.orderedBy('client', () => 'unused')
      log.orderedBy('backend', () => 'epoch2')
      expect([log.identity.epoch, log.cursor]).toEqual(['epoch1', { seq: 0, commitId: null }])
    })

    test('B9 of a damaged one all of that is parked, for no backend has it', () => {
      const { db } = own()
      expect(salvage(db).map(({ commit }) => commit)).toEqual([made('b', 2), made('c')])
    })
  })

  test('P4 the content of a settled commit stays', () => {
    const { db, log } = fresh()
    const b = made('b')
    log.write({ appended: [b] })
    log.write({ settled: [{ commitId: 'b', outcome: 'rejected', reason: 'no' }] })
    expect(JSON.parse(db.all('SELECT content FROM outcomes')[0]![0] as string)).toEqual(b)
    expect(log.unconfirmed()).toEqual([])
  })

  test('P4 parked commits are listed as they were made, those of one millisecond as they stood', () => {
    const { db, log } = fresh()
    const ids = ['d', 'b', 'a', 'c'] // `made` gives them all the same time
    log.write({ appended: ids.map((id) => made(id)) })
    log.write({ settled: ids.map((commitId) => ({ commitId, outcome: 'parked', reason: 'threw' })) })
    log.write({
      refused: [{ ...made('first'), at: made('d').at - 1 }],
      settled: [{ commitId: 'first', outcome: 'parked', reason: '' }],
    })
    const listed = (log: EventLog) => log.parked().map(({ commit }) => commit.commitId)
    expect(listed(log)).toEqual(['first', ...ids])
    expect(listed(reopened(db.serialize()))).toEqual(['first', ...ids])
  })

  test('M3 H1 generations survive a restart: counted by rebases, fixed by confirmation', () => {
    const { db, log } = fresh()
    log.write({ appended: [made('a'), made('b')] })
    log.write({ confirmed: withHeads(log.confirmed, [made('theirs')]), rebased: true })
    log.write({ appended: [made('late')] })
    expect(
      reopened(db.serialize())
        .unconfirmed()
        .map(({ generation }) => generation),
    ).toEqual([1, 1, 0])
    const settled = [{ commitId: 'a', outcome: 'parked', reason: '' } as const]
    log.write({ settled, unconfirmed: [made('b', 2), made('late', 1)] })
    expect(log.unconfirmed().map(({ generation }) => generation)).toEqual([2, 1])
    confirmAll(log, made('b', 2))
    log.write({ confirmed: withHeads(log.confirmed, [made('theirs2')]), rebased: true })
    const again = reopened(db.serialize())
    const confirmed = again.confirmedAfter({ global: 0, client: 0, rebaseGeneration: 0 }, 10)
    expect(confirmed.map(({ commit }) => [commit.commitId, commit.generation])).toEqual([
      ['theirs', 0],
      ['b', 2],
      ['theirs2', 0],
    ])
  })

  test('C3 L2 a superseded client-only commit leaves the log, and the numbers of the others stay', () => {
    const { db, log } = fresh()
    for (const id of ['t1', 't2', 't3']) {
      const steps = withHeads(log.confirmed, [typed(id)]).map((step) => ({ ...step, replaces: 'typed' }))
      log.write({ appended: [typed(id)], confirmed: steps })
    }
    expect(log.confirmed).toMatchObject({ global: 0, client: 3 })
    const again = reopened(db.serialize())
    expect(again.confirmed).toMatchObject({ global: 0, client: 3 })
    expect(db.all('SELECT commit_id FROM commits')).toEqual([['t3']])
    expect(db.all('SELECT count(*) FROM events')).toEqual([[1]])
    expect(again.find('t1')).toEqual({ state: 'confirmed' })
  })

  test('a write that fails leaves nothing of itself', () => {
    const { log } = fresh()
    log.write({ appended: [made('a')] })
    expect(() =>
      log.write({ appended: [made('b'), made('a')], backend: { backendId: 'x', cursor: { seq: 9, commitId: 'z' } } }),
    ).toThrow('SQLITE_CONSTRAINT')
    expect(log.find('b')).toBeUndefined()
    expect(log.backendId).toBeUndefined()
    log.write({ appended: [made('b')] })
    expect(log.find('b')).toEqual({ state: 'accepted' })
  })

  test('P4 P8 P9 says how many are parked, and when the list is another one', () => {
    const { db, log } = fresh()
    const park = (commitId: string) =>
      log.write({ settled: [{ commitId, outcome: 'parked', reason: 'threw' }], refused: [made(commitId)] })
    const before = log.parkedStatus
    expect(before.count).toBe(0)
    for (const commitId of ['a', 'b', 'c']) park(commitId)
    expect(log.parkedStatus).toEqual({ count: 3, revision: before.revision + 3 })
    log.write({ appended: [made('d')], retries: [{ ...made('d'), replaces: 'a' }] })
    log.write({ discarded: ['b'] })
    expect(log.parkedStatus).toEqual({ count: 1, revision: before.revision + 5 })
    expect(db.all("SELECT count(*) FROM outcomes WHERE commit_id IN ('a', 'b') AND content IS NOT NULL")).toEqual([[0]])
    confirmAll(log, made('c')) // the backend had it after all
    expect(log.parkedStatus.count).toBe(0)
    const settled = log.parkedStatus
    log.write({ appended: [made('e')] })
    expect(log.parkedStatus).toBe(settled)
    expect(reopened(db.serialize()).parked()).toEqual([])
  })

  test('dates and bytes come back as they were committed', () => {
    const { log } = fresh()
    const commit = {
      ...made('a'),
      events: [
        { name: 'x', args: { at: '2024-01-01T00:00:00.000Z' }, kinds: { '/at': 'date' as const }, synced: true },
      ],
    }
    log.write({ appended: [commit] })
    expect(log.unconfirmed()).toEqual([commit])
  })
})

test('what is asked at every boot and join is found by an index, however long the log is', () => {
  const { db, log } = fresh()
  const asked = vi.spyOn(db, 'all')
  log.confirmedAfter({ global: 7, client: 0, rebaseGeneration: 0 }, 10)
  log.unconfirmed()
  log.find('commit')
  const statements = [...asked.mock.calls]
  expect(statements.length).toBeGreaterThan(2)
  const plans = statements.map(([sql, params]) => db.all(`EXPLAIN QUERY PLAN ${sql}`, params).map((row) => `${row[3]}`))
  const dear = plans.flat().filter((step) => /^SCAN commits(?! USING INDEX)/.test(step))
  expect(dear).toEqual([])
})
