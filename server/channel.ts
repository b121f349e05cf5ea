/** The sending side of one socket. */
import type { ErrorCode, FromBackend } from '../src/sync/wire.ts'
import { closeCodes } from '../src/sync/wire.ts'

/** A string, or the same in UTF-8: what goes to many sockets is encoded once. `String(text)` is the string of both. */
export type Text = string | Buffer

/** The socket of one client, as far as the protocol needs one. It must not call the backend while it is called. */
export type Peer = {
  /** Does nothing once the socket is closing. */
  send(message: Text): void
  /** Bytes that were sent and that the network did not take yet. */
  buffered(): number
  close(code: number, reason: string): void
}

export type Refusal = {
  readonly code: ErrorCode
  readonly message: string
  /** Whether the same message may succeed later. */
  readonly retry: boolean
  readonly retryAfterMs?: number
  /** The close code, where the refusal ends the connection. */
  readonly close?: number
}

export type Channel = {
  send(message: FromBackend): void
  /** An `events` message that is encoded already. */
  sendFrame(data: Buffer): void
  /** Says why, and closes the socket if the refusal says so. `id` is that of the push that is refused. */
  refuse(refusal: Refusal, id?: number): void
  close(code: number, reason: string): void
  isOpen(): boolean
}

export function createChannel(peer: Peer, maxBufferedBytes: number, onClose: () => void): Channel {
  let open = true

  const close = (code: number, reason: string) => {
    if (!open) return
    open = false
    peer.close(code, reason)
    onClose()
  }

  const write = (data: Text) => {
    if (!open) return
    peer.send(data)
    if (peer.buffered() > maxBufferedBytes) close(closeCodes.slow, 'too much was not read')
  }

  const send = (message: FromBackend) => write(JSON.stringify(message))
  return {
    send,
    sendFrame: write,
    refuse({ close: closeCode, ...refusal }, id) {
      send({ type: 'error', id, ...refusal })
      if (closeCode !== undefined) close(closeCode, refusal.code)
    },
    close,
    isOpen: () => open,
  }
}
