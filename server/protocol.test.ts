import { describe, expect, test } from 'vitest'
import { subprotocol, type WireCommit } from '../src/sync/wire.ts'
import { createMemoryEngine } from './memory-engine.ts'
import { idsOf, newCommit } from './testing/client.ts'
import { createGate, overriding, serve } from './testing/fixture.ts'

const typesOf = (messages: readonly { type: string }[]) => messages.map(({ type }) => type)

describe('hello', () => {
  test('is answered with the history, its head, the limits and the heartbeat', async () => {
    const server = await serve({ heartbeatMs: 7_000 })
    const client = await server.connect()
    const welcome = await client.hello()
    expect(client.socket.protocol).toBe(subprotocol)
    expect(client.socket.extensions).toBe('')
    expect(welcome).toEqual({
      type: 'welcome',
      v: 1,
      backendId: expect.stringMatching(/^[\w-]{21}$/),
      head: { seq: 0, commitId: null },
      limits: {
        maxEventsPerPush: 1_000,
        maxBytesPerPush: 786_432,
        maxEventsPerCommit: 10_000,
        maxBytesPerCommit: 4_194_304,
      },
      heartbeatMs: 7_000,
    })
  })

  test('with a cursor brings only what came after it', async () => {
    const server = await serve()
    const author = await server.enter()
    const commits = [newCommit('a', {}, 2), newCommit('b'), newCommit('c')]
    const cursor = await author.store(0, commits[0]!)
    await author.store(2, commits[1]!, commits[2]!)

    const client = await server.connect()
    const { head } = await client.hello('todos', { cursor })
    expect(head).toEqual({ seq: 4, commitId: commits[2]![0] })
    expect(await client.take('events')).toEqual({ type: 'events', parent: 2, commits: commits.slice(1) })
  })

  test('of the same store gives the same backendId, of another store another', async () => {
    const server = await serve()
    const ids = await Promise.all(
      ['a-b', 'a-b', 'a_b'].map(async (storeId) => (await (await server.connect()).hello(storeId)).backendId),
    )
    expect(ids[0]).toBe(ids[1])
    expect(ids[0]).not.toBe(ids[2])
  })
})

describe('push', () => {
  test('is numbered, acknowledged to its author and sent to everybody else', async () => {
    const server = await serve()
    const [author, reader] = [await server.enter(), await server.enter()]
    const commits = [newCommit('v1.Made', { text: 'Grüße 👋 "\\' }, 3), newCommit()]
    const id = author.push(0, ...commits)
    expect(await author.take('pushed')).toEqual({
      type: 'pushed',
      id,
      head: { seq: 4, commitId: commits[1]![0] },
      count: 2,
    })
    expect(await reader.take('events')).toEqual({ type: 'events', parent: 0, commits })
  })

  test('does not come back to its author, who goes on from its head', async () => {
    const server = await serve()
    const [author, other] = [await server.enter(), await server.enter()]
    await author.store(0, newCommit())
    await author.store(1, newCommit())
    await other.receive(2)
    await other.store(2, newCommit())
    expect((await author.take('events')).parent).toBe(2)
    expect(typesOf(author.received)).toEqual(['welcome', 'pushed', 'pushed', 'events'])
  })

  test('behind the head gets what it missed, and only then ahead', async () => {
    const server = await serve()
    const [winner, loser] = [await server.enter(), await server.enter()]
    const commits = [newCommit(), newCommit()]
    await winner.store(0, ...commits)
    const id = loser.push(0, newCommit())
    const ahead = await loser.take('ahead')
    expect(ahead).toEqual({ type: 'ahead', id, head: { seq: 2, commitId: commits[1]![0] } })
    expect(typesOf(loser.received)).toEqual(['welcome', 'events', 'ahead'])
    expect((await loser.store(2, newCommit())).seq).toBe(3)
  })

  test('behind by many pages gets ahead after the last of them, as credit allows', async () => {
    const server = await serve({ limits: { pageEvents: 10, windowEvents: 20 } })
    const author = await server.enter()
    for (let seq = 0; seq < 100; seq += 5) await author.store(seq, ...Array.from({ length: 5 }, () => newCommit()))
    const late = await server.enter()
    late.push(0, newCommit())
    await late.receive(100)
    expect((await late.take('ahead')).head.seq).toBe(100)
    const order = typesOf(late.received)
    expect(order.filter((type) => type === 'events').length).toBe(10)
    expect(order.at(-1)).toBe('ahead')
  })

  test('that is sent again because its answer was lost lands once: events with it, then ahead', async () => {
    const server = await serve()
    const before = await server.enter()
    const commit = newCommit()
    before.push(0, commit)
    before.terminate() // the answer is lost
    const reader = await server.enter()
    await reader.receive(1)

    const after = await server.enter()
    after.push(0, commit)
    expect((await after.take('ahead')).head).toEqual({ seq: 1, commitId: commit[0] })
    expect(idsOf((await after.take('events')).commits)).toEqual([commit[0]])
    expect((await server.engine.open('todos', { create: false }))?.head.seq).toBe(1)
  })

  test('of a commit that is stored already is refused, and the socket stays', async () => {
    const server = await serve()
    const client = await server.enter()
    const commit = newCommit()
    await client.store(0, commit)
    const id = client.push(1, newCommit(), commit)
    expect(await client.take('error')).toMatchObject({ id, code: 'commit_conflict', retry: false })
    client.push(1, commit, commit)
    expect(await client.take('error')).toMatchObject({ code: 'commit_conflict' })
    expect((await client.store(1, newCommit())).seq).toBe(2)
  })

  test('that races with others is stored or ahead, and all see one order', async () => {
    const server = await serve()
    const clients = await Promise.all([1, 2, 3, 4, 5].map(() => server.enter()))
    await Promise.all(
      clients.map(async (client) => {
        for (let stored = 0, parent = 0; stored < 10; ) {
          client.push(parent, newCommit())
          const answer = await client.take('pushed', 'ahead')
          parent = answer.head.seq
          client.send({ type: 'credit', seq: parent })
          if (answer.type === 'pushed') stored += 1
        }
      }),
    )
    const { commits, head } = await server.engine.read('todos', { after: 0, maxEvents: 1_000, maxBytes: 1e6 })
    expect(head.seq).toBe(50)
    expect(new Set(commits.map(({ commitId }) => commitId)).size).toBe(50)
  })
})

describe('validate', () => {
  const validate = ([, , , , events]: WireCommit) =>
    events.some(([name]) => name === 'bad') ? 'bad events are bad' : undefined

  test('that refuses the second of three commits stores the first and names the second', async () => {
    const server = await serve({ validate })
    const [author, reader] = [await server.enter(), await server.enter()]
    const commits = [newCommit(), newCommit('bad'), newCommit()]
    const id = author.push(0, ...commits)
    expect(await author.take('pushed')).toEqual({
      type: 'pushed',
      id,
      head: { seq: 1, commitId: commits[0]![0] },
      count: 1,
    })
    expect(await author.take('rejected')).toEqual({
      type: 'rejected',
      id,
      commitId: commits[1]![0],
      reason: 'bad events are bad',
    })
    expect(idsOf((await reader.take('events')).commits)).toEqual([commits[0]![0]])
    expect((await author.store(1, commits[2]!)).seq).toBe(2)
  })

  test('that refuses the first stores nothing and says only that', async () => {
    const server = await serve({ validate: async (commit) => validate(commit) })
    const author = await server.enter()
    author.push(0, newCommit('bad'), newCommit())
    await author.take('rejected')
    expect(typesOf(author.received)).toEqual(['welcome', 'rejected'])
    expect((await author.store(0, newCommit())).seq).toBe(1)
  })

  test('is not asked about a push that is behind', async () => {
    const server = await serve({ validate })
    const [author, loser] = [await server.enter(), await server.enter()]
    await author.store(0, newCommit())
    loser.push(0, newCommit('bad'))
    await loser.take('ahead')
    expect(typesOf(loser.received)).toEqual(['welcome', 'events', 'ahead'])
  })

  test('is told who pushes what to where', async () => {
    const asked: unknown[] = []
    const server = await serve({
      authorize: () => ({ userId: 'ada', read: true, write: true }),
      validate: ([commitId], context) => void asked.push([commitId, context]),
    })
    const commit = newCommit()
    await (await server.enter('shared')).store(0, commit)
    expect(asked).toEqual([[commit[0], { storeId: 'shared', userId: 'ada' }]])
  })

  test.each([
    ['throws', () => Promise.reject(new Error('broken'))],
    ['never answers', () => new Promise<undefined>(() => {})],
  ])('that %s leaves the push unanswered for now, and everything else as it is', async (_, broken) => {
    let answer: () => Promise<undefined> = broken
    const server = await serve({ validate: () => answer(), limits: { hookMs: 20 } })
    const client = await server.enter()
    client.push(0, newCommit())
    expect(await client.take('error')).toMatchObject({ id: 1, code: 'unavailable', retry: true })
    answer = async () => undefined
    expect((await client.store(0, newCommit())).seq).toBe(1)
  })
})

describe('heartbeat', () => {
  test('comes by itself and names what was sent before', async () => {
    const server = await serve({ heartbeatMs: 100 })
    const [author, reader] = [await server.enter(), await server.enter()]
    const head = await author.store(0, newCommit())
    await reader.take('events')
    while ((await reader.take('heartbeat')).head.seq < 1);
    expect((await author.take('heartbeat')).head.seq).toBeLessThanOrEqual(1)
    expect(reader.received.findLast(({ type }) => type === 'heartbeat')).toEqual({ type: 'heartbeat', head })
  })

  test('is answered at once', async () => {
    const client = await (await serve()).enter()
    client.send({ type: 'heartbeat' })
    expect((await client.take('heartbeat')).head).toEqual({ seq: 0, commitId: null })
  })

  test('drops a socket from which nothing comes any more', async () => {
    const server = await serve({ heartbeatMs: 100 })
    const client = await server.connect()
    client.socket.pong = () => {} // as if the network were gone
    Object.assign(client.socket, { _autoPong: false })
    await client.hello()
    expect((await client.end()).code).toBe(1006)
  })
})

describe('stores', () => {
  test('are apart, a-b from a_b too', async () => {
    const server = await serve()
    const [dash, line] = [await server.enter('a-b'), await server.enter('a_b')]
    const reader = await server.enter('a-b')
    await line.store(0, newCommit('of a_b'))
    await dash.store(0, newCommit('of a-b'))
    expect((await reader.take('events')).commits.map((commit) => commit[4][0]![0])).toEqual(['of a-b'])
    expect(typesOf(line.received)).toEqual(['welcome', 'pushed'])
  })
})

describe('two servers on one engine', () => {
  test('see what the other stores, and keep one order', async () => {
    const engine = createMemoryEngine()
    const [one, two] = [await serve({ engine }), await serve({ engine })]
    const [author, other] = [await one.enter(), await two.enter()]
    await author.store(0, newCommit())
    await other.receive(1)
    await other.store(1, newCommit())
    await author.receive(2)
    await Promise.all([author.push(2, newCommit()), other.push(2, newCommit())])
    const loser = await Promise.race([author, other].map((client) => client.take('ahead').then(() => client)))
    expect(await loser.store(3, newCommit())).toMatchObject({ seq: 4 })
  })

  test('catch up with the next heartbeat when a hint was lost', async () => {
    const engine = createMemoryEngine()
    const deaf = overriding(engine, { watch: () => () => {} })
    const [one, two] = [await serve({ engine }), await serve({ engine: deaf, heartbeatMs: 100 })]
    const [author, other] = [await one.enter(), await two.enter()]
    await author.store(0, newCommit())
    await other.receive(1)
  })
})

describe('an engine that fails', () => {
  test('refuses pushes for now and leaves readers connected', async () => {
    const memory = createMemoryEngine()
    let broken = true
    const engine = overriding(memory, {
      append: (storeId, append) => (broken ? Promise.reject(new Error('disk full')) : memory.append(storeId, append)),
    })
    const client = await (await serve({ engine })).enter()
    client.push(0, newCommit())
    expect(await client.take('error')).toMatchObject({ id: 1, code: 'unavailable', retry: true, retryAfterMs: 1_000 })
    broken = false
    expect((await client.store(0, newCommit())).seq).toBe(1)
  })

  test('after it stored the push lets the retry find it', async () => {
    const memory = createMemoryEngine()
    const engine = overriding(memory, {
      async append(storeId, append) {
        await memory.append(storeId, append)
        throw new Error('the answer was lost')
      },
    })
    const client = await (await serve({ engine })).enter()
    const commit = newCommit()
    client.push(0, commit)
    await client.take('error')
    expect(idsOf(await client.receive(1))).toEqual([commit[0]])
    client.push(0, commit)
    expect((await client.take('ahead')).head).toEqual({ seq: 1, commitId: commit[0] })
  })

  test('while a client enters asks it to come back', async () => {
    const engine = overriding(createMemoryEngine(), { open: () => Promise.reject(new Error('no disk')) })
    const client = await (await serve({ engine })).connect()
    client.hello().catch(() => {})
    expect(await client.take('error')).toMatchObject({ code: 'unavailable', retry: true })
    expect((await client.end()).code).toBe(1012)
  })

  test('while it reads is asked again', async () => {
    const memory = createMemoryEngine()
    let failures = 2
    const engine = overriding(memory, {
      read: (storeId, range) => (failures-- > 0 ? Promise.reject(new Error('disk')) : memory.read(storeId, range)),
    })
    const { backendId } = (await memory.open('todos', { create: true }))!
    const commit = { commitId: 'commit-1', count: 1, bytes: 50, text: JSON.stringify(newCommit()) }
    await memory.append('todos', { backendId, parent: 0, commits: [commit] })
    const client = await (await serve({ engine, heartbeatMs: 100 })).enter()
    await client.receive(1)
  })
})

test('a client that leaves while it enters leaves nothing behind', async () => {
  const gate = createGate()
  const memory = createMemoryEngine()
  const server = await serve({
    engine: memory,
    authorize: async () => {
      await gate.opened
      return { userId: 'ada', read: true, write: true }
    },
    limits: { connectionsPerUser: 1 },
  })
  const gone = await server.connect()
  gone.hello().catch(() => {})
  gone.close()
  await gone.end()
  gate.open()
  await server.enter()
})
