import { describe, expect, test } from 'vitest'
import type { WireCommit } from '../src/sync/wire.ts'
import { createMemoryEngine } from './memory-engine.ts'
import { idsOf, newCommit, type TestClient } from './testing/client.ts'
import { overriding, serve } from './testing/fixture.ts'

/** Stores `count` commits, ten a push, and gives them. */
async function fill(author: TestClient, count: number, make: () => WireCommit = newCommit): Promise<WireCommit[]> {
  const commits = Array.from({ length: count }, make)
  for (let seq = 0; seq < count; seq += 10) await author.store(seq, ...commits.slice(seq, seq + 10))
  return commits
}

const eventsIn = (client: TestClient) =>
  client.received.reduce((sum, message) => sum + (message.type === 'events' ? message.commits.length : 0), 0)

describe('catching up', () => {
  test('comes in pages of whole commits, in order, without gap or double', async () => {
    const server = await serve({ limits: { pageEvents: 30, windowEvents: 60, recentBytes: 2_000 } })
    const commits = await fill(await server.enter(), 500)
    const client = await server.enter()
    expect(idsOf(await client.receive(500))).toEqual(idsOf(commits))
    const sizes = client.received.flatMap((message) => (message.type === 'events' ? [message.commits.length] : []))
    expect(Math.max(...sizes)).toBe(30)
  })

  test('goes on while others commit', async () => {
    const server = await serve({ limits: { pageEvents: 20, windowEvents: 40, recentBytes: 2_000, coalesceMs: 1 } })
    const author = await server.enter()
    const before = await fill(author, 200)
    const client = await server.enter()
    const caughtUp = client.receive(300)
    const after: WireCommit[] = []
    for (let seq = 200; seq < 300; seq++) {
      after.push(newCommit())
      await author.store(seq, after.at(-1)!)
    }
    expect(idsOf(await caughtUp)).toEqual(idsOf([...before, ...after]))
  })

  test('of many at the same place reads each page once', async () => {
    const memory = createMemoryEngine()
    let reads = 0
    const engine = overriding(memory, {
      read(storeId, range) {
        reads += 1
        return memory.read(storeId, range)
      },
    })
    const author = await (await serve({ engine: memory })).enter()
    await fill(author, 100)
    const server = await serve({ engine, limits: { pageEvents: 50 } })
    const clients = await Promise.all(Array.from({ length: 20 }, () => server.enter()))
    await Promise.all(clients.map((client) => client.receive(100)))
    expect(reads).toBe(2)
  })
})

describe('a client that does not credit', () => {
  test('gets one window and no more; the rest comes when it does', async () => {
    const server = await serve({ limits: { pageEvents: 10, windowEvents: 40 } })
    const author = await server.enter()
    const commits = await fill(author, 200)
    const slow = await server.enter()
    const first = await slow.receive(40, { credit: false })
    slow.send({ type: 'heartbeat' }) // all that was sent before its answer has come
    expect((await slow.take('heartbeat')).head.seq).toBe(40)
    expect(eventsIn(slow)).toBe(40)
    slow.send({ type: 'credit', seq: 10 })
    slow.send({ type: 'heartbeat' })
    expect((await slow.take('heartbeat')).head.seq).toBe(50)
    slow.send({ type: 'credit', seq: 50 })
    expect(idsOf([...first, ...(await slow.receive(200))])).toEqual(idsOf(commits))
  })

  test('gets one window of bytes, where events are large', async () => {
    const server = await serve({ limits: { pageEvents: 1, windowBytes: 10_000 } })
    await fill(await server.enter(), 20, () => newCommit('large', { text: 'x'.repeat(3_000) }))
    const slow = await server.enter()
    slow.send({ type: 'heartbeat' })
    expect((await slow.take('heartbeat')).head.seq).toBe(3)
  })

  test('is disconnected in the end, while others go on', async () => {
    const server = await serve({ limits: { pageEvents: 5, windowEvents: 5, creditMs: 30 } })
    const author = await server.enter()
    const [slow, idle] = [await server.enter(), await server.enter('other')]
    await fill(author, 10)
    expect(await slow.end()).toEqual({ code: 4008, reason: 'nothing was credited for too long' })
    expect((await author.store(10, newCommit())).seq).toBe(11)
    await idle.store(0, newCommit()) // has nothing to credit, and stays
  })

  test('may take its time if it credits now and then', async () => {
    const server = await serve({ limits: { pageEvents: 5, windowEvents: 5, creditMs: 400 } })
    await fill(await server.enter(), 20)
    const slow = await server.enter()
    for (let seq = 5; seq <= 20; seq += 5) {
      await slow.take('events')
      await new Promise((resolve) => setTimeout(resolve, 150)) // slow, in all more than creditMs
      slow.send({ type: 'credit', seq })
    }
    slow.send({ type: 'heartbeat' })
    expect((await slow.take('heartbeat')).head.seq).toBe(20)
  })

  test('holds a mebibyte at most, however much is stored meanwhile', async () => {
    const server = await serve({ limits: { pushesPerSecond: 1e6, pushBurst: 1e6 } })
    const [author, slow] = [await server.enter(), await server.enter()]
    const text = 'x'.repeat(50_000)
    for (let seq = 0; seq < 400; seq += 10) {
      await author.store(seq, ...Array.from({ length: 10 }, () => newCommit('large', { text })))
    }
    slow.send({ type: 'heartbeat' })
    expect((await slow.take('heartbeat')).head.seq * 50_000).toBeLessThan(1024 * 1024)
    expect((await slow.receive(400)).length).toBe(400)
  })
})

describe('broadcasts', () => {
  test('come at once when it is quiet', async () => {
    const server = await serve({ limits: { coalesceMs: 60_000 } })
    const [author, reader] = [await server.enter(), await server.enter()]
    await author.store(0, newCommit())
    await reader.receive(1)
  })

  test('come together when it is not', async () => {
    const coalesceMs = 200
    const server = await serve({ limits: { coalesceMs } })
    const [author, reader] = [await server.enter(), await server.enter()]
    const start = performance.now()
    for (let seq = 0; seq < 50; seq++) await author.store(seq, newCommit())
    await reader.receive(50)
    const frames = reader.received.filter(({ type }) => type === 'events').length
    expect(frames).toBeLessThanOrEqual(2 + (performance.now() - start) / coalesceMs)
  })
})

describe('nobody starves', () => {
  /** A client that commits without pause until `count` are stored, `delayMs` away from the server. */
  async function commitAll(client: TestClient, count: number, delayMs = 0): Promise<number> {
    const away = () => new Promise((resolve) => (delayMs ? setTimeout(resolve, delayMs) : setImmediate(resolve)))
    let pushes = 0
    for (let stored = 0, parent = 0; stored < count; pushes++) {
      await away()
      client.push(parent, newCommit())
      const answer = await client.take('pushed', 'ahead')
      await away()
      parent = answer.head.seq
      client.send({ type: 'credit', seq: parent })
      if (answer.type === 'pushed') stored += 1
    }
    return pushes
  }
  const fast = { pushesPerSecond: 1e6, pushBurst: 1e6, messagesPerSecond: 1e6, messageBurst: 1e6 }

  test('a client far away lands among others that never pause', async () => {
    const server = await serve({ limits: fast })
    const far = await server.enter()
    const near = await Promise.all([1, 2, 3].map(() => server.enter()))
    let busy = true
    const others = near.map(async (client) => {
      for (let parent = 0; busy; ) {
        client.push(parent, newCommit())
        parent = (await client.take('pushed', 'ahead')).head.seq
        client.send({ type: 'credit', seq: parent })
      }
    })
    const pushes = await commitAll(far, 5, 20)
    busy = false
    await Promise.all(others)
    expect(pushes).toBeLessThanOrEqual(5 * 4)
  })

  test('of many that commit at once, each gets there', async () => {
    const server = await serve({ limits: fast })
    const clients = await Promise.all(Array.from({ length: 8 }, () => server.enter()))
    const pushes = await Promise.all(clients.map((client) => commitAll(client, 10)))
    expect((await server.engine.open('todos', { create: false }))?.head.seq).toBe(80)
    expect(Math.max(...pushes)).toBeLessThan(10 * 10)
  })

  test('a turn that is not used holds the others for a moment only, and ends with its socket', async () => {
    const server = await serve({ limits: { ...fast, turnMs: 100 } })
    const [author, idler, leaver] = [await server.enter(), await server.enter(), await server.enter()]
    await author.store(0, newCommit())
    const earnTurn = async (client: TestClient) => {
      for (let count = 0; count < 3; count++) {
        client.push(0, newCommit())
        await client.take('ahead')
      }
    }
    const start = performance.now()
    await earnTurn(idler)
    await author.store(1, newCommit())
    expect(performance.now() - start).toBeGreaterThanOrEqual(95)

    await earnTurn(leaver)
    author.push(2, newCommit())
    leaver.terminate()
    await author.take('pushed')
  })

  test('while one has its turn, others are held and it lands at the first try', async () => {
    const server = await serve({ limits: { ...fast, turnMs: 5_000 } })
    const [author, loser] = [await server.enter(), await server.enter()]
    await author.store(0, newCommit())
    for (let count = 0; count < 3; count++) {
      loser.push(0, newCommit())
      await loser.take('ahead')
    }
    author.push(1, newCommit()) // held
    const reader = await server.enter()
    await reader.receive(1)
    expect((await loser.store(1, newCommit())).seq).toBe(2)
    expect((await author.take('ahead')).head.seq).toBe(2)
  })
})
