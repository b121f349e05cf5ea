import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

let data: string
let taken: Server[]
let started: ChildProcess

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'headwater-start-'))
  taken = await Promise.all([listening(), listening()])
})

afterEach(() => {
  started.kill('SIGKILL')
  for (const server of taken) server.close()
  rmSync(data, { recursive: true, force: true })
})

test('npm start brings up both where their ports are taken, wires them, and ends both', {
  timeout: 40_000,
}, async () => {
  const { example, backend } = await start()

  expect(portOf(example)).not.toBe(portOf(taken[0]!))
  expect(portOf(backend)).not.toBe(portOf(taken[1]!))
  expect(await (await fetch(example)).text()).toContain('<div id="root">')
  expect(await (await fetch(new URL('/example-todo/address.ts', example))).text()).toContain(backend)
  expect(await isOpen(backend)).toBe(true)

  started.kill('SIGTERM')
  expect(await once(started, 'exit')).toEqual([0, null])
  expect(await isOpen(example)).toBe(false)
  expect(await isOpen(backend)).toBe(false)
})

/** `npm start` as a person sees it: the two addresses that it prints. */
async function start(): Promise<{ example: string; backend: string }> {
  const [port, backendPort] = taken.map((server) => String(portOf(server)))
  const args = ['--port', port!, '--backend-port', backendPort!, '--data', data]
  const script = fileURLToPath(new URL('start.ts', import.meta.url))
  started = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  return new Promise((resolve, reject) => {
    const read = (chunk: Buffer) => {
      said += chunk
      const [, example] = /Example +(\S+)/.exec(said) ?? []
      const [, backend] = /Backend +(\S+)/.exec(said) ?? []
      if (example && backend) resolve({ example, backend })
    }
    started.stdout!.on('data', read)
    started.stderr!.on('data', read)
    started.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${said}`)))
  })
}

async function listening(): Promise<Server> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server
}

function portOf(where: string | Server): number {
  return typeof where === 'string' ? Number(new URL(where).port) : (where.address() as AddressInfo).port
}

function isOpen(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(portOf(url), '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}
