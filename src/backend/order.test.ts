import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  countEvents,
  decide,
  emptyLog,
  entriesAfter,
  entryOf,
  findRepeated,
  headAfter,
  indexAfter,
  place,
  takePage,
} from './order.ts'

const sized = fc.record({
  commitId: fc.string({ minLength: 8, maxLength: 8 }),
  count: fc.integer({ min: 1, max: 20 }),
  bytes: fc.integer({ min: 1, max: 100 }),
})
const commits = fc.array(sized, { minLength: 1, maxLength: 20 })
const seq = fc.nat(1_000)

describe('order', () => {
  const head = { seq: 5, commitId: 'the-head' }
  const push = [
    { commitId: 'commit-1', count: 2 },
    { commitId: 'commit-2', count: 3 },
  ]

  test('B1 a push at the head moves it by its events', () => {
    expect(decide(head, { parent: 5, commits: push })).toEqual({
      type: 'append',
      head: { seq: 10, commitId: 'commit-2' },
    })
  })

  test('B1 a push behind the head must be rebased', () => {
    expect(decide(head, { parent: 4, commits: push })).toEqual({ type: 'ahead', head })
  })

  test('a push past the head has a parent that nobody knows', () => {
    expect(decide(head, { parent: 6, commits: push })).toEqual({ type: 'parent_unknown', head })
  })

  test('an entry of a commit counts its events', () => {
    expect(
      entryOf([
        'commit-1',
        'client',
        'session-1',
        0,
        [
          ['a', 1],
          ['b', 2],
        ],
      ]),
    ).toEqual(push[0])
  })

  test('a commitId that occurs twice is found', () => {
    expect(findRepeated([...push, push[0]!])).toBe('commit-1')
    expect(findRepeated(push)).toBeUndefined()
  })

  test('exactly one of the three is decided, and only an append moves the head', () => {
    fc.assert(
      fc.property(seq, seq, commits, (at, parent, entries) => {
        const decision = decide({ seq: at, commitId: at === 0 ? null : 'the-head' }, { parent, commits: entries })
        expect(decision.type).toBe(parent === at ? 'append' : parent < at ? 'ahead' : 'parent_unknown')
        expect(decision.head.seq).toBe(parent === at ? at + countEvents(entries) : at)
      }),
    )
  })

  test('numbers follow without gap from the parent, and end at the new head', () => {
    fc.assert(
      fc.property(seq, commits, (parent, entries) => {
        const placed = place(parent, entries)
        let next = parent + 1
        for (const { entry, first, last } of placed) {
          expect(first).toBe(next)
          expect(last - first + 1).toBe(entry.count)
          next = last + 1
        }
        expect(headAfter({ seq: parent, commitId: null }, entries)).toEqual({
          seq: next - 1,
          commitId: entries.at(-1)!.commitId,
        })
      }),
    )
  })

  test('a commit is found by any number before its first', () => {
    fc.assert(
      fc.property(commits, seq, (entries, after) => {
        const log = place(0, entries)
        const index = log.findIndex(({ last }) => last > after)
        expect(indexAfter(log, after)).toBe(index < 0 ? log.length : index)
        expect([...entriesAfter(log, after)]).toEqual(log.filter(({ last }) => last > after).map(({ entry }) => entry))
      }),
    )
  })

  test('pages one after another give every commit once, and none exceeds its limits but with one commit', () => {
    fc.assert(
      fc.property(
        commits,
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 300 }),
        (log, maxEvents, maxBytes) => {
          let rest = log
          while (rest.length > 0) {
            const page = takePage(rest, { maxEvents, maxBytes })
            expect(page).toEqual(rest.slice(0, page.length))
            if (page.length > 1) {
              expect(countEvents(page)).toBeLessThanOrEqual(maxEvents)
              expect(page.reduce((bytes, entry) => bytes + entry.bytes, 0)).toBeLessThanOrEqual(maxBytes)
            }
            expect(page.length).toBeGreaterThan(0)
            rest = rest.slice(page.length)
          }
        },
      ),
    )
  })

  test('any interleaving of authors that rebase gives one chain with every commit once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(3), { maxLength: 60 }), (turns) => {
        const known = [0, 0, 0, 0]
        let head = emptyLog
        const log: string[] = []
        turns.forEach((author, turn) => {
          const entry = { commitId: `commit-${turn}`, count: 1 }
          const decision = decide(head, { parent: known[author]!, commits: [entry] })
          if (decision.type === 'append') log.push(entry.commitId)
          head = decision.head
          known[author] = head.seq
        })
        expect(head.seq).toBe(log.length)
        expect(new Set(log).size).toBe(log.length)
        expect(head.commitId).toBe(log.at(-1) ?? null)
      }),
    )
  })
})
