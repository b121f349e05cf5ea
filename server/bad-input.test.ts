import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { newCommit, type TestClient } from './testing/client.ts'
import { serve } from './testing/fixture.ts'

const hello = { type: 'hello', v: 1, storeId: 'todos', clientId: 'client', cursor: { seq: 0, commitId: null } }

/** What the client is told, and with which code its connection ends. */
async function endOf(client: TestClient) {
  const { code } = await client.end()
  const last = client.received.at(-1)
  return { code, error: last?.type === 'error' ? last.code : undefined }
}

describe('before it is let in, a client that', () => {
  test.each<[string, (client: TestClient) => void, number, string]>([
    ['sends no JSON', (client) => client.sendRaw('hello?'), 4400, 'bad_message'],
    [
      'sends bytes',
      (client) => client.sendRaw(Buffer.from(JSON.stringify(hello)), { binary: true }),
      4400,
      'bad_message',
    ],
    ['sends a list', (client) => client.send([hello]), 4400, 'bad_message'],
    ['sends null', (client) => client.sendRaw('null'), 4400, 'bad_message'],
    ['sends an unknown type', (client) => client.send({ ...hello, type: 'hi' }), 4400, 'bad_message'],
    ['sends a message of the backend', (client) => client.send({ type: 'bye', retryAfterMs: 1, v: 1 }), 1000, ''],
    ['sends wrong types', (client) => client.send({ ...hello, storeId: 7 }), 4400, 'bad_message'],
    ['has a malformed clientId', (client) => client.send({ ...hello, clientId: 'x' }), 4400, 'bad_message'],
    [
      'has a negative cursor',
      (client) => client.send({ ...hello, cursor: { seq: -1, commitId: null } }),
      4400,
      'bad_message',
    ],
    [
      'has a cursor without commit',
      (client) => client.send({ ...hello, cursor: { seq: 4, commitId: null } }),
      4400,
      'bad_message',
    ],
    ['pushes first', (client) => void client.push(0, newCommit()), 4400, 'bad_message'],
    ['says hello at length', (client) => client.send({ ...hello, more: 'x'.repeat(300_000) }), 4400, 'bad_message'],
    [
      'sends on before it is welcome',
      (client) => [hello, { type: 'heartbeat' }].forEach(client.send),
      4400,
      'bad_message',
    ],
    ['speaks another version', (client) => client.send({ ...hello, v: 2 }), 4426, 'version'],
    ['names no store', (client) => client.send({ ...hello, storeId: '' }), 4404, 'bad_store'],
    ['names a malformed store', (client) => client.send({ ...hello, storeId: '../etc' }), 4404, 'bad_store'],
    ['names a store at length', (client) => client.send({ ...hello, storeId: 'a'.repeat(129) }), 4404, 'bad_store'],
    ['knows another backend', (client) => client.send({ ...hello, backendId: 'other' }), 4409, 'backend_mismatch'],
    [
      'was further already',
      (client) => client.send({ ...hello, cursor: { seq: 9, commitId: 'commit-9' } }),
      4409,
      'cursor_mismatch',
    ],
  ])('%s', async (_, act, code, error) => {
    const client = await (await serve()).connect()
    act(client)
    expect(await endOf(client)).toEqual({ code, error: error || undefined })
  })

  test('says nothing is disconnected', async () => {
    const client = await (await serve({ limits: { helloMs: 20 } })).connect()
    expect(await endOf(client)).toEqual({ code: 4401, error: 'unauthorized' })
  })

  test('stands on a commit of another history is told so', async () => {
    const server = await serve()
    const author = await server.enter()
    const { commitId } = await author.store(0, newCommit(), newCommit('two', {}, 2))
    const at = async (seq: number, id: string | null) => {
      const client = await server.connect()
      client.send({ ...hello, cursor: { seq, commitId: id } })
      return endOf(client)
    }
    const mismatch = { code: 4409, error: 'cursor_mismatch' }
    expect(await at(3, 'another-commit')).toEqual(mismatch)
    expect(await at(2, commitId)).toEqual(mismatch) // in the middle of a commit
    await (await server.connect()).hello('todos', { cursor: { seq: 3, commitId } })
  })

  test('names a store that is not there, where none are made', async () => {
    const client = await (await serve({ createStores: false })).connect()
    client.send(hello)
    expect(await endOf(client)).toEqual({ code: 4404, error: 'bad_store' })
  })

  test('comes from a page that may not connect is refused', async () => {
    const server = await serve({ origins: ['https://app.example'] })
    await expect(server.connect({ origin: 'https://evil.example' })).rejects.toThrow('403')
    await server.connect({ origin: 'https://app.example' })
    await server.connect()
  })

  test('is one too many is refused', async () => {
    const server = await serve({ limits: { connections: 1 } })
    const client = await server.enter()
    await expect(server.connect()).rejects.toThrow('503')
    client.close()
    await client.end()
    await server.enter()
  })
})

describe('once it is let in, a client that', () => {
  test.each<[string, (client: TestClient) => void, number]>([
    ['says hello again', (client) => client.send(hello), 4400],
    ['sends no JSON', (client) => client.sendRaw('{'), 4400],
    ['sends bytes', (client) => client.sendRaw(Buffer.from('{}'), { binary: true }), 4400],
    ['pushes nothing', (client) => client.send({ type: 'push', id: 1, parent: 0, commits: [] }), 4400],
    [
      'pushes a commit without events',
      (client) => void client.push(0, ['commit-1', 'client', 'session-1', 0, []]),
      4400,
    ],
    [
      'pushes numbers of its own',
      (client) => client.send({ type: 'push', id: 1, parent: 0, commits: [{ seq: 1 }] }),
      4400,
    ],
    [
      'pushes a malformed commitId',
      (client) => void client.push(0, ["'; --", 'client', 'session-1', 0, [['a', 1]]]),
      4400,
    ],
    [
      'pushes a parent that is no number',
      (client) => client.send({ type: 'push', id: 1, parent: '0', commits: [newCommit()] }),
      4400,
    ],
    ['nests without end', (client) => client.sendRaw(nested(100_000)), 4400],
    ['nests a little too deep', (client) => client.sendRaw(nested(80)), 4400],
    ['pushes twice at once', (client) => [client.push(0, newCommit()), client.push(0, newCommit())], 4400],
    ['credits what it was not sent', (client) => client.send({ type: 'credit', seq: 5 }), 4400],
    ['sends more than a message may be', (client) => client.sendRaw('x'.repeat(6 * 1024 * 1024)), 1009],
  ])('%s is disconnected, and nobody else', async (_, act, code) => {
    const server = await serve()
    const [client, other] = [await server.enter(), await server.enter()]
    act(client)
    expect((await client.end()).code).toBe(code)
    const head = (await server.engine.open('todos', { create: false }))!.head.seq
    await other.receive(head)
    expect((await other.store(head, newCommit())).seq).toBe(head + 1)
  })

  test('pushes an empty name, a prototype and half a character stores what it sent', async () => {
    const server = await serve()
    const [author, reader] = [await server.enter(), await server.enter()]
    const args = '{"__proto__":{"admin":true},"constructor":1,"text":"\\ud800"}'
    const commit = `["commit-1","client","session-1",0,[["a",${args}]]]`
    author.sendRaw(`{"type":"push","id":1,"parent":0,"commits":[${commit}]}`)
    await author.take('pushed')
    const [, , , , events] = (await reader.take('events')).commits[0]!
    expect(JSON.stringify(events[0]![1])).toBe(args)
  })

  test('pushes a parent that nobody knows is told so and stays', async () => {
    const client = await (await serve()).enter()
    client.push(7, newCommit())
    expect(await client.take('error')).toMatchObject({ id: 1, code: 'parent_unknown', retry: false })
    expect((await client.store(0, newCommit())).seq).toBe(1)
  })

  test('pushes upon events that it was not sent is told so', async () => {
    const server = await serve({ limits: { windowEvents: 1, pageEvents: 1 } })
    const author = await server.enter()
    await author.store(0, newCommit(), newCommit())
    const client = await server.enter()
    client.push(2, newCommit())
    expect(await client.take('error')).toMatchObject({ code: 'parent_unknown' })
  })

  test.each<[string, (client: TestClient) => unknown]>([
    ['commit of too many events', (client) => client.push(0, newCommit('a', {}, 10_001))],
    ['commit of too many bytes', (client) => client.push(0, newCommit('a', { text: 'x'.repeat(4.2 * 1024 * 1024) }))],
    ['push of too many events', (client) => client.push(0, newCommit('a', {}, 600), newCommit('a', {}, 600))],
    ['push of too many bytes', (client) => client.push(0, newCommit('a', { text: 'ü'.repeat(400_000) }), newCommit())],
  ])('sends a %s is told so and stays', async (_, act) => {
    const client = await (await serve()).enter()
    act(client)
    expect(await client.take('error')).toMatchObject({ id: 1, code: 'too_large', retry: false })
    expect((await client.store(0, newCommit())).seq).toBe(1)
  })

  test('sends one large commit alone is served', async () => {
    const server = await serve()
    const [author, reader] = [await server.enter(), await server.enter()]
    expect((await author.store(0, newCommit('a', {}, 10_000))).seq).toBe(10_000)
    expect((await author.store(10_000, newCommit('a', { text: 'x'.repeat(4_000_000) }))).seq).toBe(10_001)
    await reader.receive(10_001)
  })

  test('pushes too fast is told when it may again, and is disconnected if it does not listen', async () => {
    const server = await serve({ limits: { pushBurst: 2, pushesPerSecond: 10 } })
    const client = await server.enter()
    await client.store(0, newCommit())
    await client.store(1, newCommit())
    for (let tries = 1; tries < 10; tries++) {
      client.push(2, newCommit())
      const { code, retry, retryAfterMs } = await client.take('error')
      expect({ code, retry }).toEqual({ code: 'rate', retry: true })
      expect(retryAfterMs).toBeGreaterThan(0)
      expect(retryAfterMs).toBeLessThanOrEqual(100)
    }
    client.push(2, newCommit())
    expect(await endOf(client)).toEqual({ code: 4429, error: 'rate' })
  })

  test('shares its budget with the other connections of its user', async () => {
    const server = await serve({
      authorize: ({ token }) => ({ userId: token ?? 'nobody', read: true, write: true }),
      limits: { pushBurst: 1, pushesPerSecond: 0.001, connectionsPerUser: 2 },
    })
    const [one, two] = [await server.enter('todos', { token: 'ada' }), await server.enter('todos', { token: 'ada' })]
    await one.store(0, newCommit())
    await two.receive(1)
    two.push(1, newCommit())
    expect(await two.take('error')).toMatchObject({ code: 'rate' })
    const bob = await server.enter('todos', { token: 'bob' })
    await bob.receive(1)
    await bob.store(1, newCommit())

    const three = await server.connect()
    three.send({ ...hello, token: 'ada' })
    expect(await endOf(three)).toEqual({ code: 4429, error: 'rate' })
  })

  test('floods is disconnected', async () => {
    const client = await (await serve({ limits: { messageBurst: 20, messagesPerSecond: 1 } })).enter()
    for (let count = 0; count < 20; count++) client.send({ type: 'heartbeat' })
    expect(await endOf(client)).toEqual({ code: 4429, error: 'rate' })
  })
})

test('an address that is not asked for is not found; health is', async () => {
  const { port } = await serve()
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method })
    return [response.status, method === 'HEAD' ? '' : await response.json()]
  }
  expect(await get('/')).toEqual([404, { error: 'not found' }])
  expect(await get('/healthz')).toEqual([200, { ok: true }])
  expect(await get('/readyz')).toEqual([200, { ok: true, detail: '0 stores in memory' }])
  expect((await get('/readyz', 'POST'))[0]).toBe(405)
  expect((await get('/healthz', 'HEAD'))[0]).toBe(200)
})

test('an upgrade that is no WebSocket is refused', async () => {
  const { port } = await serve()
  const status = await new Promise((resolve, reject) => {
    const headers = { connection: 'Upgrade', upgrade: 'carrier-pigeon' }
    request({ port, host: '127.0.0.1', headers }, (response) => resolve(response.statusCode))
      .on('error', reject)
      .end()
  })
  expect(status).toBe(400)
})

function nested(depth: number): string {
  const args = `${'['.repeat(depth)}${']'.repeat(depth)}`
  return `{"type":"push","id":1,"parent":0,"commits":[["commit-1","client","session-1",0,[["a",${args}]]]]}`
}
