import { loadSqlite } from '../../src/sqlite/wa-sqlite.ts'
import { defaultWorkload } from '../../src/testing/simulator/default-workload.ts'
import { defaultProfile, type Profile } from '../../src/testing/simulator/plan.ts'
import { type Outcome, type RunOptions, run } from '../../src/testing/simulator/run.ts'
import { backendUnderTest } from './under-test.ts'

export const profile: Profile = { ...defaultProfile, names: defaultWorkload.names }

export type History = Pick<RunOptions, 'seed' | 'clients' | 'steps' | 'onTrace'>

/** Gives what runs histories of the default workload against the real backend. */
export async function createHistories(): Promise<(history: History) => Promise<Outcome>> {
  const sqlite = await loadSqlite()
  return (history) => run({ ...history, server: backendUnderTest, workload: defaultWorkload, sqlite })
}
