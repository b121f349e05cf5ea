import { afterEach, expect, test } from 'vitest'
import { makeInMemoryAdapter } from '../adapter/memory.ts'
import { inspectable } from '../leader/inspector.ts'
import { memoryStorage } from '../leader/memory-storage.ts'
import { openLeader } from '../leader/resettable.ts'
import type { Told } from '../replica/inspection.ts'
import { commitOf, events, schema } from '../replica/testing.ts'
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
  await expect(api.inspect('{"type":"commits","limit":1}')).rejects.toMatchObject({ name: 'NotInspectable' })
  leader.close()
})

test('the log comes in pages, newest first, and is searched by the names of events', async () => {
  const { world, store } = await open()
  for (let nth = 0; nth < 25; nth++) store.commit(created(`${nth}`))
  store.commit(events.drafted({ id: 'd', text: 'x' }))
  await world.live(10)
  const first = await store.inspect.ask({ type: 'commits', limit: 20 })
  expect(first).toMatchObject({
    total: 26,
    commits: { length: 20, 0: { commit: { events: [{ name: 'v1.Drafted' }] } } },
  })
  const second = await store.inspect.ask({ type: 'commits', limit: 20, before: first.next! })
  expect(second.commits).toHaveLength(6)
  expect(second.next).toBeUndefined()
  const found = await store.inspect.ask({ type: 'commits', limit: 20, name: 'draft' })
  expect(found.commits).toHaveLength(1)
})

test('pages follow the order, not the time at which commits came, and go from what is unconfirmed to what is not', async () => {
  const { join, backend, connect } = lead()
  const one = await join('one')
  const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((id) => commitOf(id, created(id)))
  const theirs = { ...commitOf('theirs', created('t')), clientId: 'other1' }
  await one.push(a!, b!, c!, d!)
  backend(3, [theirs, a!, b!])
  const read = async (before?: unknown) =>
    JSON.parse(await connect().inspect(JSON.stringify({ type: 'commits', limit: 2, before })))
  const pages = []
  for (let next: unknown; ; ) {
    const page = await read(next)
    pages.push(page.commits.map(({ commit }: { commit: { commitId: string } }) => commit.commitId))
    next = page.next
    if (!next) break
  }
  expect(pages).toEqual([['d', 'c'], ['b', 'a'], ['theirs']])
})

test('a page says which number each confirmed commit has, and none for the others', async () => {
  const { join, backend, connect } = lead()
  const one = await join('one')
  const [a, b] = [commitOf('a', created('a')), commitOf('b', created('b'))]
  await one.push(a)
  backend(1, [a])
  await one.push(b)
  const page = JSON.parse(await connect().inspect('{"type":"commits","limit":9}'))
  expect(page.commits).toMatchObject([
    { commit: { commitId: 'b' } },
    { commit: { commitId: 'a' }, head: { global: 1 } },
  ])
  expect(page.commits[0].head).toBeUndefined()
  const { recent } = JSON.parse(await connect().inspect('{"type":"watch"}'))
  expect(recent).toMatchObject([{ commitId: 'a', from: { global: 1, client: 0 }, to: { global: 1, client: 0 } }])
})
