/** Seeded histories of a whole cluster, with the real backend. `npm run sim` runs as many as you like. */
import { describe, expect, test } from 'vitest'
import { loadSqlite } from '../src/sqlite/wa-sqlite.ts'
import { defaultWorkload } from '../src/testing/simulator/default-workload.ts'
import { defaultProfile, planOf } from '../src/testing/simulator/plan.ts'
import { run } from '../src/testing/simulator/run.ts'
import { backendUnderTest } from './testing/under-test.ts'

const sqlite = await loadSqlite()

function runSeed(seed: number) {
  const { steps, latencies } = planOf(seed, { ...defaultProfile, names: defaultWorkload.names })
  return run({
    server: backendUnderTest,
    seed,
    steps,
    latencies,
    workload: defaultWorkload,
    sqlite,
  })
}

describe('a simulated cluster', () => {
  // 48: a new leader knew less of the backend than the one before. 1413: a disk failed while a leader folded in an idle moment. 81: a broker died before it had told its name; 86, 89, 93 and 103: one died with a port on its way to the leader.
  test.each([48, 81, 86, 89, 93, 103, 1413])(
    'keeps its promises in the history of seed %i, which once broke one',
    async (seed) => {
      expect((await runSeed(seed)).broken).toEqual([])
    },
  )

  test('does the same twice: a seed is a history', async () => {
    const [once, again] = [await runSeed(7), await runSeed(7)]
    expect(again.fingerprint).toBe(once.fingerprint)
    expect(once.commits).toBeGreaterThan(100)
    expect(Object.keys(once.faults).length).toBeGreaterThan(5)
  })
})
