import { describe, expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import type { Downstream, Pulled } from '../replica/upstream.ts'
import type { Connection } from '../sync/connection.ts'
import { commit } from '../sync/testing.ts'
import { type Cursor, defaultLimits, type FromBackend, type FromClient, type WireCommit } from '../sync/wire.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { backoff } from './backoff.ts'
import type { SocketEvents } from './socket.ts'
import { makeWebSocketBackend } from './websocket.ts'

/** A leader that keeps what it is told, and the sockets that its link opens. */
function setUp(pending: Commit[] = []) {
  const { env, advance, timers } = manualEnv({ random: () => 1 })
  const sockets: { events: SocketEvents; sent: FromClient[]; closed: boolean }[] = []
  const connections: Connection[] = []
  const pulls: Pulled[] = []
  let cursor: Cursor = { seq: 0, commitId: null }
  const downstream: Downstream = {
    storeId: 'store',
    clientId: 'client',
    backendId: () => undefined,
    cursor: () => cursor,
    isConfirmed: (commitId) => pulls.some(({ confirmed }) => confirmed.some((one) => one.commitId === commitId)),
    unpushed: () => pending,
    pull(pulled) {
      pulls.push(pulled)
      cursor = pulled.cursor
      const gone = [...pulled.confirmed, ...pulled.settled].map(({ commitId }) => commitId)
      pending = pending.filter(({ commitId }) => !gone.includes(commitId))
    },
    backendHead: () => undefined,
    connection: (connection) => connections.push(connection),
  }
  const upstream = makeWebSocketBackend({
    url: 'ws://test',
    token: 'secret',
    env,
    openSocket(_url, events) {
      const socket = { events, sent: [] as FromClient[], closed: false }
      sockets.push(socket)
      return {
        send: (text) => socket.sent.push(JSON.parse(text)),
        close: () => Object.assign(socket, { closed: true }),
      }
    },
  })
  const link = upstream(downstream)
  const socket = () => sockets.at(-1)!
  const hear = (message: FromBackend) => socket().events.received(JSON.stringify(message))
  /** Opens the socket and gets past `hello`. */
  const welcome = async () => {
    socket().events.opened()
    await Promise.resolve()
    await Promise.resolve()
    hear(welcomeMessage)
  }
  /** Of each push on the present socket its parent and the ids of its commits. */
  const pushes = () =>
    socket().sent.flatMap((message) =>
      message.type === 'push'
        ? { id: message.id, parent: message.parent, commits: message.commits.map(([id]) => id) }
        : [],
    )
  return {
    link,
    now: env.now,
    advance,
    timers,
    sockets,
    connections,
    pulls,
    socket,
    hear,
    welcome,
    pushes,
    add: (one: Commit) => pending.push(one),
  }
}

const welcomeMessage: FromBackend = {
  type: 'welcome',
  v: 1,
  backendId: 'backend1',
  head: { seq: 0, commitId: null },
  limits: defaultLimits,
  heartbeatMs: 20_000,
}
const one = commit('one-commit')
const two = commit('two-commit')
const wire = (id: string): WireCommit => [id, 'others', 'session1', 0, [['v1.X', null]]]
const error = (message: Partial<FromBackend & { type: 'error' }>): FromBackend => ({
  type: 'error',
  code: 'unavailable',
  message: 'test',
  retry: true,
  ...message,
})
const last = <T>(list: readonly T[]) => list.at(-1)!

describe('connecting', () => {
  test('waits longer each time, at most 30 s, and says until when and why', () => {
    const { advance, connections, now, socket, sockets } = setUp()
    const waits = Array.from({ length: 8 }, () => {
      socket().events.closed('refused')
      const waiting = last(connections)
      if (waiting.name !== 'waiting') throw new Error(`it is ${waiting.name}`)
      expect(waiting.reason).toBe('refused')
      const wait = waiting.retryAt - now()
      const before = sockets.length
      advance(wait)
      expect(sockets).toHaveLength(before + 1)
      return wait
    })
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000])
    expect([1, 2, 3, 4, 20].map((attempt) => backoff(attempt, 1))).toEqual([500, 1000, 2000, 4000, 30_000])
    expect(backoff(5, 0)).toBe(0)
  })

  test('sends the token in hello, never in the address', async () => {
    const { socket, welcome } = setUp()
    await welcome()
    expect(socket().sent[0]).toEqual({
      type: 'hello',
      v: 1,
      storeId: 'store',
      token: 'secret',
      clientId: 'client',
      cursor: { seq: 0, commitId: null },
    })
  })

  test('stops where only a change helps, and begins again when the app says so', async () => {
    const { advance, connections, hear, link, sockets, welcome } = setUp()
    await welcome()
    hear(error({ code: 'unauthorized', retry: false }))
    expect(last(connections)).toMatchObject({ name: 'stopped', reason: 'unauthorized: test' })
    advance(600_000)
    expect(sockets).toHaveLength(1)
    link.setOnline(true)
    expect(sockets).toHaveLength(2)
  })

  test('ends at once when it is switched off, and leaves no timer', async () => {
    const { connections, link, socket, timers, welcome } = setUp([one])
    await welcome()
    link.setOnline(false)
    expect(socket().closed).toBe(true)
    expect(last(connections)).toEqual({ name: 'offline' })
    expect(timers.size).toBe(0)
    link.setOnline(true)
    link.close()
    expect(timers.size).toBe(0)
  })

  test.each([
    ['nothing is heard for two and a half heartbeats', (it: ReturnType<typeof setUp>) => it.advance(50_000)],
    [
      'a frame is not of the protocol',
      (it: ReturnType<typeof setUp>) => it.socket().events.received('{"type":"nonsense"}'),
    ],
    [
      'a frame is binary',
      (it: ReturnType<typeof setUp>) =>
        it.socket().events.received(new TextEncoder().encode('{"type":"heartbeat"}').buffer),
    ],
    [
      'events do not follow on what came before',
      (it: ReturnType<typeof setUp>) => it.hear({ type: 'events', parent: 7, commits: [wire('B-foreign')] }),
    ],
    [
      'two heartbeats in a row are ahead of what came',
      (it: ReturnType<typeof setUp>) => {
        it.hear({ type: 'heartbeat', head: { seq: 1, commitId: 'commit01' } })
        it.hear({ type: 'heartbeat', head: { seq: 1, commitId: 'commit01' } })
      },
    ],
  ])('connects anew when %s', async (_, act) => {
    const it = setUp()
    await it.welcome()
    expect(last(it.connections)).toMatchObject({ name: 'online' })
    act(it)
    expect(it.sockets[0]!.closed).toBe(true)
    it.advance(1_000)
    expect(it.sockets).toHaveLength(2)
  })

  test.each<[string, FromBackend]>([
    ['events', { type: 'events', parent: 0, commits: [wire('B-foreign')] }],
    ['a heartbeat', { type: 'heartbeat', head: { seq: 0, commitId: null } }],
    ['word of its token', { type: 'expiring', inMs: 1 }],
  ])('B8 %s before welcome, or another welcome after it, is no beginning', async (_, message) => {
    const it = setUp([one])
    it.hear(message)
    expect(it.sockets[0]!.closed).toBe(true)
    it.advance(1_000)
    it.hear(welcomeMessage) // nobody said hello
    expect(it.sockets[1]!.closed).toBe(true)
    it.advance(2_000)
    await it.welcome()
    it.hear(welcomeMessage)
    expect(it.sockets[2]!.closed).toBe(true)
    expect(it.pulls).toEqual([])
    expect(last(it.connections)).toMatchObject({ name: 'waiting' })
  })

  test('a backend that speaks another version of the protocol is not asked again', async () => {
    const it = setUp([one])
    it.socket().events.opened()
    await Promise.resolve()
    await Promise.resolve()
    it.hear({ ...welcomeMessage, v: 2 })
    expect(last(it.connections)).toMatchObject({
      name: 'stopped',
      reason: 'the backend speaks version 2 of the protocol, and this client 1',
    })
    expect(it.pushes()).toEqual([])
  })

  test('B8 nobody waits longer than a day because a backend says so', async () => {
    const it = setUp()
    await it.welcome()
    it.hear({ type: 'bye', retryAfterMs: 2 ** 40 })
    expect(last(it.connections)).toMatchObject({ name: 'waiting', retryAt: 500 })
  })

  test('a backend that says good-bye is given its time', async () => {
    const { advance, hear, sockets, welcome } = setUp()
    await welcome()
    hear({ type: 'bye', retryAfterMs: 5_000 })
    advance(4_999)
    expect(sockets).toHaveLength(1)
    advance(1)
    expect(sockets).toHaveLength(2)
  })
})

describe('pushing', () => {
  test('B2 pushed confirms the first commits of the push, and the next push follows', async () => {
    const { add, hear, pulls, pushes, welcome } = setUp([one])
    await welcome()
    expect(pushes()).toEqual([{ id: 1, parent: 0, commits: ['one-commit'] }])
    add(two)
    hear({ type: 'pushed', id: 1, head: { seq: 1, commitId: 'one-commit' }, count: 1 })
    expect(last(pulls)).toMatchObject({ confirmed: [one], cursor: { seq: 1 } })
    expect(pushes()[1]).toMatchObject({ id: 2, parent: 1 })
  })

  test('one push is in flight at a time', async () => {
    const { link, pushes, welcome } = setUp([one, two])
    await welcome()
    link.wake()
    link.wake()
    expect(pushes()).toHaveLength(1)
  })

  test('B3 ahead changes nothing by itself: it pushes again at once, on what came before', async () => {
    const { hear, pulls, pushes, welcome } = setUp([one])
    await welcome()
    hear({ type: 'events', parent: 0, commits: [wire('B-foreign')] })
    expect(last(pulls)).toMatchObject({
      confirmed: [{ commitId: 'B-foreign' }],
      cursor: { seq: 1, commitId: 'B-foreign' },
    })
    hear({ type: 'ahead', id: 1, head: { seq: 1, commitId: 'B-foreign' } })
    expect(pushes()[1]).toMatchObject({ id: 2, parent: 1 })
  })

  test('a push that is not answered is sent again on another connection, with the same commits', async () => {
    const { advance, pushes, sockets, welcome } = setUp([one])
    await welcome()
    advance(31_000)
    expect(sockets).toHaveLength(2)
    await welcome()
    expect(pushes()).toMatchObject([{ parent: 0, commits: ['one-commit'] }])
  })

  test('B5 rejected settles one commit with its reason', async () => {
    const { hear, pulls, pushes, welcome } = setUp([one, two])
    await welcome()
    hear({ type: 'rejected', id: 1, commitId: 'one-commit', reason: 'no' })
    expect(last(pulls)).toMatchObject({
      confirmed: [],
      settled: [{ commitId: 'one-commit', outcome: 'rejected', reason: 'no' }],
    })
    expect(pushes()).toHaveLength(2)
  })

  test('a push that is too large is tried commit by commit, and one that is too large alone is rejected', async () => {
    const { hear, pulls, pushes, welcome } = setUp([one, two])
    await welcome()
    hear(error({ id: 1, code: 'too_large', retry: false }))
    expect(pushes()[1]).toMatchObject({ id: 2, commits: ['one-commit'] })
    hear(error({ id: 2, code: 'too_large', retry: false }))
    expect(last(pulls).settled).toMatchObject([{ commitId: 'one-commit', outcome: 'rejected' }])
    expect(pushes()[2]).toMatchObject({ commits: ['two-commit'] })
  })

  test('a refusal for now is answered after the time it names', async () => {
    const { advance, hear, link, pushes, welcome } = setUp([one])
    await welcome()
    hear(error({ id: 1, code: 'rate', retry: true, retryAfterMs: 2_000 }))
    link.wake()
    advance(1_999)
    expect(pushes()).toHaveLength(1)
    advance(1)
    expect(pushes()).toHaveLength(2)
  })

  test('an answer to a push that was not made ends the connection', async () => {
    const { hear, sockets, welcome } = setUp()
    await welcome()
    hear({ type: 'pushed', id: 9, head: { seq: 1, commitId: 'commit01' }, count: 1 })
    expect(sockets[0]!.closed).toBe(true)
  })

  const foreign: FromBackend = { type: 'events', parent: 0, commits: [wire('B-foreign')] }
  const at = (seq: number, commitId: string) => ({ seq, commitId })
  test.each<[string, ...FromBackend[]]>([
    ['confirms nothing', { type: 'pushed', id: 1, head: { seq: 0, commitId: null }, count: 0 }],
    ['confirms more than was pushed', { type: 'pushed', id: 1, head: at(2, 'two-commit'), count: 3 }],
    ['ends at another number', { type: 'pushed', id: 1, head: at(3, 'two-commit'), count: 2 }],
    ['ends with another commit', { type: 'pushed', id: 1, head: at(2, 'one-commit'), count: 2 }],
    ['stands on what came later', foreign, { type: 'pushed', id: 1, head: at(3, 'two-commit'), count: 2 }],
    ['names nothing that is new', { type: 'ahead', id: 1, head: at(0, null as never) }],
    ['names what was not sent', { type: 'ahead', id: 1, head: at(1, 'B-foreign') }],
    ['names another commit', { type: 'rejected', id: 1, commitId: 'two-commit', reason: 'no' }],
  ])('B2 B3 B5 B8 an answer that %s changes nothing, and ends the connection', async (_, ...messages) => {
    const it = setUp([one, two])
    await it.welcome()
    for (const message of messages) it.hear(message)
    expect(it.pulls.flatMap(({ confirmed, settled }) => [...confirmed, ...settled])).toHaveLength(messages.length - 1)
    expect(it.sockets[0]!.closed).toBe(true)
  })

  test.each<[string, WireCommit[]]>([
    ['twice', [wire('B-foreign'), wire('B-foreign')]],
    ['again', [wire('B-earlier')]],
    [
      'with another number of events',
      [
        [
          'one-commit',
          'client',
          'session1',
          0,
          [
            ['v1.X', 1],
            ['v1.X', 1],
          ],
        ],
      ],
    ],
  ])('M6 B8 a commit that comes %s ends the connection', async (_, commits) => {
    const it = setUp([{ ...one, clientId: 'client' }])
    await it.welcome()
    it.hear({ type: 'events', parent: 0, commits: [wire('B-earlier')] })
    it.hear({ type: 'events', parent: 1, commits })
    expect(it.pulls).toHaveLength(1)
    expect(it.sockets[0]!.closed).toBe(true)
  })

  test('a backend that confirms a beginning and says nothing of the rest is not waited for', async () => {
    const it = setUp([one, two])
    await it.welcome()
    it.hear({ type: 'pushed', id: 1, head: at(1, 'one-commit'), count: 1 })
    for (let beat = 0; beat < 3; beat++) {
      it.advance(10_000)
      it.hear({ type: 'heartbeat', head: at(1, 'one-commit') })
    }
    expect(it.sockets[0]!.closed).toBe(true)
  })

  test('B5 a rejection of what was confirmed meanwhile settles nothing', async () => {
    const it = setUp([one])
    await it.welcome()
    it.hear({ type: 'events', parent: 0, commits: [['one-commit', 'client', 'session1', 0, [['v1.X', null]]]] })
    it.hear({ type: 'rejected', id: 1, commitId: 'one-commit', reason: 'no' })
    expect(it.pulls).toHaveLength(1)
    expect(last(it.connections)).toMatchObject({ name: 'online' })
  })

  test('B8 a heartbeat of another history ends the connection', async () => {
    const it = setUp()
    await it.welcome()
    it.hear(foreign)
    it.hear({ type: 'heartbeat', head: at(1, 'B-foreign') })
    expect(it.sockets[0]!.closed).toBe(false)
    it.hear({ type: 'heartbeat', head: at(1, 'B-another') })
    expect(it.sockets[0]!.closed).toBe(true)
  })
})
