import { expect, test } from 'vitest'
import type { FaultState, Question } from '../replica/inspection.ts'
import { commitOf, events, schema, silentBackend } from '../replica/testing.ts'
import { loadSqlite } from '../sqlite/wa-sqlite.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { createTracer } from '../trace.ts'
import { faultsOf } from './faults.ts'
import { inspectable } from './inspector.ts'
import { memoryStorage } from './memory-storage.ts'
import { openLeader } from './resettable.ts'

/** A connection with faults between both ends, which note what they hear. */
function connected() {
  const { env, advance } = manualEnv()
  const faults = faultsOf('store', env)
  const heard: string[] = []
  const backend: string[] = []
  let events: { received(data: unknown): void; closed(reason: string): void; opened(): void }
  const open = faults.socket((_, given) => {
    events = given
    return { send: (text) => backend.push(text), close: () => backend.push('closed') }
  })
  const socket = open('ws://backend', {
    opened: () => heard.push('opened'),
    received: (data) => heard.push(String(data)),
    closed: (reason) => heard.push(`closed: ${reason}`),
  })
  return {
    env,
    advance,
    faults,
    heard,
    backend,
    socket,
    say: (text: string) => events.received(text),
    events: () => events,
  }
}

const push = '{"type":"push","id":1,"parent":0,"commits":[["c1","A","s",0,[]],["c2","A","s",0,[]]]}'

test('while nothing is broken, what is said passes at once', () => {
  const { socket, say, heard, backend, events } = connected()
  events().opened()
  socket.send('hello')
  say('welcome')
  events().closed('gone')
  expect([heard, backend]).toEqual([['opened', 'welcome', 'closed: gone'], ['hello']])
})

test('latency delays both directions, and a slow backend its answers; all in their order', () => {
  const { socket, say, heard, backend, faults, advance } = connected()
  faults.set({ latency: 100, slowBackend: 400 })
  socket.send('one')
  say('{"type":"pushed"}')
  say('{"type":"heartbeat"}')
  advance(99)
  expect([heard, backend]).toEqual([[], []])
  advance(1)
  expect(backend).toEqual(['one'])
  advance(399)
  expect(heard).toEqual([])
  advance(1)
  expect(heard).toEqual(['{"type":"pushed"}', '{"type":"heartbeat"}'])
})

test('what is lost on the way comes later, and what is behind it waits', () => {
  const { socket, backend, faults, advance } = connected()
  faults.set({ loss: 100 })
  socket.send('one')
  faults.set({ loss: 0 })
  socket.send('two')
  expect(backend).toEqual([])
  advance(1_000)
  expect(backend).toEqual(['one', 'two'])
})

test('in a partition nothing comes through, and all of it when that is over', () => {
  const { socket, say, heard, backend, faults } = connected()
  faults.set({ partition: true })
  socket.send('one')
  say('two')
  expect([heard, backend]).toEqual([[], []])
  faults.set(undefined)
  expect([heard, backend]).toEqual([['two'], ['one']])
})

test('the next commit is rejected as if by the backend, which never sees it', () => {
  const { socket, heard, backend, faults } = connected()
  faults.set({ reject: 1 })
  socket.send(push)
  expect(backend).toEqual([])
  expect(JSON.parse(heard[0]!)).toEqual({ type: 'rejected', id: 1, commitId: 'c1', reason: 'devtools rejected it' })
  socket.send(push)
  expect(backend).toEqual([push])
})

test('a connection that is cut before the answer to a push lets that be pushed twice', () => {
  const { socket, say, heard, backend, faults } = connected()
  faults.set({ duplicate: true })
  socket.send(push)
  say('{"type":"events"}')
  say('{"type":"pushed","id":1}')
  say('{"type":"heartbeat"}')
  expect(backend).toEqual([push, 'closed'])
  expect(heard).toEqual(['{"type":"events"}', 'closed: devtools cut the connection before the answer to a push'])
  expect(faults.state).toMatchObject({ duplicate: false })
  expect(faults.state.until).toBeUndefined()
})

test('what is forgotten to be ended, ends by itself', () => {
  const { faults, advance, env } = connected()
  expect(faults.set({ partition: true })).toMatchObject({ partition: true, until: env.now() + 120_000 })
  advance(120_000)
  expect(faults.state).toMatchObject({ partition: false })
})

test('a leader that may be inspected fills its disk, says so, and persists again when that is over', async () => {
  const { env, live } = manualEnv()
  const failures: unknown[] = []
  const leader = openLeader({
    storeId: 'store',
    schema,
    storage: memoryStorage(await loadSqlite()),
    env,
    traces: createTracer(),
    upstream: silentBackend,
    devtools: inspectable,
    onFailed: (error) => failures.push(error),
  })
  const way = leader.connect()
  const told: string[] = []
  const join = () => way.join({ sessionId: 'one', fingerprint: schema.fingerprint }, (json) => told.push(json))
  const ask = async (question: Question): Promise<FaultState> => JSON.parse(await way.inspect(JSON.stringify(question)))
  await join()
  expect(await ask({ type: 'faults', set: { fullDisk: true } })).toMatchObject({ fullDisk: true, isKillable: false })
  const commit = commitOf('a', events.created({ id: 'a', text: 'a' }))
  await way.push(JSON.stringify([commit]))
  await live(0)
  const held = await join()
  expect(held.status.storage.problem).toMatchObject({ reason: 'full' })
  expect(await ask({ type: 'faults', end: true })).toMatchObject({ fullDisk: false })
  await live(1_000)
  await join()
  await way.push(JSON.stringify([commit]))
  await live(0)
  const { status, accepted } = await join()
  expect(status.storage.problem).toBeUndefined()
  expect(accepted).toMatchObject([{ commitId: 'a' }])
  expect(await ask({ type: 'kill' })).toBe(false)
  expect(failures).toEqual([])
  leader.close()
})
