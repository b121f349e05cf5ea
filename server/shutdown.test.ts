import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createMemoryEngine } from './memory-engine.ts'
import { startServer } from './server.ts'
import { openSqliteEngine } from './sqlite-engine.ts'
import { createSyncServer } from './sync-server.ts'
import { connect, idsOf, newCommit } from './testing/client.ts'
import { createGate, overriding, serve } from './testing/fixture.ts'

describe('closing', () => {
  test('says bye, then ends every connection for a restart', async () => {
    const server = await serve()
    const [client, silent] = [await server.enter(), await server.connect()]
    const closed = server.close()
    const { retryAfterMs } = await client.take('bye')
    expect(retryAfterMs).toBeGreaterThanOrEqual(500)
    expect(retryAfterMs).toBeLessThan(2_000)
    expect((await client.end()).code).toBe(1012)
    expect((await silent.end()).code).toBe(1012)
    await closed
    await server.close()
    await expect(connect(server.url)).rejects.toThrow()
  })

  test('finishes the push in progress, and begins no other', async () => {
    const [gate, begun] = [createGate(), createGate()]
    const memory = createMemoryEngine()
    const engine = overriding(memory, {
      async append(storeId, append) {
        begun.open()
        await gate.opened
        return memory.append(storeId, append)
      },
    })
    const server = await serve({ engine })
    const [author, other] = [await server.enter(), await server.enter()]
    author.push(0, newCommit())
    await begun.opened
    const closed = server.close()
    await other.take('bye')
    other.push(0, newCommit())
    expect(await other.take('error')).toMatchObject({ code: 'unavailable', retry: true })
    gate.open()
    expect((await author.take('pushed')).head.seq).toBe(1)
    expect((await author.end()).code).toBe(1012)
    await closed
  })

  test('finishes the push that is being validated', async () => {
    const gate = createGate()
    const server = await serve({ validate: () => gate.opened.then(() => undefined) })
    const author = await server.enter()
    author.push(0, newCommit())
    author.send({ type: 'heartbeat' })
    await author.take('heartbeat')
    const closed = server.close()
    await author.take('bye')
    gate.open()
    await author.take('pushed')
    await closed
  })

  test('does not wait for ever for an engine that hangs', async () => {
    const engine = overriding(createMemoryEngine(), { append: () => new Promise(() => {}) })
    const server = await serve({ engine, limits: { drainMs: 30 } })
    const author = await server.enter()
    author.push(0, newCommit())
    author.send({ type: 'heartbeat' })
    await author.take('heartbeat')
    await server.close()
    expect((await author.end()).code).toBe(1012)
  })

  test('does not wait for ever for a client that does not answer', async () => {
    const server = await serve()
    const client = await server.enter()
    client.socket.pause()
    await server.close()
    client.socket.resume()
    await client.end()
  })

  test('is told by readyz while healthz is well', async () => {
    const gate = createGate()
    const engine = overriding(createMemoryEngine(), {
      append: () => gate.opened.then(() => ({ type: 'no_store' as const })),
    })
    const sync = createSyncServer({ engine })
    const http = createServer(sync.handleRequest)
    http.on('upgrade', sync.handleUpgrade)
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void http.close())
    const address = `127.0.0.1:${(http.address() as AddressInfo).port}`
    const client = await connect(`ws://${address}`)
    await client.hello()
    client.push(0, newCommit())
    client.send({ type: 'heartbeat' })
    await client.take('heartbeat')
    const closed = sync.close()
    expect((await fetch(`http://${address}/healthz`)).status).toBe(200)
    expect((await fetch(`http://${address}/readyz`)).status).toBe(503)
    await expect(connect(`ws://${address}`)).rejects.toThrow('503')
    gate.open()
    await closed
  })
})

describe('a restart', () => {
  test('keeps everything: clients go on from their cursor', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'headwater-restart-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const open = () => openSqliteEngine({ file: join(folder, 'log.sqlite') })
    const commits = [newCommit('a', {}, 2), newCommit(), newCommit()]

    const before = await serve({ engine: await open() })
    const author = await before.connect()
    const { backendId } = await author.hello()
    const cursor = await author.store(0, commits[0]!)
    await author.store(2, commits[1]!, commits[2]!)
    await before.close()
    await before.engine.close()

    const after = await serve({ engine: await open() })
    const client = await after.connect()
    expect((await client.hello('todos', { backendId, cursor })).head.seq).toBe(4)
    expect(idsOf((await client.take('events')).commits)).toEqual(idsOf(commits.slice(1)))
  })

  test('with another log is noticed', async () => {
    const server = await serve()
    const client = await server.connect()
    client.hello('todos', { backendId: 'of-the-old-log' }).catch(() => {})
    expect(await client.take('error')).toMatchObject({ code: 'backend_mismatch' })
    expect((await client.end()).code).toBe(4409)
  })
})

test('a port that is in use is told, and nothing stays open', async () => {
  const { port, engine } = await serve()
  await expect(startServer({ engine, port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
