import { describe, expect, test } from 'vitest'
import type { Authorize, Grant } from './hooks.ts'
import type { LogEntry } from './log.ts'
import { newCommit } from './testing/client.ts'
import { createGate, serve } from './testing/fixture.ts'

const all = { userId: 'ada', read: true, write: true }
const hello = { type: 'hello', v: 1, storeId: 'todos', clientId: 'client', cursor: { seq: 0, commitId: null } }

async function refusedWith(authorize: Authorize, token = 'secret', limits = {}) {
  const entries: LogEntry[] = []
  const server = await serve({ authorize, limits, log: (entry) => entries.push(entry) })
  const client = await server.connect()
  client.send({ ...hello, token })
  const { code } = await client.end()
  expect(await server.engine.open('todos', { create: false })).toBeNull()
  expect(JSON.stringify(entries)).not.toContain('secret')
  return code
}

describe('a token', () => {
  test.each<[string, Authorize, number]>([
    ['is not accepted', () => null, 4401],
    ['is not accepted, later', async () => undefined, 4401],
    ['makes authorize throw', () => Promise.reject(new Error('jwt malformed')), 4401],
    ['has expired', () => ({ ...all, expiresAt: Date.now() - 1 }), 4401],
    ['has an end that is no time', () => ({ ...all, expiresAt: Number.NaN }), 4401],
    ['is not for this store', () => ({ userId: 'ada', read: false, write: false }), 4403],
  ])('that %s lets nobody in, and makes no store', async (_, authorize, code) => {
    expect(await refusedWith(authorize)).toBe(code)
  })

  test('that is never judged lets nobody in', async () => {
    expect(await refusedWith(() => new Promise(() => {}), 'secret', { hookMs: 20 })).toBe(4401)
  })

  test('is asked for after the form was checked, with the store that it is for', async () => {
    const asked: unknown[] = []
    const server = await serve({
      authorize: (request) => {
        asked.push(request)
        return all
      },
    })
    const bad = await server.connect()
    bad.send({ ...hello, storeId: 'no/store' })
    await bad.end()
    await server.enter('todos', { token: 'secret' })
    await server.enter('notes')
    expect(asked).toEqual([
      { token: 'secret', storeId: 'todos' },
      { token: undefined, storeId: 'notes' },
    ])
  })

  test('to read only does so', async () => {
    const server = await serve({ authorize: ({ token }) => ({ read: true, write: token === 'author' }) })
    const reader = await server.connect()
    reader.send({ ...hello, token: 'reader' })
    expect((await reader.end()).code).toBe(4404) // it cannot make the store
    const author = await server.enter('todos', { token: 'author' })
    const second = await server.enter('todos', { token: 'reader' })
    await author.store(0, newCommit())
    await second.receive(1)
    const id = second.push(1, newCommit())
    expect(await second.take('error')).toMatchObject({ id, code: 'forbidden', retry: false })
    await author.store(1, newCommit())
    await second.receive(2)
  })
})

describe('the end of an authorization', () => {
  const grants: Record<string, () => Grant | null> = {
    short: () => ({ ...all, expiresAt: Date.now() + 500 }),
    endless: () => all,
    reader: () => ({ ...all, write: false }),
    bob: () => ({ ...all, userId: 'bob' }),
    bad: () => null,
  }
  const authorize: Authorize = ({ token = '' }) => grants[token]?.() ?? null

  test('is announced in welcome, told before, and then it is the end', async () => {
    const server = await serve({ authorize, limits: { expiringMs: 400 } })
    const client = await server.connect()
    const { expiresAt } = await client.hello('todos', { token: 'short' })
    const { inMs } = await client.take('expiring')
    expect(inMs).toBeGreaterThan(0)
    expect(inMs).toBeLessThanOrEqual(400 + 1) // timers of Node may come a millisecond early
    expect((await client.end()).code).toBe(4401)
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt!)
  })

  test('does not come when a new token comes before', async () => {
    const server = await serve({ authorize, limits: { expiringMs: 400 }, heartbeatMs: 100 })
    const client = await server.enter('todos', { token: 'short' })
    const { inMs } = await client.take('expiring')
    client.send({ type: 'auth', token: 'endless' })
    const until = performance.now() + inMs + 50
    while (performance.now() < until) await client.take('heartbeat')
    expect((await client.store(0, newCommit())).seq).toBe(1)
  })

  test.each([
    ['is bad', 'bad'],
    ['is of another user', 'bob'],
  ])('comes at once when the new token %s', async (_, token) => {
    const client = await (await serve({ authorize })).enter('todos', { token: 'endless' })
    client.send({ type: 'auth', token })
    expect((await client.end()).code).toBe(4401)
  })

  test('a new token may allow less', async () => {
    const client = await (await serve({ authorize })).enter('todos', { token: 'endless' })
    client.send({ type: 'auth', token: 'reader' })
    client.send({ type: 'heartbeat' })
    await client.take('heartbeat')
    client.push(0, newCommit())
    expect(await client.take('error')).toMatchObject({ code: 'forbidden' })
  })

  test('of many new tokens the last one counts, and they are judged one at a time', async () => {
    const gate = createGate()
    const asked: unknown[] = []
    const server = await serve({
      authorize: async ({ token }) => {
        asked.push(token)
        if (token === 'slow') await gate.opened
        return all
      },
    })
    const client = await server.enter('todos', { token: 'first' })
    for (const token of ['slow', 'a', 'b', 'c']) client.send({ type: 'auth', token })
    client.send({ type: 'heartbeat' })
    await client.take('heartbeat')
    gate.open()
    await expect.poll(() => asked).toEqual(['first', 'slow', 'c'])
  })
})
