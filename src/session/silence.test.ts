import { expect, test } from 'vitest'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openLeader } from '../leader/resettable.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import { schema } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer, type StorageProblem } from '../trace.ts'
import type { Silence } from './adapter.ts'
import type { BootStatus } from './boot.ts'
import { createStorePromise } from './store.ts'

const sqlite = await loadSqlite()
const problem: StorageProblem = { reason: 'blocked', message: 'nobody answers' }

/** A tab that waits for a leader. */
async function waiting(state: 'tab' | 'leader') {
  const { env, live } = manualEnv()
  const boot: BootStatus[] = []
  let silence: Silence | undefined
  let take: ((leader: LeaderApi) => void) | undefined
  const opened = createStorePromise({
    schema,
    storeId: 'store',
    env,
    session: { state },
    onBootStatus: (status) => boot.push(status),
    adapter: async () => ({
      openMemory: () => sqlite.open(),
      onLeader(hear, _onFailed, given) {
        take = hear
        silence = given
        return () => undefined
      },
      hosts: () => false,
      close: async () => undefined,
    }),
  })
  await live(0)
  const lead = async () => {
    const onFailed = (error: unknown) => {
      throw error
    }
    const storage = memoryStorage(sqlite)
    const leader = openLeader({ storeId: 'store', schema, storage, env, traces: createTracer(), onFailed })
    take!(leader.connect())
    await live(0)
    return opened
  }
  return { boot, silence: silence!, lead }
}

test('H10 a tab that boots says that no leader answers, and takes the state of another one', async () => {
  const { boot, silence, lead } = await waiting('tab')
  expect([silence.onSilence(problem), silence.lend(problem)]).toEqual([true, undefined])
  expect(boot.at(-1)).toEqual({ phase: 'blocked', problem })
  await lead()
  expect(boot.at(-1)).toEqual({ phase: 'open' })
})

test('H10 a tab that is open says it in its status, borrows nothing, and lends', async () => {
  const { boot, silence, lead } = await waiting('tab')
  const store = await lead()
  expect(silence.onSilence(problem)).toBe(false)
  expect(store.status.getState().storage?.problem).toEqual(problem)
  expect(boot.at(-1)).toEqual({ phase: 'open' })
  const request = { sessionId: 'other', fingerprint: schema.fingerprint }
  const joined = await silence.lend(problem)!.join(request, () => undefined)
  expect(joined).toMatchObject({ confirmed: [], accepted: [], status: { storage: { problem } } })
  expect(joined.bytes!.length).toBeGreaterThan(0)
})

test('H10 a tab that keeps no state neither borrows one nor lends', async () => {
  const { silence, lead } = await waiting('leader')
  expect(silence.onSilence(problem)).toBe(false)
  await lead()
  expect(silence.lend(problem)).toBeUndefined()
})
