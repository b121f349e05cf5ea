import { expect, test } from 'vitest'
import { startLeader } from '../leader/leader.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openStores } from '../leader/open.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import { commitOf, contentOf, declared, events, schema, silentBackend } from '../replica/testing.ts'
import { newerBuildHas } from '../replica/unknown-event.ts'
import { UnknownEvent } from '../schema/errors.ts'
import { makeSchema, type Schema } from '../schema/schema.ts'
import type { Sqlite } from '../sqlite/port.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { createSession } from './session.ts'

const sqlite = await loadSqlite()
const traces = createTracer()

/** Leaders one after the other on one log, each in a state of its own, and one session. */
function setUp(own: Schema = schema, onEnded = (_: Error) => {}) {
  const { env, live } = manualEnv()
  let eventLog = sqlite.open()
  const lead = (): LeaderApi => {
    const open = (file: string): Sqlite => (file === 'eventlog.db' ? eventLog : sqlite.open())
    const storage = { ...memoryStorage(sqlite), open }
    const stores = openStores({ storeId: 'store', storage, schema, env, traces })
    const onFailed = (error: unknown) => {
      throw error
    }
    const options = { leaderId: env.randomId(8), storeId: 'store', schema, storage, env, traces }
    const leader = startLeader({
      ...options,
      ...stores,
      upstream: silentBackend,
      onFailed,
      onMismatch: () => undefined,
    })
    return { ...leader.connect(), reset: async () => undefined, importLog: async () => undefined }
  }
  let db = sqlite.open()
  const openMemory = () => {
    db = sqlite.open()
    return db
  }
  const session = createSession({
    schema: own,
    sessionId: 'one',
    openMemory,
    env,
    traces,
    onStatus: () => undefined,
    onEnded,
  })
  return {
    live,
    lead,
    session,
    content: () => contentOf(db),
    crash() {
      const left = sqlite.open()
      left.deserialize(eventLog.serialize())
      eventLog = left
    },
  }
}

/** A leader that takes pushes, and of which nothing is heard any more. */
const mute = (leader: LeaderApi): LeaderApi => ({ ...leader, join: (request) => leader.join(request, () => undefined) })

test('L4 L2 what was replaced while its session heard nothing is confirmed, and not made again', async () => {
  const { lead, session, live, crash, content } = setUp()
  await session.attach(mute(lead()))
  const receipts = ['first', 'second'].map((text) => session.commit([events.typed({ text })]))
  await live(10)
  crash()
  const joined = session.attach(lead())
  await live(10)
  expect(await joined).toBe(true)
  await Promise.all(receipts.map(({ confirmed }) => confirmed))
  expect(session.sync).toMatchObject({ confirmed: { client: 2 }, accepted: [], pending: [] })
  expect(content().drafts).toEqual([['typed', 'second']])
})

test('L4 what its leader did not write before it went is pushed to the next one, in order', async () => {
  const { lead, session, live, crash, content } = setUp()
  await session.attach(lead())
  session.commit([events.created({ id: 'a', text: 'a' })])
  await live(10)
  crash()
  const lost = [events.renamed({ id: 'a', text: 'x' }), events.renamed({ id: 'a', text: 'y' })]
  const receipts = lost.map((event) => session.commit([event]))
  await live(10)
  const joined = session.attach(lead())
  await live(10)
  expect(await joined).toBe(true)
  await Promise.all(receipts.map(({ persisted }) => persisted))
  expect(session.sync.accepted).toHaveLength(3)
  expect(content().todos).toEqual([['a', 'y', 2]])
})

test("with 'fail', a tab that is older than its leader ends at an event that it does not know, and shows nothing of it", async () => {
  const { renamed: _, ...known } = events
  const { 'v1.Renamed': __, ...materializers } = declared.materializers
  const older = makeSchema({ ...declared, events: known, materializers, unknownEventHandling: 'fail' })
  const ended: Error[] = []
  const { lead, session, live, content } = setUp(older, (error) => ended.push(error))
  const leader = lead()
  await session.attach(leader)
  const receipt = session.commit([events.created({ id: 'a', text: 'a' })])
  await live(10)
  await receipt.persisted
  await leader.push(JSON.stringify([commitOf('rename', events.renamed({ id: 'a', text: 'x' }))]))
  await live(10)
  expect(ended).toEqual([new UnknownEvent('v1.Renamed', newerBuildHas('v1.Renamed'))])
  expect(content().todos).toEqual([['a', 'a', 0]])
})
