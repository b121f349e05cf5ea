import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { commit } from '../sync/testing.ts'
import { headAfter, syncedCount } from './commit.ts'
import { compare, root } from './sequence-number.ts'
import { clientEvents, globalEvents } from './store-event.ts'

const commits = fc
  .array(
    fc.record({
      events: fc.array(fc.constantFrom('s', 'c'), { minLength: 1, maxLength: 4 }),
      generation: fc.nat(3),
    }),
    { maxLength: 8 },
  )
  .map((list) =>
    list.map(({ events, generation }, at) => ({ ...commit(`A:commit-${at}`, events.join('')), generation })),
  )

describe('events of commits one after another', () => {
  test('N1 N2 N4 each event has the one before it as its parent, and stands after it', () => {
    fc.assert(
      fc.property(commits, (list) => {
        let before = root
        let global = 0
        let since = 0
        for (const one of list) {
          for (const [at, event] of clientEvents(before, one).entries()) {
            expect(event.parentSeqNum).toEqual(before)
            expect(compare(event.seqNum, event.parentSeqNum)).toBeGreaterThan(0)
            if (one.events[at]!.synced) [global, since] = [global + 1, 0]
            else since += 1
            expect(event.seqNum).toEqual({ global, client: since, rebaseGeneration: one.generation })
            before = event.seqNum
          }
        }
        expect(headAfter(root, list)).toEqual(before)
      }),
    )
  })

  test('C2 B1 the backend sees the synced ones, in a chain without gaps that ends at the same number', () => {
    fc.assert(
      fc.property(commits, (list) => {
        let head = 0
        for (const one of list) {
          const seen = globalEvents(head, one)
          expect(seen).toHaveLength(syncedCount(one))
          for (const event of seen) {
            expect(event).toMatchObject({ parentSeqNum: head, seqNum: head + 1, commitId: one.commitId })
            head += 1
          }
        }
        expect(head).toBe(headAfter(root, list).global)
      }),
    )
  })
})
