/**
 * While the tab that keeps a store is frozen, nobody else can read its files. So a tab that boots then asks the others of its build for
 * their state.
 *
 * ```
 *  tab ── borrow ─▶ everybody             who has the state?
 *      ◀── offer ──                       the first one is taken
 *      ── take ───▶ that tab              it stands in for the leader on the channel that the tab names
 * ```
 */
import { channelNames, channelPort } from '../leader/channel.ts'
import { listen, type Port } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import type { LeaderApi } from '../replica/leader-api.ts'
import { connectLeader, serveLeader } from '../replica/leader-port.ts'

type Message =
  | { readonly type: 'borrow'; readonly borrowerId: string; readonly fingerprint: string }
  | { readonly type: 'offer'; readonly borrowerId: string; readonly lenderId: string }
  | { readonly type: 'take'; readonly lenderId: string; readonly portId: string }

type Options = {
  readonly storeId: string
  readonly sessionId: string
  readonly fingerprint: string
  readonly env: Env
  readonly openChannel: (name: string) => Port
  /** Stands in for the leader, with this tab's state; undefined where it has none. */
  readonly lend: () => LeaderApi | undefined
  readonly onLender: (lender: LeaderApi) => void
}

export function openLending({ storeId, sessionId, fingerprint, env, openChannel, lend, onLender }: Options) {
  const channel = openChannel(channelNames.state(storeId))
  const tell = (message: Message) => channel.postMessage(message)
  const ports = new Set<Port>()
  let wants = false
  let dropLender = () => {}

  const openPort = (portId: string, end: 'tab' | 'leader'): Port => {
    const port = channelPort(openChannel(channelNames.port(portId)), end)
    ports.add(port)
    return port
  }

  const closePort = (port: Port) => {
    ports.delete(port)
    port.close()
  }

  const serve = (portId: string) => {
    const lender = lend()
    if (!lender) return
    const port = openPort(portId, 'leader')
    serveLeader({ ...lender, leave: async () => closePort(port) }, port)
  }

  const takeFrom = (lenderId: string) => {
    wants = false
    dropLender()
    const portId = env.randomId(16)
    const port = openPort(portId, 'tab')
    const lender = connectLeader(port, env)
    dropLender = () => {
      void lender.leave()
      closePort(port)
      dropLender = () => {}
    }
    tell({ type: 'take', lenderId, portId })
    onLender(lender)
  }

  listen<Message>(channel, (message) => {
    switch (message.type) {
      case 'borrow':
        if (message.fingerprint === fingerprint && lend())
          tell({ type: 'offer', borrowerId: message.borrowerId, lenderId: sessionId })
        return
      case 'offer':
        return message.borrowerId === sessionId && wants ? takeFrom(message.lenderId) : undefined
      case 'take':
        return message.lenderId === sessionId ? serve(message.portId) : undefined
      default:
        return message satisfies never
    }
  })

  return {
    borrow() {
      wants = true
      tell({ type: 'borrow', borrowerId: sessionId, fingerprint })
    },
    /** A leader answers: nothing is borrowed any more. */
    drop() {
      wants = false
      dropLender()
    },
    close() {
      dropLender()
      for (const port of [...ports]) closePort(port)
      channel.close()
    },
  }
}
