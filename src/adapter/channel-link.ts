import { channelNames, channelPort, type StoreMessage } from '../leader/channel.ts'
import { listen, type Port } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'

type Options = {
  readonly storeId: string
  readonly env: Env
  readonly openChannel: (name: string) => Port
  readonly onLeader: (leaderId: string) => void
  readonly onEnd: (leaderId: string) => void
  /** A session of another tab waits for this leader in vain. */
  readonly onDoubt: (leaderId: string) => void
}

/** A tab's line to all who have the same store open, whatever their build and broker. */
export function openChannelLink({ storeId, env, openChannel, onLeader, onEnd, onDoubt }: Options) {
  const channel = openChannel(channelNames.store(storeId))
  const tell = (message: StoreMessage) => channel.postMessage(message)

  listen<StoreMessage>(channel, (message) => {
    switch (message.type) {
      case 'leader':
        return onLeader(message.leaderId)
      case 'resigned':
        return onEnd(message.leaderId)
      case 'doubt':
        return onDoubt(message.leaderId)
      case 'want':
      case 'connect':
        return // for leaders
      default:
        return message satisfies never
    }
  })

  return {
    /** The leader, if there is one, tells of itself. */
    want: () => tell({ type: 'want' }),
    connect(leaderId: string, sessionId: string): Port {
      const portId = env.randomId(16)
      const port = channelPort(openChannel(channelNames.port(portId)), 'tab')
      tell({ type: 'connect', leaderId, sessionId, portId })
      return port
    },
    doubt: (leaderId: string) => tell({ type: 'doubt', leaderId }),
    close: () => channel.close(),
  }
}
