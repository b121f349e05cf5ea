import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Commit, headAfter, isSynced, numbersAfter } from '../event/commit.ts'
import { compare } from '../event/sequence-number.ts'
import { type FromUpstream, fold, merge } from './merge.ts'
import { append, confirmedByBackend, emptySyncState, type SyncState, syncState, unaccept } from './state.ts'
import { commit, ids } from './testing.ts'

const from = (message: Partial<FromUpstream>): FromUpstream => ({
  confirmed: [],
  accepted: [],
  settled: [],
  ...message,
})
const [a, b, c, f] = [commit('A:a'), commit('A:b'), commit('A:c'), commit('F:f')]
const parked = (commitId: string) => ({ commitId, outcome: 'parked', reason: 'test' }) as const

describe('zones', () => {
  test('S1 a local commit enters at the end of pending', () => {
    const sync = append(append(emptySyncState, [a]), [b])
    expect(ids(sync.pending)).toEqual(['A:a', 'A:b'])
    expect(sync.head).toMatchObject({ global: 2, client: 0 })
  })

  test('L4 after upstream was lost, own accepted commits are pending again, before the others', () => {
    const sync = unaccept(syncState(emptySyncState.confirmed, [a, f], [b]), ({ clientId }) => clientId === a.clientId)
    expect(sync.accepted).toEqual([])
    expect(ids(sync.pending)).toEqual(['A:a', 'A:b'])
  })
})

describe('merge', () => {
  test('M1 own commits accepted in order are an advance: nothing is applied', () => {
    const merged = merge(append(emptySyncState, [a, b]), from({ accepted: [a] }))
    expect(merged).toMatchObject({ type: 'advance', confirmed: [], upstream: [] })
    expect(ids(merged.sync.accepted)).toEqual(['A:a'])
    expect(ids(merged.sync.pending)).toEqual(['A:b'])
  })

  test('M1 without anything pending, upstream is applied at the end', () => {
    const merged = merge(emptySyncState, from({ confirmed: [f], accepted: [a] }))
    expect(merged.type).toBe('advance')
    expect(ids(merged.upstream)).toEqual(['F:f', 'A:a'])
    expect(merged.sync.confirmed).toMatchObject({ global: 1 })
  })

  test('M2 another commit before pending ones is a rebase', () => {
    const merged = merge(append(emptySyncState, [a, b]), from({ confirmed: [f] }))
    if (merged.type !== 'rebase') throw new Error('not a rebase')
    expect(ids(merged.upstream)).toEqual(['F:f'])
    expect(ids(merged.replay)).toEqual(['A:a', 'A:b'])
    expect(merged.sync.head).toMatchObject({ global: 3 })
  })

  test('M3 a rebase keeps payloads and ids, and counts a generation', () => {
    const merged = merge(append(emptySyncState, [a]), from({ confirmed: [f] }))
    expect(merged.sync.pending).toEqual([{ ...a, generation: 1 }])
    const again = merge(merged.sync, from({ confirmed: [commit('F:g')] }))
    expect(again.sync.pending).toEqual([{ ...a, generation: 2 }])
  })

  test('M6 a commit that comes back from upstream is the own one, with its client-only events', () => {
    const mixed = commit('A:m', 'sc')
    const onlySynced = { ...mixed, events: mixed.events.slice(0, 1) }
    const merged = merge(append(emptySyncState, [mixed]), from({ confirmed: [onlySynced] }))
    expect(merged.type).toBe('advance')
    expect(merged.confirmed).toEqual([mixed])
    expect(merged.sync.confirmed).toMatchObject({ global: 1, client: 1 })
  })

  test('M8 a settled commit leaves, those behind it are replayed, those before it stay', () => {
    const merged = merge(append(emptySyncState, [a, b, c]), from({ settled: [parked('A:b')] }))
    if (merged.type !== 'rebase') throw new Error('not a rebase')
    expect(ids(merged.replay)).toEqual(['A:c'])
    expect(merged.sync.pending).toEqual([a, { ...c, generation: 1 }])
    expect(merged.settled).toEqual([parked('A:b')])
  })

  test('M8 the settlement of a commit that is not here says nothing', () => {
    expect(merge(append(emptySyncState, [a]), from({ settled: [parked('X:x')] })).type).toBe('advance')
  })
})

describe('M7 the merge with the backend', () => {
  const local = commit('A:l', 'c')

  test('confirms a local-only commit at once where nothing synced precedes it', () => {
    expect(ids(confirmedByBackend(append(emptySyncState, [local, a]), []))).toEqual(['A:l'])
  })

  test('lets it wait behind an unconfirmed synced one, and keeps its place', () => {
    const sync = append(emptySyncState, [a, local, b])
    expect(confirmedByBackend(sync, [])).toEqual([])
    expect(ids(confirmedByBackend(sync, [a]))).toEqual(['A:a', 'A:l'])
    expect(ids(confirmedByBackend(sync, [a, b]))).toEqual(['A:a', 'A:l', 'A:b'])
    expect(merge(sync, from({ confirmed: confirmedByBackend(sync, [a, b]) })).type).toBe('advance')
  })

  test('never lets it block what others committed', () => {
    const sync = append(emptySyncState, [a, local])
    expect(ids(confirmedByBackend(sync, [f]))).toEqual(['F:f'])
  })
})

/**
 * A slow, obviously right reference: one list of places, looked up again for each commit. `where` says in which zone each stands
 * after the message; whoever has another place than before, or another one before it, is replayed.
 */
function reference(sync: SyncState, message: FromUpstream) {
  const before = [...sync.accepted, ...sync.pending]
  const has = (list: readonly { readonly commitId: string }[], { commitId }: Commit) =>
    list.some((one) => one.commitId === commitId)
  const where = new Map<Commit, 'confirmed' | 'accepted' | 'pending'>()
  for (const told of message.confirmed)
    where.set(before.find((one) => one.commitId === told.commitId) ?? told, 'confirmed')
  for (const told of message.accepted) where.set(told, 'accepted')
  for (const one of sync.pending) {
    if (has(message.confirmed, one) || has(message.accepted, one)) continue
    const end = message.settled.find(({ commitId }) => commitId === one.commitId)
    const replacement = message.replacements?.find(({ replaces }) => replaces === one.commitId)
    if (end && replacement) where.set({ ...replacement, generation: one.generation }, 'pending')
    else if (!end) where.set(one, 'pending')
  }
  const after = [...where.keys()]
  const isMoved = (one: Commit) =>
    after.slice(0, after.indexOf(one) + 1).some(({ commitId }, at) => before[at]?.commitId !== commitId)
  const isRebase = before.some(({ commitId }, at) => after[at]?.commitId !== commitId)
  const ofZone = (zone: string) => after.filter((one) => where.get(one) === zone)
  const final = (one: Commit) =>
    isRebase && where.get(one) === 'pending' && isMoved(one) ? { ...one, generation: one.generation + 1 } : one
  const confirmed = ofZone('confirmed')
  const head = message.head ?? headAfter(sync.confirmed, confirmed)
  return {
    type: isRebase ? 'rebase' : 'advance',
    confirmed,
    sync: syncState(head, ofZone('accepted'), ofZone('pending').map(final)),
    upstream: after.filter((one) => !has(before, one)),
    ...(isRebase
      ? {
          replay: after.filter((one) => where.get(one) !== 'confirmed' && has(before, one) && isMoved(one)).map(final),
          settled: message.settled.filter(({ commitId }) => before.some((one) => one.commitId === commitId)),
        }
      : {}),
  }
}

const kinds = fc.constantFrom('s', 'c', 'ss', 'sc', 'cs')
const ends = fc.constantFrom(undefined, undefined, undefined, 'parked' as const, 'replaced' as const)

/** Any history that an upstream can tell: it never names a commit twice, and keeps what it confirmed. */
const history = fc
  .record({
    own: fc.array(fc.record({ events: kinds, generation: fc.nat(2), end: ends }), { maxLength: 6 }),
    held: fc.nat(6),
    foreign: fc.array(kinds, { maxLength: 3 }),
    shuffle: fc.array(fc.nat(7), { minLength: 8, maxLength: 8 }),
    again: fc.boolean(),
    confirmed: fc.nat(6),
    head: fc.option(fc.record({ global: fc.constant(100), client: fc.nat(2), rebaseGeneration: fc.constant(0) }), {
      nil: undefined,
    }),
  })
  .map(({ own, held, foreign, shuffle, again, confirmed, head }) => {
    const mine = own.map(({ events, generation }, at) => ({ ...commit(`A:${at}`, events), generation }))
    const sync = syncState(emptySyncState.confirmed, mine.slice(0, held), mine.slice(held))
    const gone = mine.filter((_, at) => own[at]!.end)
    // Own ones that upstream already had in order, and some of the pending ones, with those of others between them.
    const named = mine.filter((one, at) => (at < held || shuffle[at]! > 3) && !gone.includes(one))
    const line: Commit[] = named.map((one) => (again ? { ...one, generation: one.generation + 1 } : one))
    for (const [at, events] of foreign.entries()) line.splice(shuffle[at]!, 0, commit(`F:${at}`, events))
    const replaced = mine.filter((_, at) => at >= held && own[at]!.end === 'replaced')
    const message = from({
      confirmed: line.slice(0, confirmed),
      accepted: line.slice(confirmed),
      settled: gone.map((one) =>
        replaced.includes(one)
          ? { commitId: one.commitId, outcome: 'replaced', replacement: `${one.commitId}'`, reason: 'test' }
          : parked(one.commitId),
      ),
      replacements: replaced.map((one) => ({ ...commit(`${one.commitId}'`), replaces: one.commitId })),
      head,
    })
    return { sync, message }
  })

describe('merge, for any history', () => {
  test('M1 M2 M3 M6 M8 agrees with a slow reference about everything', () => {
    fc.assert(
      fc.property(history, ({ sync, message }) => {
        expect(merge(sync, message)).toEqual(reference(sync, message))
      }),
      { numRuns: 3_000 },
    )
  })

  test('N4 S3 M4 M5 heads follow from the order, and never go back', () => {
    fc.assert(
      fc.property(history, ({ sync, message }) => {
        const { sync: next, confirmed } = merge(sync, message)
        expect(next.confirmed).toEqual(message.head ?? headAfter(sync.confirmed, confirmed))
        expect(compare(next.confirmed, sync.confirmed)).toBeGreaterThanOrEqual(0)
        expect(next.head).toEqual(headAfter(next.confirmed, [...next.accepted, ...next.pending]))
        for (const one of next.pending) expect(numbersAfter(next.confirmed, one)).toHaveLength(one.events.length)
      }),
    )
  })

  test('S2 what leaves pending was a prefix of it, confirmed, accepted elsewhere in the order, or settled', () => {
    fc.assert(
      fc.property(history, ({ sync, message }) => {
        const { sync: next, confirmed } = merge(sync, message)
        const mentioned = new Set(ids([...confirmed, ...next.accepted]))
        for (const { commitId } of message.settled) mentioned.add(commitId)
        const stayed = ids(next.pending)
        for (const { commitId } of sync.pending) expect(stayed.includes(commitId)).toBe(!mentioned.has(commitId))
      }),
    )
  })

  test('M9 two messages folded into one lead to the same order', () => {
    fc.assert(
      fc.property(history, fc.nat(3), ({ sync, message: { replacements: _, ...message } }, later) => {
        const second = from({
          confirmed: message.accepted.slice(0, later),
          accepted: [...message.accepted.slice(later), commit('F:last')],
        })
        const twice = merge(merge(sync, message).sync, second).sync
        const once = merge(sync, fold(message, second)).sync
        expect(compare(once.confirmed, twice.confirmed)).toBe(0)
        expect(ids([...once.accepted, ...once.pending])).toEqual(ids([...twice.accepted, ...twice.pending]))
      }),
    )
  })

  test('M7 local-only commits lead a leader nowhere: none stays in front', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('s', 'c', 'sc'), { maxLength: 6 }), fc.nat(6), (own, count) => {
        const mine = own.map((events, index) => commit(`A:${index}`, events))
        const sync = append(emptySyncState, mine)
        const told = mine.filter(isSynced).slice(0, count)
        const merged = merge(sync, from({ confirmed: confirmedByBackend(sync, told) }))
        expect(merged.type).toBe('advance')
        const [first] = merged.sync.pending
        expect(first === undefined || isSynced(first)).toBe(true)
      }),
    )
  })
})

describe('replacements', () => {
  const replaced = (commitId: string, replacement: string) =>
    ({ commitId, outcome: 'replaced', replacement, reason: 'test' }) as const

  test('M8 in a leader a replacement takes the place of the old one, before those behind it', () => {
    const message = from({ settled: [replaced('A:b', 'A:r')], replacements: [{ ...commit('A:r'), replaces: 'A:b' }] })
    const merged = merge(append(emptySyncState, [a, b, c]), message)
    expect(merged.sync.pending.map(({ commitId, generation }) => [commitId, generation])).toEqual([
      ['A:a', 0],
      ['A:r', 1],
      ['A:c', 1],
    ])
    expect(ids(merged.upstream)).toEqual(['A:r'])
  })

  test('R4 M9 a session that hears late learns the whole chain, replaced and then settled, in one message', () => {
    const first = from({ accepted: [commit('A:r'), c], settled: [replaced('A:b', 'A:r')] })
    const second = from({ accepted: [c], settled: [parked('A:r')] })
    const merged = merge(append(emptySyncState, [b, c]), fold(first, second))
    if (merged.type !== 'rebase') throw new Error('not a rebase')
    expect(merged.settled).toEqual([replaced('A:b', 'A:r'), parked('A:r')])
    expect(ids(merged.sync.accepted)).toEqual(['A:c'])
  })
})
