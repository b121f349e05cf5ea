import { expect, test } from 'vitest'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openLeader } from '../leader/resettable.ts'
import { schema } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer, type StorageStatus, type Trace } from '../trace.ts'
import { createQuestions } from './questions.ts'
import { createStoreStorage } from './storage.ts'
import { createStorePromise } from './store.ts'

const sqlite = await loadSqlite()

test('what the storage refuses while nobody leads is told, until somebody does', async () => {
  const { env, live } = manualEnv()
  const traces = createTracer()
  const lead = () =>
    openLeader({
      storeId: 's',
      schema,
      storage: memoryStorage(sqlite),
      env,
      traces,
      onFailed: () => undefined,
    }).connect()
  const told: StorageStatus[] = []
  let attached: Parameters<Awaited<ReturnType<Parameters<typeof createStorePromise>[0]['adapter']>>['onLeader']>
  const opened = createStorePromise({
    schema,
    storeId: 's',
    env,
    onTrace: (trace: Trace) => trace.type === 'storage changed' && told.push(trace.storage),
    adapter: async () => ({
      openMemory: () => sqlite.open(),
      onLeader(...hears) {
        attached = hears
        hears[0](lead())
        return () => undefined
      },
      hosts: () => true,
      close: async () => undefined,
    }),
  })
  await live(0)
  const store = await opened
  const [take, onFailed] = attached!
  const problem = { reason: 'blocked', message: 'held by another worker' } as const
  onFailed(new Error(problem.message), problem)
  expect(store.status.getState().storage).toEqual({ kind: 'memory', problem })
  take(lead())
  await live(0)
  expect(store.status.getState().storage).toEqual({ kind: 'memory' })
  expect(told).toEqual([{ kind: 'memory' }, { kind: 'memory', problem }, { kind: 'memory' }])
})

test('the browser is asked to keep what is stored, and how much that is', async () => {
  let persistent = false
  const storage = createStoreStorage(createQuestions(), {
    persist: async () => {
      persistent = true
      return true
    },
    persisted: async () => persistent,
    estimate: async () => ({ usage: 5, quota: 10 }),
  })
  expect(await storage.estimate()).toEqual({ usage: 5, quota: 10, persistent: false })
  expect(await storage.persist()).toBe(true)
  expect(await storage.estimate()).toEqual({ usage: 5, quota: 10, persistent: true })
})

test('where there is no such browser, nothing is promised', async () => {
  const storage = createStoreStorage(createQuestions(), undefined)
  expect([await storage.persist(), await storage.estimate()]).toEqual([
    false,
    { usage: undefined, quota: undefined, persistent: false },
  ])
})
