import type { Message } from '../model.ts'
import { watchEnds } from '../protocol.ts'
import type { Source } from '../source.ts'
import { env } from '../world.ts'
import type { ToPage, ToTab } from './protocol.ts'

/** What happens is told together, this often, milliseconds. */
const tellEvery = 40

/** Shows the source to pages that attach over the channel, each until it detaches or falls silent. */
export function serve(source: Source, channel: BroadcastChannel) {
  const pages = new Map<string, { renew(): void; end(): void }>()
  const say = (message: ToPage) => channel.postMessage(message)

  const attach = (page: string) => {
    let waiting: Message[] = []
    let cancelTelling: (() => void) | undefined
    const tell = () => {
      cancelTelling = undefined
      const messages = waiting
      waiting = []
      say({ type: 'told', page, messages })
    }
    const stop = source.connect((message) => {
      waiting.push(message)
      cancelTelling ??= env.after(tellEvery, tell)
    })
    const end = () => {
      pages.delete(page)
      cancelSilence()
      cancelTelling?.()
      stop()
    }
    let cancelSilence = env.after(watchEnds, end)
    return {
      renew() {
        cancelSilence()
        cancelSilence = env.after(watchEnds, end)
      },
      end,
    }
  }

  const answer = (page: string, nth: number, answering: Promise<unknown>) =>
    answering.then(
      (answer) => say({ type: 'answered', page, nth, answer }),
      (error: Error) => say({ type: 'refused', page, nth, message: error.message }),
    )

  return {
    hear(message: ToTab) {
      const { page } = message
      switch (message.type) {
        case 'attach': {
          const known = pages.get(page)
          if (known) return known.renew()
          pages.set(page, attach(page))
          return
        }
        case 'detach':
          return pages.get(page)?.end()
        case 'ask leader':
          return void answer(page, message.nth, source.ask(message.question))
        case 'ask tab':
          return void answer(page, message.nth, source.tab(message.question))
        default:
          return message satisfies never
      }
    },
    end() {
      for (const page of [...pages.values()]) page.end()
    },
  }
}
