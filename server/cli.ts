#!/usr/bin/env node
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type CheckCommand, parseCommand, type ServeCommand, usage } from './arguments.ts'
import type { LogEntry } from './log.ts'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'
import { openSqliteEngine } from './sqlite-engine.ts'

const command = parseCommand(process.argv.slice(2))
switch (command.type) {
  case 'help':
    process.stdout.write(usage)
    break
  case 'wrong':
    process.stderr.write(`headwater: ${command.message}\n\n${usage}`)
    process.exitCode = 2
    break
  case 'serve':
    serve(command).catch((error: unknown) => {
      process.stderr.write(`headwater: ${explain(error, command)}\n`)
      process.exitCode = 1
    })
    break
  case 'check':
    await runCheck(command)
}

async function runCheck(command: CheckCommand): Promise<void> {
  const { check } = await import('../src/compat/check.ts') // which needs what only a build server may have
  const { exitCode, output } = await check({ ...command, root: process.cwd() })
  const stream = exitCode === 2 ? process.stderr : process.stdout
  stream.write(output)
  process.exitCode = exitCode
}

async function serve({ port, host, data, portFallback }: ServeCommand): Promise<void> {
  mkdirSync(data, { recursive: true })
  const engine = await openSqliteEngine({ file: join(data, 'log.sqlite'), quiet: true })
  let server: RunningServer
  try {
    server = await startOnFreePort({ host, engine, log: print }, port, portFallback ? 20 : 0)
  } catch (error) {
    await engine.close()
    throw error
  }
  process.stdout.write(`Headwater sync backend: ${server.url} (log in ${data}; Ctrl-C ends it)\n`)
  onceAsked(async () => {
    await server.close()
    await engine.close()
  })
}

async function startOnFreePort(options: ServerOptions, port: number, more: number): Promise<RunningServer> {
  try {
    return await startServer({ ...options, port })
  } catch (error) {
    if (more === 0 || !isInUse(error) || port >= 65_535) throw error
    return startOnFreePort(options, port + 1, more - 1)
  }
}

/** The first Ctrl-C lets what is in progress finish, the second does not. */
function onceAsked(stop: () => Promise<void>): void {
  let asked = false
  const end = () => {
    if (asked) process.exit(1)
    asked = true
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        print({ level: 'error', message: 'could not close in order', error })
        process.exit(1)
      },
    )
  }
  process.on('SIGINT', end)
  process.on('SIGTERM', end)
}

function isInUse(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
}

function explain(error: unknown, { port, host, data }: ServeCommand): string {
  if (isInUse(error)) return `port ${port} of ${host} is in use; choose another with --port, or add --port-fallback`
  const message = error instanceof Error ? error.message : String(error)
  return message.includes('in use by another server')
    ? `${message}; stop it, or choose another folder than ${data} with --data`
    : message
}

function print({ level, message, storeId, userId, error }: LogEntry): void {
  if (level === 'debug') return
  const details = { storeId, userId, error: error instanceof Error ? error.message : error }
  process.stderr.write(`${level}: ${message} ${JSON.stringify(details)}\n`)
}
