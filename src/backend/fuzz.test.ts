import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Commit } from '../event/commit.ts'
import { syncedCount } from '../event/commit.ts'
import type { Pulled } from '../replica/upstream.ts'
import type { Connection } from '../sync/connection.ts'
import { commit } from '../sync/testing.ts'
import {
  type Cursor,
  defaultLimits,
  errorCodes,
  type FromBackend,
  type FromClient,
  parseFromClient,
  type WireCommit,
} from '../sync/wire.ts'
import { garbage, mutate, mutation } from '../testing/frames.ts'
import { manualEnv } from '../testing/manual-env.ts'
import { toWire } from './batch.ts'
import type { SocketEvents } from './socket.ts'
import { makeWebSocketBackend } from './websocket.ts'

type Push = FromClient & { readonly type: 'push' }

/** One connection: what the client sent on it. */
type Line = { readonly events: SocketEvents; readonly sent: FromClient[]; isClosed: boolean }

const clientId = 'client'
const start: Cursor = { seq: 0, commitId: null }

/** A client with a few commits to push, and what it took for true: `check` says whether that was right. */
function setUp() {
  const { env, live, timers } = manualEnv()
  const lines: Line[] = []
  const connections: Connection[] = []
  const log: Commit[] = []
  const settled: string[] = []
  const pulls: Pulled[] = []
  let cursor = start
  let backendId: string | undefined
  let pending = ['s', 'sc', 'ss'].map((events, at): Commit => ({ ...commit(`own-commit-${at}`, events), clientId }))
  const link = makeWebSocketBackend({
    url: 'ws://test',
    token: 'secret',
    env,
    openSocket(_url, events) {
      const line: Line = { events, sent: [], isClosed: false }
      lines.push(line)
      return {
        send: (text) => void line.sent.push(parseFromClient(text)),
        close: () => {
          line.isClosed = true
        },
      }
    },
  })({
    storeId: 'store',
    clientId,
    backendId: () => backendId,
    cursor: () => cursor,
    isConfirmed: (commitId) => log.some((one) => one.commitId === commitId),
    unpushed: () => pending,
    pull(pulled) {
      pulls.push(pulled)
      ;({ cursor, backendId } = pulled)
      log.push(...pulled.confirmed)
      settled.push(...pulled.settled.map(({ commitId }) => commitId))
      const gone = new Set([...log.map(({ commitId }) => commitId), ...settled])
      pending = pending.filter(({ commitId }) => !gone.has(commitId))
    },
    backendHead: () => undefined,
    connection: (connection) => void connections.push(connection),
  })
  return {
    live,
    timers,
    link,
    pulls,
    log,
    line: () => lines.at(-1)!,
    connection: () => connections.at(-1)!,
    cursor: () => cursor,
    pending: () => pending,
    settled,
  }
}

type Client = ReturnType<typeof setUp>

const wire = (commitId: string): WireCommit => [commitId, 'others', 'session1', 0, [['v1.X', { at: [1] }]]]

function lastPush({ line }: Client): Push | undefined {
  return line().sent.findLast((message) => message.type === 'push')
}

function endOf({ seq }: Cursor, commits: readonly WireCommit[]): Cursor {
  return {
    seq: commits.reduce((at, [, , , , events]) => at + events.length, seq),
    commitId: commits.at(-1)?.[0] ?? null,
  }
}

/** What a backend might say here. */
function plausible(client: Client, type: FromBackend['type'], some: number): FromBackend {
  const push = lastPush(client)
  const id = push?.id ?? 1
  const cursor = client.cursor()
  switch (type) {
    case 'welcome':
      return { type, v: 1, backendId: 'backend1', head: cursor, limits: defaultLimits, heartbeatMs: 20_000 }
    case 'events': {
      const own = some % 5 === 0 ? client.pending().slice(0, 1).map(toWire) : []
      return { type, parent: cursor.seq, commits: [wire(`of-others-${cursor.seq}`), ...own] }
    }
    case 'pushed': {
      const count = Math.max(1, (push?.commits.length ?? 1) - (some % 2))
      return { type, id, count, head: endOf(cursor, push?.commits.slice(0, count) ?? []) }
    }
    case 'ahead':
      return { type, id, head: cursor }
    case 'rejected':
      return { type, id, commitId: client.pending()[0]?.commitId ?? 'own-commit-0', reason: 'no' }
    case 'error':
      return {
        type,
        ...(some % 2 ? { id } : {}),
        code: errorCodes[some % errorCodes.length]!,
        message: 'test',
        retry: some % 3 > 0,
        retryAfterMs: 100,
      }
    case 'expiring':
      return { type, inMs: 1_000 }
    case 'heartbeat':
      return { type, head: cursor }
    case 'bye':
      return { type, retryAfterMs: 1_000 }
  }
}

const types = ['welcome', 'events', 'pushed', 'ahead', 'rejected', 'error', 'expiring', 'heartbeat', 'bye'] as const

const frame = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constantFrom(...types),
      some: fc.nat(60),
      mutation: fc.option(mutation, { freq: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      data: fc.oneof(
        garbage,
        fc.uint8Array().map((bytes) => bytes.buffer),
        fc.constantFrom<unknown>(undefined, 7),
      ),
    }),
  },
)

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ frame, welcomed: fc.integer({ min: 0, max: 3 }).map((one) => one > 0) }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 1_000, 60_000).map((ms) => ({ ms })) },
  { weight: 1, arbitrary: fc.constantFrom('open', 'close', 'enter', 'on', 'wake').map((act) => ({ act })) },
)
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

function dataOf(client: Client, given: typeof frame extends fc.Arbitrary<infer T> ? T : never): unknown {
  if ('data' in given) return given.data
  const message = plausible(client, given.type, given.some)
  return JSON.stringify(given.mutation ? mutate(message, given.mutation) : message)
}

/** What was pulled because of a frame must be what that frame says, as the protocol means it. */
function checkPulls(client: Client, data: unknown, before: { cursor: Cursor; pulls: number; push: Push | undefined }) {
  const { pulls, log, settled } = client
  const pulled = pulls.slice(before.pulls)
  if (pulled.length === 0) return
  const message = JSON.parse(data as string) as FromBackend
  const { confirmed, cursor, settled: ended } = pulled[0]!
  const ids = confirmed.map(({ commitId }) => commitId)
  expect(pulled).toHaveLength(1)
  expect(cursor.seq).toBe(confirmed.reduce((at, one) => at + syncedCount(one), before.cursor.seq))
  switch (message.type) {
    case 'events':
      expect(message.parent).toBe(before.cursor.seq)
      expect(ids).toEqual(message.commits.map(([commitId]) => commitId))
      break
    case 'pushed':
      expect(message.id).toBe(before.push!.id)
      expect(before.push!.parent).toBe(before.cursor.seq)
      expect(ids).toEqual(before.push!.commits.slice(0, message.count).map(([commitId]) => commitId))
      expect(ids).toHaveLength(message.count)
      expect(cursor).toEqual(message.head)
      break
    case 'rejected':
    case 'error':
      expect(message.id).toBe(before.push!.id)
      expect(ids).toEqual([])
      expect(before.push!.commits.map(([commitId]) => commitId)).toContain(ended[0]!.commitId)
      break
    default:
      throw new Error(`${message.type} changed something`)
  }
  const all = [...log.map(({ commitId }) => commitId), ...settled]
  expect(new Set(all).size).toBe(all.length)
}

/** Lets the client in, if it is not. */
async function welcome(client: Client) {
  if (client.connection().name === 'online') return
  if (client.connection().name === 'stopped') client.link.setOnline(true)
  while (client.connection().name === 'waiting') await client.live(500)
  if (client.line().sent.length === 0) client.line().events.opened()
  await client.live(0)
  client.line().events.received(JSON.stringify(plausible(client, 'welcome', 0)))
}

async function take(client: Client, given: Step) {
  const { line, live, link } = client
  if ('ms' in given) return live(given.ms)
  if ('frame' in given) {
    if (given.welcomed) await welcome(client)
    const before = { cursor: client.cursor(), pulls: client.pulls.length, push: lastPush(client) }
    const wasClosed = line().isClosed
    const data = dataOf(client, given.frame)
    line().events.received(data)
    checkPulls(client, data, before)
    if (wasClosed) expect(client.pulls).toHaveLength(before.pulls)
    return live(0)
  }
  switch (given.act) {
    case 'open':
      line().events.opened()
      return live(0)
    case 'enter':
      line().events.opened()
      await live(0)
      return line().events.received(JSON.stringify(plausible(client, 'welcome', 0)))
    case 'close':
      return line().events.closed('the network is gone')
    case 'on':
      return link.setOnline(true)
    default:
      return link.wake()
  }
}

/** A backend that does all right, on the log that the client was told of. Gives whether everything was confirmed in time. */
async function serveWell(client: Client): Promise<boolean> {
  const answered = new Set<FromClient>()
  let served: Line | undefined
  for (let seconds = 0; seconds < 300 && client.pending().length > 0; seconds++) {
    const line = client.line()
    if (line !== served && !line.isClosed) line.events.opened()
    served = line
    await client.live(0)
    for (const message of [...line.sent]) {
      if (answered.has(message) || line.isClosed) continue
      answered.add(message)
      if (message.type === 'hello') line.events.received(JSON.stringify(plausible(client, 'welcome', 0)))
      if (message.type !== 'push') continue
      expect(message.parent).toBe(client.cursor().seq)
      const head = endOf(client.cursor(), message.commits)
      line.events.received(JSON.stringify({ type: 'pushed', id: message.id, count: message.commits.length, head }))
    }
    await client.live(1_000)
  }
  return client.pending().length === 0
}

const runs = { numRuns: 1_500 }

test('B2 B5 B8 M6 whatever a backend says and when, nothing wrong is taken for true, and a good one ends every wait', async () => {
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(step, { maxLength: 12 }), async (politely, steps) => {
      const client = setUp()
      if (politely) await take(client, { act: 'enter' })
      for (const one of steps) await take(client, one)
      // What was said last was the last of it: the old line is silent, and an app that was refused tries again.
      if (client.connection().name === 'stopped') client.link.setOnline(true)
      await client.live(100_000)
      if (client.connection().name === 'online') client.line().events.closed('it was silent')
      expect(await serveWell(client)).toBe(true)
      client.link.close()
      expect(client.timers.size).toBe(0)
    }),
    runs,
  )
}, 60_000)
