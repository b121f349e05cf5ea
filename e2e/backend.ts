import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = fileURLToPath(new URL('../server/cli.ts', import.meta.url))

/** A sync backend in a process of its own, as `headwater serve` runs it, with its log in a folder of its own. */
export type Backend = {
  readonly url: string
  /** Ends it as a power cut would. */
  kill(): Promise<void>
  /** Starts it again, at the same address and on the same log. */
  restart(): Promise<void>
  /** Starts another one at the same address, with nothing in its log. */
  wipe(): Promise<void>
  /** Its log as it is while it is not running; `restore` brings it back, and starts it. */
  backup(): Promise<() => Promise<void>>
  /** Ends it for good, and removes its log. */
  stop(): Promise<void>
}

export async function startBackend(): Promise<Backend> {
  const data = mkdtempSync(join(tmpdir(), 'headwater-e2e-'))
  let { child, url } = await serve(data, '0')

  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return
    const ended = once(child, 'exit')
    child.kill('SIGKILL')
    await ended
  }

  const restart = async () => {
    const again = await serve(data, new URL(url).port)
    child = again.child
  }

  return {
    url,
    kill,
    restart,
    async wipe() {
      await kill()
      rmSync(data, { recursive: true, force: true })
      mkdirSync(data)
      await restart()
    },
    async backup() {
      await kill()
      const copy = `${data}-backup`
      cpSync(data, copy, { recursive: true })
      await restart()
      return async () => {
        await kill()
        rmSync(data, { recursive: true, force: true })
        renameSync(copy, data)
        await restart()
      }
    },
    async stop() {
      await kill()
      rmSync(data, { recursive: true, force: true })
    },
  }
}

/** Resolves once it listens, as it says itself. */
function serve(data: string, port: string): Promise<{ child: ChildProcess; url: string }> {
  const args = [cli, 'serve', '--port', port, '--data', data]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let said = ''
    const read = (chunk: Buffer) => {
      said += chunk
      const url = /ws:\/\/[^\s/]+:\d+/.exec(said)?.[0]
      if (url) resolve({ child, url })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.once('exit', (code) => reject(new Error(`the backend ended with ${code}:\n${said}`)))
  })
}
