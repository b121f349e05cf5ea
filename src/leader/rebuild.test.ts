import { expect, test } from 'vitest'
import { OutdatedBuild } from '../replica/errors.ts'
import type { FromLeader, Progress } from '../replica/leader-api.ts'
import { commitOf, contentOf, events, laxSchema, schema, silentBackend } from '../replica/testing.ts'
import type { Schema } from '../schema/schema.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer, type Trace } from '../trace.ts'
import { memoryStorage } from './memory-storage.ts'
import { openStores } from './open.ts'
import { openLeader } from './resettable.ts'
import type { Storage } from './storage-port.ts'

const sqlite = await loadSqlite()
const count = 3_000

/** A log of many confirmed commits, and no state. */
function setUp() {
  const { env, live, advance } = manualEnv()
  let ticks = 0
  const eventLog = sqlite.open()
  const storage: Storage = {
    ...memoryStorage(sqlite),
    open: (file) => (file === 'eventlog.db' ? eventLog : sqlite.open()),
  }
  const { log } = openStores({ storeId: 'store', storage, schema, env, traces: createTracer() })
  const confirmed = Array.from({ length: count }, (_, at) => ({
    commit: commitOf(`c${at}`, events.created({ id: `${at}`, text: 'milk' })),
    head: { global: at + 1, client: 0, rebaseGeneration: 0 },
  }))
  log.write({ confirmed })
  log.write({ appended: [commitOf('mine', events.created({ id: 'mine', text: 'bread' }))] })

  const told: Trace[] = []
  const traces = createTracer()
  traces.subscribe((trace) => told.push(trace))
  const failed: unknown[] = []
  const open = (of: Schema = schema) =>
    openLeader({
      storeId: 'store',
      schema: of,
      storage,
      traces,
      upstream: silentBackend,
      // Its clock runs while it works, so that every few commits are a slice of their own.
      env: { ...env, elapsed: () => ++ticks * 10 },
      onFailed: (error) => failed.push(error),
    })
  return { open, live, advance, told, failed }
}

test('a state is made from a long log in slices; who joins hears how far it is, and gets it whole', async () => {
  const { open, live, advance, told, failed } = setUp()
  const leader = open()
  const progress: Progress[] = []
  const api = leader.connect()
  const joining = api.join({ sessionId: 'one', fingerprint: schema.fingerprint }, (json) => {
    const message = JSON.parse(json) as FromLeader
    if (message.type === 'status' && message.status.progress) progress.push(message.status.progress)
  })
  await live(10)
  const joined = await joining
  const db = sqlite.open()
  db.deserialize(joined.bytes!)
  expect(contentOf(db).todos).toHaveLength(count)
  expect(joined).toMatchObject({ head: { global: count }, accepted: [{ commitId: 'mine' }] })
  expect(joined.status.progress).toBeUndefined()

  expect(progress[0]).toEqual({ name: 'rebuild', done: 0, total: count })
  const done = progress.map((each) => each.done)
  expect(done).toEqual([...new Set(done)].toSorted((a, b) => a - b))
  expect(done.length).toBeGreaterThan(3)
  expect(told.filter(({ type }) => type === 'rebuilt')).toMatchObject([{ events: count }])

  await api.push(JSON.stringify([commitOf('next', events.created({ id: 'next', text: 'tea' }))]))
  advance(1)
  expect(failed).toEqual([])
  leader.close()
})

test('a leader that is closed while it makes the state lets go of who waits', async () => {
  const { open, live } = setUp()
  const leader = open()
  const joining = leader.connect().join({ sessionId: 'one', fingerprint: schema.fingerprint }, () => undefined)
  leader.close()
  await expect(joining).rejects.toThrow()
  await live(10)
})

test('a tab of another build is told so at once', async () => {
  const { open } = setUp()
  const leader = open(laxSchema)
  const joining = leader.connect().join({ sessionId: 'one', fingerprint: schema.fingerprint }, () => undefined)
  await expect(joining).rejects.toThrow(OutdatedBuild)
  leader.close()
})
