import { expect, test } from 'vitest'
import { createNetwork } from './network.ts'
import { createRandom } from './random.ts'
import { createScheduler } from './scheduler.ts'

/** One client and a server that write down what they hear. */
function connected() {
  const scheduler = createScheduler(createRandom(1))
  const network = createNetwork(createRandom(2))
  const server = scheduler.thread('server')
  const client = scheduler.thread('client')
  const atServer: string[] = []
  const atClient: string[] = []
  let connections = 0
  let answer: (text: string) => void = () => undefined
  network.serve(server, (peer) => {
    const name = `${++connections}`
    answer = (text) => peer.send(text)
    return {
      received: (text) => atServer.push(`${name} ${text}`),
      closed: () => atServer.push(`${name} closed`),
    }
  })
  const open = () =>
    network.socketsOf('client', client)('ws://server', {
      opened: () => atClient.push('opened'),
      received: (text) => atClient.push(String(text)),
      closed: (reason) => atClient.push(`closed: ${reason}`),
    })
  const pass = (ms: number) => scheduler.run(scheduler.now() + ms)
  return { network, server, client, open, pass, atServer, atClient, answer: (text: string) => answer(text) }
}

test('messages arrive once and in order, and what was sent before hanging up as well', async () => {
  const { open, pass, atServer } = connected()
  const socket = open()
  await pass(20)
  for (const text of ['a', 'b', 'c']) socket.send(text)
  socket.close()
  await pass(20)
  expect(atServer).toEqual(['1 a', '1 b', '1 c', '1 closed'])
})

test('a connection that breaks loses what is on its way', async () => {
  const { network, open, pass, atServer, atClient, answer } = connected()
  const socket = open()
  await pass(20)
  socket.send('a')
  answer('b')
  network.drop('client')
  await pass(20)
  expect(atServer).toEqual(['1 closed'])
  expect(atClient).toEqual(['opened', 'closed: the connection was lost'])
})

test('a connection that lingers brings what was sent on it after what is sent on the next', async () => {
  const { network, open, pass, atServer, atClient, answer } = connected()
  const first = open()
  await pass(20)
  first.send('a')
  network.linger('client', 100)
  await pass(1)
  expect(atClient.at(-1)).toBe('closed: the connection was lost')
  answer('nobody hears this')
  const second = open()
  second.send('b')
  await pass(50)
  expect(atServer).toEqual(['2 b'])
  await pass(100)
  expect(atServer).toEqual(['2 b', '1 a', '1 closed'])
  expect(atClient).not.toContain('nobody hears this')
})

test('a connection that stalls keeps its order', async () => {
  const { network, open, pass, atServer } = connected()
  const socket = open()
  await pass(20)
  socket.send('a')
  network.stall('client', 100)
  await pass(50)
  socket.send('b')
  expect(atServer).toEqual([])
  await pass(100)
  socket.send('c')
  await pass(20)
  expect(atServer).toEqual(['1 a', '1 b', '1 c'])
})

test('what a server sent before it died still arrives', async () => {
  const { server, open, pass, atClient, answer } = connected()
  open()
  await pass(20)
  answer('a')
  server.kill()
  await pass(20)
  expect(atClient).toEqual(['opened', 'a', 'closed: the backend is gone'])
})
