/**
 * The way without a broker: where there is no SharedWorker, where the broker does not answer, and between tabs of two builds,
 * whose brokers differ because their addresses do. It needs nobody who introduces, and each message is copied once more.
 *
 * ```
 *  tab ── want ──────▶ everybody                 who leads?
 *      ◀── leader ────                            the leader alone answers, and tells when it begins
 *      ── connect ───▶ everybody                 the leader opens the channel that the tab names
 *      ◀── open ────── that channel
 *      ◀── data ─────▶
 * ```
 */
import { protocol } from './broker-protocol.ts'
import type { Port } from './ports.ts'
import { listen } from './ports.ts'

export const channelNames = {
  /** Everybody with the store open hears it. */
  store: (storeId: string) => `${protocol}:store:${storeId}`,
  /** Tabs that have its state hear it, for those that no leader lets in. */
  state: (storeId: string) => `${protocol}:state:${storeId}`,
  /** Between one session and one leader. */
  port: (portId: string) => `${protocol}:port:${portId}`,
}

export type StoreMessage =
  | { readonly type: 'want' }
  | { readonly type: 'leader' | 'resigned'; readonly leaderId: string }
  | { readonly type: 'connect'; readonly leaderId: string; readonly sessionId: string; readonly portId: string }
  /** A tab waits in vain for an answer of this leader: whoever hosts it should look. */
  | { readonly type: 'doubt'; readonly leaderId: string }

type PortMessage = { readonly type: 'open' } | { readonly type: 'data'; readonly data: unknown }

/** A channel as a port. What is posted before the other end is open waits here: nobody else would keep it. */
export function channelPort(channel: Port, end: 'tab' | 'leader'): Port {
  let waiting: unknown[] | undefined = end === 'tab' ? [] : undefined
  let isClosed = false
  const post = (message: PortMessage) => {
    if (!isClosed) channel.postMessage(message) // as with a port, nobody hears it then; a channel would throw
  }

  if (end === 'leader') post({ type: 'open' })
  else
    listen<PortMessage>(channel, ({ type }) => {
      if (type !== 'open') return
      for (const data of waiting ?? []) post({ type: 'data', data })
      waiting = undefined
    })

  return {
    postMessage(data) {
      if (waiting) waiting.push(data)
      else post({ type: 'data', data })
    },
    addEventListener: (_type, hear) =>
      listen<PortMessage>(channel, (message) => {
        if (message.type === 'data') hear({ data: message.data, ports: [] as readonly MessagePort[] } as MessageEvent)
      }),
    close() {
      isClosed = true
      channel.close()
    },
  }
}

type AnswerOptions = {
  readonly leaderId: string
  readonly channel: Port
  readonly openPort: (portId: string) => Port
  readonly serve: (sessionId: string, port: Port) => void
}

/** Lets a leader be found and reached on its store's channel, until the way back is called that this gives. */
export function answerOnChannel({ leaderId, channel, openPort, serve }: AnswerOptions): () => void {
  const tell = (message: StoreMessage) => channel.postMessage(message)
  listen<StoreMessage>(channel, (message) => {
    if (message.type === 'want') tell({ type: 'leader', leaderId })
    else if (message.type === 'connect' && message.leaderId === leaderId)
      serve(message.sessionId, channelPort(openPort(message.portId), 'leader'))
  })
  tell({ type: 'leader', leaderId })
  return () => {
    tell({ type: 'resigned', leaderId })
    channel.close()
  }
}
