import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Commit, isSynced, syncedCount } from '../event/commit.ts'
import { commit } from '../sync/testing.ts'
import { defaultLimits } from '../sync/wire.ts'
import { fromWire, nextBatch, toWire } from './batch.ts'

const commits = fc
  .array(fc.constantFrom('s', 'sc', 'sss', 'css'), { maxLength: 20 })
  .map((kinds) => kinds.map((events, index) => commit(`A:${index}`, events)))

test('a batch is the longest prefix within the limits, or one larger commit alone', () => {
  fc.assert(
    fc.property(
      commits,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 2_000 }),
      (all, maxEventsPerPush, maxBytesPerPush) => {
        const batch = nextBatch(all, { ...defaultLimits, maxEventsPerPush, maxBytesPerPush })
        expect(batch === undefined).toBe(all.length === 0)
        if (!batch) return
        const taken = batch.commits
        const fits = (list: readonly Commit[]) =>
          list.reduce((sum, one) => sum + syncedCount(one), 0) <= maxEventsPerPush &&
          list.reduce((sum, one) => sum + JSON.stringify(toWire(one)).length, 0) <= maxBytesPerPush
        expect(taken).toEqual(all.slice(0, taken.length))
        expect(taken.length === 1 || fits(taken)).toBe(true)
        expect(taken.length === all.length || !fits(all.slice(0, taken.length + 1))).toBe(true)
      },
    ),
  )
})

test('C2 M5 the wire carries the synced events of a commit, and they come back as they were', () => {
  const dated = {
    name: 'v1.X',
    args: { at: '2024-01-01T00:00:00.000Z' },
    kinds: { '/at': 'date' as const },
    synced: true,
  }
  const mixed = commit('A:mixed', 'sc')
  const sent: Commit = { ...mixed, generation: 3, events: [...mixed.events, dated] }
  expect(isSynced(sent)).toBe(true)
  expect(fromWire(JSON.parse(JSON.stringify(toWire(sent))))).toEqual({
    ...sent,
    generation: 0,
    events: sent.events.filter(({ synced }) => synced),
  })
})
