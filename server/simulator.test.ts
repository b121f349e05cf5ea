/** Seeded histories of a whole cluster, with the real backend. `npm run sim` runs as many as you like. */
import { describe, expect, test } from 'vitest'
import { planOf } from '../src/testing/simulator/plan.ts'
import { createHistories, type History, profile } from './testing/histories.ts'
import { kept } from './testing/kept-histories.ts'

const run = await createHistories()
const runSeed = (seed: number) => run({ seed, ...planOf(seed, profile) })

describe('a simulated cluster', () => {
  test.each(kept)('keeps its promises where it once did not: $defect', async (history) => {
    expect((await run(history)).broken).toEqual([])
  })

  // Of seeds that failed once; their histories are others by now, and what was wrong has tests of its own. The stage `seeds` of
  // `npm test` runs those up to 300.
  test.each([972, 992, 1413])('keeps its promises in the history of seed %i', async (seed) => {
    expect((await runSeed(seed)).broken).toEqual([])
  })

  test.each([1, 2, 3])(
    'a disk that is full now and then stops persisting, and nothing else (seed %i)',
    async (seed) => {
      const weights = { 'fill disk': 6, crash: 1, reload: 1, 'kill leader': 1, 'die at write': 1, partition: 1 }
      let timesFull = 0
      const onTrace: History['onTrace'] = (_at, _who, trace) => {
        if (trace.type === 'storage changed' && trace.storage.problem?.reason === 'full') timesFull++
      }
      const { broken } = await run({ seed, ...planOf(seed, { ...profile, weights }), onTrace })
      expect(broken).toEqual([])
      expect(timesFull).toBeGreaterThan(3)
    },
  )

  test.each([1, 3, 4])(
    'what makes a history begin anew, and two builds at once, lose and break nothing (seed %i)',
    async (seed) => {
      const weights = {
        ...{ 'damage state': 3, 'damage log': 3, 'reset store': 3, 'wipe backend': 1, 'restore backend': 2 },
        ...{ 'share clientId': 2, deploy: 3, 'open stale': 3, crash: 2, reload: 2, 'put aside': 2, offline: 3 },
      }
      const reasons = new Set<string>()
      const onTrace: History['onTrace'] = (_at, _who, trace) => {
        if (trace.type === 'storage changed') for (const { reason } of trace.storage.archives ?? []) reasons.add(reason)
      }
      const { broken } = await run({ seed, ...planOf(seed, { ...profile, weights }), onTrace })
      expect(broken).toEqual([])
      expect(reasons).toEqual(new Set(['reset', 'damaged']))
    },
  )

  test('does the same twice: a seed is a history', async () => {
    const [once, again] = [await runSeed(7), await runSeed(7)]
    expect(again.fingerprint).toBe(once.fingerprint)
    expect(once.commits).toBeGreaterThan(100)
    expect(Object.keys(once.faults).length).toBeGreaterThan(5)
  })
})
