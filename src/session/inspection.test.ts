import { afterEach, expect, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { inspectable } from '../leader/inspector.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openLeader } from '../leader/resettable.ts'
import { openEventLog } from '../replica/event-log.ts'
import type { LogFilter, LogPlace, Question, Told } from '../replica/inspection.ts'
import { find, readRange } from '../replica/log-pages.ts'
import { withHeads } from '../replica/replica.ts'
import { commitOf, events, schema, silentBackend } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { lead } from '../testing/lead.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import type { LeaderListener } from './inspection.ts'
import { createStorePromise, type Store } from './store.ts'

const opened: Store[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.shutdown()
})

const created = (id: string) => events.created({ id, text: id })

async function open() {
  const world = manualEnv()
  const opening = createStorePromise({
    schema,
    adapter: makeInMemoryAdapter({ devtools: inspectable }),
    storeId: 'test',
    sync: { backend: silentBackend },
    env: world.env,
  })
  await world.live(0)
  const store = await opening
  opened.push(store)
  return { world, store }
}

function listener() {
  const told: Told[] = []
  const watching: unknown[] = []
  const refused: Error[] = []
  const of: LeaderListener = {
    onTold: (batch) => told.push(...batch),
    onWatching: (answer) => watching.push(answer),
    onRefused: (error) => refused.push(error),
  }
  return { told, watching, refused, of }
}

test('who watches hears what the leader does, with the order after each step, until it stops', async () => {
  const { world, store } = await open()
  store.commit(created('a'))
  await world.live(10)
  const { told, watching, of } = listener()
  const stop = store.inspect.watch(of)
  await world.live(0)
  expect(watching).toMatchObject([{ order: { pending: { count: 1 } }, sessions: [store.inspect.sessionId] }])
  const { commitId } = store.commit(created('b'))
  await world.live(100)
  expect(told).toMatchObject([
    { about: 'order', tier: 'leader', why: 'committed', order: { pending: { count: 2 }, head: { global: 2 } } },
    { about: 'else', trace: { type: 'persisted', commitIds: [commitId] } },
  ])
  stop()
  await world.live(0)
  store.commit(created('c'))
  await world.live(100)
  expect(told).toHaveLength(2)
})

test('while nobody watches, a leader tells nothing and builds nothing', async () => {
  const traces = createTracer()
  const { env } = manualEnv()
  const leader = openLeader({
    storeId: 'test',
    schema,
    storage: memoryStorage(await loadSqlite()),
    env,
    traces,
    devtools: inspectable,
    onFailed: () => undefined,
  })
  const api = leader.connect()
  await api.join({ sessionId: 'one', fingerprint: schema.fingerprint }, () => undefined)
  expect(traces.emit).toBeUndefined()
  await api.inspect('{"type":"watch"}')
  expect(traces.emit).toBeDefined()
  await api.leave()
  expect(traces.emit).toBeUndefined()
  leader.close()
})

test('a leader whose app does not allow it answers nothing', async () => {
  const leader = openLeader({
    storeId: 'test',
    schema,
    storage: memoryStorage(await loadSqlite()),
    env: manualEnv().env,
    traces: createTracer(),
    onFailed: () => undefined,
  })
  const api = leader.connect()
  await api.join({ sessionId: 'one', fingerprint: schema.fingerprint }, () => undefined)
  await expect(api.inspect('{"type":"commits","from":0,"count":1}')).rejects.toMatchObject({ name: 'NotInspectable' })
  leader.close()
})

test('the log is read by place, and searched from its end', async () => {
  const { world, store } = await open()
  for (let nth = 0; nth < 25; nth++) store.commit(created(`${nth}`))
  store.commit(events.drafted({ id: 'd', text: 'x' }))
  await world.live(10)
  const some = await store.inspect.ask({ type: 'commits', from: 20, count: 20 })
  expect(some).toMatchObject({ total: 26, commits: { length: 6, 5: { commit: { events: [{ name: 'v1.Drafted' }] } } } })
  const search = async (filter: LogFilter, before?: LogPlace) => {
    const page = await store.inspect.ask({ type: 'search', limit: 20, filter, ...(before ? { before } : {}) })
    return { ids: page.commits.map(({ commit }) => (commit.events[0]!.args as { id: string }).id), next: page.next }
  }
  const first = await search({ name: 'CREATED' })
  expect(first.ids).toHaveLength(20)
  expect(first.ids[0]).toBe('24')
  expect(await search({ name: 'created' }, first.next)).toEqual({ ids: ['4', '3', '2', '1', '0'], next: undefined })
  expect(await search({ args: '"ID":"7"' })).toMatchObject({ ids: ['7'] })
  expect(await search({ name: 'drafted', args: '"id":"7"' })).toMatchObject({ ids: [] })
  expect(await search({ state: 'client-only' })).toMatchObject({ ids: ['d'] })
  expect(await search({ state: 'confirmed' })).toMatchObject({ ids: [] })
  expect(await search({ client: 'other' })).toMatchObject({ ids: [] })
  const ofSession = await search({ session: store.inspect.sessionId.slice(0, 6), state: 'persisted' })
  expect(ofSession.ids).toHaveLength(20)
})

test('places follow the order, not the time at which commits came, and go from what is confirmed to what is not', async () => {
  const { join, backend, connect } = lead()
  const one = await join('one')
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => commitOf(id, created(id)))
  const theirs = { ...commitOf('theirs', created('t')), clientId: 'other1' }
  await one.push(a!, b!, c!, d!)
  backend(3, [theirs, a!, b!])
  const ids = async (question: Question) =>
    JSON.parse(await connect().inspect(JSON.stringify(question))).commits.map(
      ({ commit }: { commit: { commitId: string } }) => commit.commitId,
    )
  const pages = []
  for (let from = 0; from < 6; from += 2) pages.push(await ids({ type: 'commits', from, count: 2 }))
  expect(pages).toEqual([['theirs', 'a'], ['b', 'c'], ['d']])
  expect(await ids({ type: 'search', limit: 9, filter: {} })).toEqual(['d', 'c', 'b', 'a', 'theirs'])
})

test('a search looks through a part of a long log at a time, and says where it goes on', async () => {
  const db = (await loadSqlite()).open()
  const log = openEventLog(db, () => ({ clientId: 'client', epoch: 'one' }))
  const root = { global: 0, client: 0, rebaseGeneration: 0 }
  const commits = Array.from({ length: 6_000 }, (_, nth) => commitOf(`c${nth}`, created(`${nth}`)))
  log.write({ confirmed: withHeads(root, commits) })
  const found: string[] = []
  let steps = 0
  for (let before: LogPlace | undefined; ; steps++) {
    const page = find(log.reader, { limit: 20, filter: { args: '"id":"500"' }, ...(before ? { before } : {}) })
    found.push(...page.commits.map(({ commit }) => commit.commitId))
    before = page.next
    if (!before) break
  }
  expect([found, steps]).toEqual([['c500'], 1])
  expect(readRange(log.reader, { from: 4_000, count: 2 }).commits.map(({ head }) => head?.global)).toEqual([
    4_001, 4_002,
  ])
  db.close()
})

test('a page says which number each confirmed commit has, and none for the others', async () => {
  const { join, backend, connect } = lead()
  const one = await join('one')
  const [a, b] = [commitOf('a', created('a')), commitOf('b', created('b'))]
  await one.push(a)
  backend(1, [a])
  await one.push(b)
  const page = JSON.parse(await connect().inspect('{"type":"search","limit":9,"filter":{}}'))
  expect(page.commits).toMatchObject([
    { commit: { commitId: 'b' } },
    { commit: { commitId: 'a' }, head: { global: 1 } },
  ])
  expect(page.commits[0].head).toBeUndefined()
  const { recent } = JSON.parse(await connect().inspect('{"type":"watch"}'))
  expect(recent).toMatchObject([{ commitId: 'a', from: { global: 1, client: 0 }, to: { global: 1, client: 0 } }])
})
