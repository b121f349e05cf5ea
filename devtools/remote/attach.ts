import { watchEvery } from '../protocol.ts'
import type { Source } from '../source.ts'
import { env } from '../world.ts'
import { channelOf, type Present, shortId, type ToPage, type ToTab } from './protocol.ts'

/** A question that a tab does not answer in this time, milliseconds, is given up: it is frozen, or gone. */
const patience = 5_000

/** A store of another page of this origin. `close` ends all that waits. */
export function attach({ storeId, sessionId, title }: Present, page: string): Source & { close(): void } {
  const channel = new BroadcastChannel(channelOf(sessionId))
  const say = (message: ToTab) => channel.postMessage(message)
  const waiting = new Map<number, { resolve(answer: unknown): void; reject(error: Error): void }>()
  let asked = 0
  let hear: ((data: Extract<ToPage, { type: 'told' }>) => void) | undefined

  channel.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
    if (data.page !== page) return
    if (data.type === 'told') return hear?.(data)
    if (data.type === 'answered') return waiting.get(data.nth)?.resolve(data.answer)
    if (data.type === 'refused') waiting.get(data.nth)?.reject(new Error(data.message))
  })

  const ask = <Answer>(make: (nth: number) => ToTab): Promise<Answer> => {
    const nth = ++asked
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    const cancel = env.after(patience, () => reject(new Error('the tab does not answer: it is frozen, or gone')))
    waiting.set(nth, { resolve: resolve as (answer: unknown) => void, reject })
    say(make(nth))
    return promise.finally(() => {
      cancel()
      waiting.delete(nth)
    })
  }

  return {
    kind: 'remote',
    storeId,
    here: sessionId,
    name: `Tab ${shortId(sessionId)}`,
    title,
    connect(send) {
      const renew = () => say({ type: 'attach', page })
      hear = ({ messages }) => messages.forEach(send)
      renew()
      const timer = setInterval(renew, watchEvery)
      return () => {
        clearInterval(timer)
        hear = undefined
        say({ type: 'detach', page })
      }
    },
    ask: (question) => ask((nth) => ({ type: 'ask leader', page, nth, question })),
    tab: (question) => ask((nth) => ({ type: 'ask tab', page, nth, question })),
    close() {
      for (const { reject } of waiting.values()) reject(new Error('the panel was closed'))
      channel.close()
    },
  }
}
