import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { place, takePage } from '../src/backend/order.ts'
import { aCommit } from '../src/testing/contracts/event-log.ts'
import { createRecent, encodeFrame } from './recent.ts'

const page = { maxEvents: 10, maxBytes: 10_000 }
const plenty = 1_000_000

describe('recent commits', () => {
  test('make one frame for all who ask at the same place', () => {
    const recent = createRecent(page, plenty)
    recent.add(0, [aCommit('first', 2), aCommit('second')])
    const frame = recent.frameAfter(0)
    expect(JSON.parse(String(frame?.data))).toEqual({
      type: 'events',
      parent: 0,
      commits: [aCommit('first', 2), aCommit('second')].map(({ text }) => JSON.parse(text)),
    })
    expect(frame).toMatchObject({ parent: 0, last: { seq: 3, commitId: 'second__' }, events: 3 })
    expect(recent.frameAfter(0)).toBe(frame)
    recent.add(3, [aCommit('third')])
    expect(recent.frameAfter(0)?.last.seq).toBe(4)
    expect(recent.frameAfter(3)?.events).toBe(1)
    expect(recent.frameAfter(4)).toBeUndefined()
  })

  test('keep a frame of an old page until they need the room', () => {
    const recent = createRecent(page, 1_000)
    const old = encodeFrame(0, [aCommit('old')])
    recent.keep(old)
    recent.add(50, [aCommit('new')])
    expect(recent.frameAfter(0)).toBe(old)
    recent.keep(encodeFrame(20, [aCommit('large', 1, 'x'.repeat(900))]))
    expect(recent.frameAfter(0)).toBeUndefined()
  })

  test('never hold more than they may', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(400), { minLength: 1, maxLength: 40 }), (sizes) => {
        const recent = createRecent(page, 1_000)
        const commits = sizes.map((size, index) => aCommit(`number-${index}`, 1, 'x'.repeat(size)))
        commits.forEach((commit, seq) => {
          recent.add(seq, [commit])
        })
        const start = commits.findIndex((_, seq) => recent.frameAfter(seq))
        const held = start < 0 ? [] : commits.slice(start)
        expect(held.reduce((bytes, commit) => bytes + commit.bytes, 0)).toBeLessThanOrEqual(1_000)
        for (const { entry, first } of place(start, held)) {
          const expected = takePage(commits.slice(first - 1), page)
          expect(expected[0]).toBe(entry)
          expect(recent.frameAfter(first - 1)?.events).toBe(expected.length)
        }
      }),
    )
  })
})
