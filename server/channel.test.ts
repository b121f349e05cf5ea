import { expect, test } from 'vitest'
import { createChannel, type Peer } from './channel.ts'

function fakePeer() {
  const sent: unknown[] = []
  const closes: unknown[] = []
  const state = { buffered: 0 }
  const peer: Peer = {
    send: (data) => sent.push(JSON.parse(String(data))),
    buffered: () => state.buffered,
    close: (code, reason) => closes.push([code, reason]),
  }
  return { peer, sent, closes, state }
}

test('who does not read its answers is disconnected, once, and is sent nothing more', () => {
  const { peer, sent, closes, state } = fakePeer()
  let ends = 0
  const channel = createChannel(peer, 1_000, () => {
    ends += 1
  })
  channel.send({ type: 'bye', retryAfterMs: 1 })
  expect(channel.isOpen()).toBe(true)
  state.buffered = 1_001
  channel.send({ type: 'bye', retryAfterMs: 2 })
  channel.send({ type: 'bye', retryAfterMs: 3 })
  channel.close(1000, 'again')
  expect(sent.length).toBe(2)
  expect(closes).toEqual([[4008, 'too much was not read']])
  expect(ends).toBe(1)
})

test('a refusal says why, and closes only if it is to', () => {
  const { peer, sent, closes } = fakePeer()
  const channel = createChannel(peer, 1_000, () => {})
  channel.refuse({ code: 'rate', message: 'slower', retry: true, retryAfterMs: 5 }, 7)
  expect(closes).toEqual([])
  channel.refuse({ code: 'version', message: 'v1', retry: false, close: 4426 })
  expect(sent).toEqual([
    { type: 'error', id: 7, code: 'rate', message: 'slower', retry: true, retryAfterMs: 5 },
    { type: 'error', code: 'version', message: 'v1', retry: false },
  ])
  expect(closes).toEqual([[4426, 'version']])
})
