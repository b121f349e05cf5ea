import { afterEach, expect, test, vi } from 'vitest'
import type { Message } from '../model.ts'
import type { Source } from '../source.ts'
import { attach } from './attach.ts'
import { channelOf, type ToTab } from './protocol.ts'
import { serve } from './serve.ts'

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

const gone: Message = { type: 'gone', sessionId: 'x' }

function served(sessionId: string) {
  let send: ((message: Message) => void) | undefined
  const source: Source = {
    kind: 'page',
    storeId: 'todos',
    here: sessionId,
    connect(take) {
      send = take
      take({ type: 'refused', reason: 'no leader' })
      return () => {
        send = undefined
      }
    },
    ask: () => Promise.resolve({ commits: [], total: 7 }) as never,
    tab: () => Promise.reject(new Error('no such thing')),
  }
  const channel = new BroadcastChannel(channelOf(sessionId))
  const serving = serve(source, channel)
  channel.onmessage = ({ data }: MessageEvent<ToTab>) => serving.hear(data)
  closing.push(() => {
    serving.end()
    channel.close()
  })
  return { tell: (message: Message) => send?.(message), isConnected: () => send !== undefined }
}

test('a page is told what a panel in the tab would be, and asks what that would ask', async () => {
  const tab = served('one')
  const remote = attach({ storeId: 'todos', sessionId: 'one', title: '' }, 'page1')
  const other = attach({ storeId: 'todos', sessionId: 'one', title: '' }, 'page2')
  closing.push(remote.close, other.close)
  const heard: Message[] = []
  const stop = remote.connect((message) => heard.push(message))
  await vi.waitFor(() => expect(heard).toEqual([{ type: 'refused', reason: 'no leader' }]))
  tab.tell(gone)
  await vi.waitFor(() => expect(heard.at(-1)).toEqual(gone))
  expect(await remote.ask({ type: 'commits', from: 0, count: 0 })).toMatchObject({ total: 7 })
  await expect(remote.tab({ type: 'events' })).rejects.toThrow('no such thing')
  stop()
  await vi.waitFor(() => expect(tab.isConnected()).toBe(false))
})

test('a tab that does not answer is said to be frozen or gone', async () => {
  vi.useFakeTimers()
  closing.push(() => vi.useRealTimers())
  const remote = attach({ storeId: 'todos', sessionId: 'nobody', title: '' }, 'page1')
  closing.push(remote.close)
  const asked = remote.ask({ type: 'commits', from: 0, count: 0 })
  const outcome = expect(asked).rejects.toThrow('frozen, or gone')
  await vi.advanceTimersByTimeAsync(5_000)
  await outcome
})
