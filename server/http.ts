import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { EventLog } from '../src/backend/event-log.ts'

export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
}

/**
 * `/healthz`: the process answers. `/readyz`: it takes connections and its log works. False for any other address.
 */
export function answerHealth(
  request: IncomingMessage,
  response: ServerResponse,
  { engine, isClosing }: { readonly engine: EventLog; isClosing(): boolean },
): boolean {
  const path = request.url?.split('?')[0]
  if (path !== '/healthz' && path !== '/readyz') return false
  if (request.method !== 'GET' && request.method !== 'HEAD') respond(response, 405, { error: 'GET or HEAD' })
  else if (path === '/healthz') respond(response, 200, { ok: true })
  else if (isClosing()) respond(response, 503, { ok: false, detail: 'the server is closing' })
  else {
    engine.health().then(
      (health) => respond(response, health.ok ? 200 : 503, health),
      () => respond(response, 503, { ok: false, detail: 'the event log does not answer' }),
    )
  }
  return true
}

export function respond(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(`${JSON.stringify(body)}\n`)
}
