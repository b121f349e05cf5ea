import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { parseCommand } from './arguments.ts'
import { connect, newCommit } from './testing/client.ts'

const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'headwater-cli-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

function run(...args: string[]) {
  const child = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let output = ''
  const listeners = new Set<() => void>()
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk) => {
      output += chunk
      for (const listener of listeners) listener()
    })
  }
  const line = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve) => {
      const look = () => {
        const found = pattern.exec(output)
        if (found) resolve(found)
      }
      listeners.add(look)
      look()
    })
  return { child, line, output: () => output, url: async () => (await line(/ws:\S+/))[0], exit: exitOf(child) }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve))
}

describe('headwater serve', () => {
  test('serves until it is asked to end, and keeps the log', async () => {
    const data = join(newFolder(), 'deep', 'backend')
    const first = run('serve', '--port', '0', '--data', data)
    const client = await connect(await first.url())
    await client.hello()
    await client.store(0, newCommit())
    first.child.kill('SIGINT')
    expect((await client.end()).code).toBe(1012)
    expect(await first.exit).toBe(0)
    expect(first.output().trim().split('\n').length).toBe(1)

    const second = run('serve', '--port', '0', '--data', data)
    const again = await connect(await second.url())
    expect((await again.hello()).head.seq).toBe(1)
    again.terminate()
    second.child.kill('SIGTERM')
    expect(await second.exit).toBe(0)
  })

  test('refuses a folder and a port in use, unless it may take another port', async () => {
    const [data, other] = [newFolder(), newFolder()]
    const first = run('serve', '--port', '0', '--data', data)
    const port = new URL(await first.url()).port
    const sameFolder = run('serve', '--port', '0', '--data', data)
    const samePort = run('serve', '--port', port, '--data', other)
    expect([await sameFolder.exit, await samePort.exit]).toEqual([1, 1])
    expect(sameFolder.output()).toMatch(
      /^headwater: .*log\.sqlite is in use by another server; stop it, or .* --data\n$/,
    )
    expect(samePort.output()).toMatch(/^headwater: port \d+ of 127\.0\.0\.1 is in use; .*--port-fallback\n$/)
    const next = run('serve', '--port', port, '--data', other, '--port-fallback')
    expect(Number(new URL(await next.url()).port)).toBeGreaterThan(Number(port))
  })

  test('says how it is used, and what is wrong', async () => {
    const [help, wrong] = [run('--help'), run('serve', '--prot', '1')]
    expect([await help.exit, await wrong.exit]).toEqual([0, 2])
    expect(help.output()).toMatch(/^Usage: headwater serve/)
    expect(wrong.output()).toMatch(/^headwater: Unknown option '--prot'\n\nUsage:/)
  })
})

describe('arguments', () => {
  test('have defaults', () => {
    expect(parseCommand(['serve'])).toEqual({
      type: 'serve',
      port: 8787,
      host: '127.0.0.1',
      data: '.headwater/backend',
      portFallback: false,
    })
  })

  test('are taken as given', () => {
    expect(parseCommand(['serve', '--port=0', '--host', '::1', '--data', 'd', '--port-fallback'])).toMatchObject({
      port: 0,
      host: '::1',
      data: 'd',
      portFallback: true,
    })
    expect(parseCommand(['serve', '-h'])).toEqual({ type: 'help' })
    expect(parseCommand(['check'])).toMatchObject({ type: 'check', schema: 'src/schema.ts', strict: false })
    expect(parseCommand(['check', 'app.ts', '--against', 'a', '--write', 'b', '--strict'])).toEqual({
      type: 'check',
      schema: 'app.ts',
      against: 'a',
      write: 'b',
      strict: true,
    })
  })

  test.each([
    [[], 'a command is missing'],
    [['sevre'], 'there is no command "sevre"'],
    [['serve', 'here'], 'unexpected "here"'],
    [['serve', '--port', 'http'], '--port must be a number from 0 to 65535, not "http"'],
    [['serve', '--port', '65536'], '--port must be a number from 0 to 65535, not "65536"'],
    [['serve', '--host', ''], '--host and --data must not be empty'],
    [['check', 'a.ts', 'b.ts'], 'unexpected "b.ts"'],
    [['check', '--against', ''], '--against and --write must not be empty'],
    [['check', '--port', '1'], "Unknown option '--port'"],
    [['serve', '--port'], "Option '--port <value>' argument missing"],
  ])('%j are wrong', (args, message) => {
    expect(parseCommand(args)).toEqual({ type: 'wrong', message })
  })
})
