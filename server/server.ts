/** The sync backend on a port of its own. */
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { respond } from './http.ts'
import { createSyncServer, type SyncServerOptions } from './sync-server.ts'

export type ServerOptions = SyncServerOptions & {
  /** 0, the default, takes any that is free. */
  readonly port?: number | undefined
  readonly host?: string | undefined
}

export type RunningServer = {
  /** For `makeWebSocketBackend`. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Resolves when it listens; rejects if it cannot. */
export async function startServer({ port = 0, host = '127.0.0.1', ...options }: ServerOptions): Promise<RunningServer> {
  const sync = createSyncServer(options)
  const http = createServer((request, response) => {
    if (!sync.handleRequest(request, response)) respond(response, 404, { error: 'not found' })
  })
  http.on('upgrade', sync.handleUpgrade)
  try {
    await listen(http, port, host)
  } catch (error) {
    await sync.close()
    throw error
  }
  // After this one may fail to accept a connection, which must not end the process.
  http.on('error', (error) => options.log?.({ level: 'error', message: 'the HTTP server failed', error }))
  const bound = http.address() as AddressInfo
  let closing: Promise<void> | undefined
  const close = async () => {
    const closed = new Promise<void>((resolve) => http.close(() => resolve()))
    await sync.close()
    http.closeAllConnections()
    await closed
  }
  return {
    url: `ws://${host.includes(':') ? `[${host}]` : host}:${bound.port}`,
    port: bound.port,
    close: () => (closing ??= close()),
  }
}

function listen(http: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve()
    })
  })
}
