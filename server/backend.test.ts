import { expect, test, vi } from 'vitest'
import { createWorld } from './testing/world.ts'

const near = { name: 'near__', latencyMs: 5 }
const far = { name: 'far___', latencyMs: 40 }

/** Both push on the empty log; then a heartbeat, an expiry, a rejection, and a restart of the backend. */
async function story() {
  let tokens = 0
  const world = createWorld((now) => ({
    authorize: ({ token }) => ({ read: true, write: true, expiresAt: token ? now() + 60_000 : 60_000 }),
    validate: ([commitId]) => (commitId.startsWith('bad') ? 'it is bad' : undefined),
  }))
  const { addClient, live } = world
  const one = addClient({ ...near, token: () => `token-${++tokens}` })
  const two = addClient(far)
  one.commit('near-one')
  two.commit('far-one_')
  await live(1_000)
  one.commit('bad-near')
  one.commit('near-two')
  await live(99_000)
  const closed = world.closeBackend()
  await live(1_000)
  await closed
  world.restart()
  one.commit('near-three')
  await live(10_000)
  const states = [one.connection(), two.connection()]
  one.close()
  two.close()
  await live(100)
  await world.closeBackend()
  return { ...world, one, two, states }
}

test('who pushes too late is sent what it missed, is told that it is behind, and pushes again', async () => {
  const { addClient, heard, live } = createWorld()
  const [one, two] = [addClient(near), addClient(far)]
  one.commit('near-one')
  two.commit('far-one_')
  await live(1_000)
  expect(heard(near.name)).toEqual(['15 welcome', '25 pushed', '245 events'])
  expect(heard(far.name)).toEqual(['120 welcome', '120 events', '200 ahead', '280 pushed'])
  expect(one.confirmed).toEqual(['near-one', 'far-one_'])
  expect(two.confirmed).toEqual(one.confirmed)
})

test('a heartbeat comes with each turn of the clock', async () => {
  const { addClient, heard, live } = createWorld(() => ({ heartbeatMs: 1_000 }))
  addClient(near)
  await live(3_500)
  expect(heard(near.name)).toEqual(['15 welcome', '1005 heartbeat', '2005 heartbeat', '3005 heartbeat'])
})

test('an authorization ends in its time, unless it is renewed', async () => {
  const { one, two, heard, history, states } = await story()
  expect(heard(far.name).slice(-3)).toEqual(['30040 expiring', '40040 heartbeat', '60040 error'])
  expect(history.filter((line) => line.includes('▶ {"type":"auth"'))).toHaveLength(3)
  expect(states).toEqual([
    { name: 'online', attempt: 1 },
    { name: 'stopped', reason: 'unauthorized: the token has expired', code: 'unauthorized' },
  ])
  expect(one.rejected).toEqual(['bad-near'])
  expect(two.confirmed).toEqual(['near-one', 'far-one_', 'near-two'])
})

test.each([60_000.5, Number.POSITIVE_INFINITY])('an authorization may end at %d', async (expiresAt) => {
  const { addClient, live } = createWorld(() => ({ authorize: () => ({ read: true, write: true, expiresAt }) }))
  const { connection } = addClient(near)
  await live(1_000)
  expect(connection()).toEqual({ name: 'online', attempt: 1 })
})

test('a client whose app has no newer token is not asked for one without pause', async () => {
  const authorize = vi.fn(() => ({ read: true, write: true, expiresAt: 60_000 }))
  const { addClient, heard, live } = createWorld(() => ({ authorize }))
  addClient({ ...near, token: () => 'the only one' })
  await live(59_000)
  expect(heard(near.name).filter((line) => line.endsWith('expiring'))).toHaveLength(5)
  await live(2_000)
  expect(authorize.mock.calls.length).toBeLessThan(20)
})

test('a backend that closes says bye, and another on the same engine goes on', async () => {
  const { one, heard } = await story()
  const afterBye = heard(near.name).slice(heard(near.name).findIndex((line) => line.endsWith('bye')))
  expect(afterBye).toEqual(['100005 bye', '101270 welcome', '101280 pushed'])
  expect(one.confirmed).toEqual(['near-one', 'far-one_', 'near-two', 'near-three'])
})

test('the same story is told in the same words, and nobody looks at the real world', async () => {
  const spies = [
    ...(['setTimeout', 'setInterval', 'setImmediate'] as const).map((name) => vi.spyOn(globalThis, name)),
    vi.spyOn(Date, 'now'),
    vi.spyOn(performance, 'now'),
    vi.spyOn(Math, 'random'),
    vi.spyOn(crypto, 'getRandomValues'),
    vi.spyOn(process, 'nextTick'),
  ]
  const [first, second] = [await story(), await story()]
  const calls = spies.map((spy) => spy.mock.calls.length)
  vi.restoreAllMocks()
  expect(second.history.join('\n')).toBe(first.history.join('\n'))
  expect(calls).toEqual(spies.map(() => 0))
  expect(first.timers.size).toBe(0)
})
