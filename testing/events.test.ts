import { EventSequenceNumber, type Store, StoreReset } from 'headwater'
import { createTestCluster, type TestCluster } from 'headwater/testing'
import { expect, expectTypeOf, test } from 'vitest'
import { events, schema } from '../src/replica/testing.ts'

type TestStore = Store<(typeof schema)['events']>

/** Writes down what is iterated, and why it ended. */
function note(iterated: ReturnType<TestStore['events']>) {
  const seen: string[] = []
  const ended = (async () => {
    for await (const { seqNum, args } of iterated)
      seen.push(`${EventSequenceNumber.print(seqNum)} ${JSON.stringify(args)}`)
  })()
  ended.catch(() => undefined)
  return { seen, ended }
}

/** Nothing is left to happen: neither in the cluster nor in what iterates here, a page of which is asked for at a time. */
async function settle(cluster: TestCluster) {
  for (let page = 0; page < 4; page++) {
    await cluster.settle()
    await new Promise((resolve) => setImmediate(resolve))
  }
}

const created = (id: string) => events.created({ id, text: id })

test('gives what is confirmed once, in the order of the backend, rebased commits where they landed', async () => {
  await using cluster = await createTestCluster({ schema })
  const [first, second] = cluster.clients.map(({ tabs }) => tabs[0]!.store as TestStore)
  first!.commit(created('a'))
  await settle(cluster)
  const all = note(first!.events({ since: 'start' }))
  const later = note(first!.events())
  const renames = note(first!.events({ since: 'start', names: ['v1.Renamed'] }))
  await settle(cluster)
  first!.setOnline(false)
  await cluster.advanceTime(500)
  first!.commit(created('c'), events.renamed({ id: 'c', text: 'C' })) // becomes e3 and e4
  await cluster.advanceTime(100)
  second!.commit(created('b'))
  await cluster.advanceTime(500)
  await cluster.advanceTime(500)
  expect(all.seen).toEqual(['e1 {"id":"a","text":"a"}'])
  first!.setOnline(true)
  await settle(cluster)
  expect(all.seen.map((line) => line.split(' ')[0]!.replace(/r.*/, ''))).toEqual(['e1', 'e2', 'e3', 'e4'])
  expect(all.seen.map((line) => JSON.parse(line.slice(line.indexOf(' '))).text)).toEqual(['a', 'b', 'c', 'C'])
  expect(later.seen).toEqual(all.seen.slice(1))
  expect(renames.seen).toEqual(all.seen.slice(3))
})

test('goes on after any event, in the middle of a commit and of a page too', async () => {
  await using cluster = await createTestCluster({ schema })
  const store = cluster.clients[0]!.tabs[0]!.store as TestStore
  for (let commit = 0; commit < 200; commit++)
    store.commit(created(`${commit}a`), events.drafted({ id: 'd', text: `${commit}` }), created(`${commit}b`))
  await settle(cluster)
  const all = note(store.events({ since: 'start' }))
  await settle(cluster)
  expect(all.seen).toHaveLength(600)
  expect(new Set(all.seen.map((line) => line.split(' ')[0])).size).toBe(600)
  for (const at of [0, 1, 2, 299, 598]) {
    const rest = note(store.events({ since: EventSequenceNumber.parse(all.seen[at]!.split(' ')[0]!) }))
    await settle(cluster)
    expect(rest.seen).toEqual(all.seen.slice(at + 1))
  }
})

test('ends when it is told to, and throws when the store is reset or closed', async () => {
  await using cluster = await createTestCluster({ schema })
  const store = cluster.clients[0]!.tabs[0]!.store as TestStore
  const ended = new AbortController()
  const told = note(store.events({ signal: ended.signal }))
  const reset = note(store.events())
  await settle(cluster)
  ended.abort()
  await told.ended
  void store.reset()
  await settle(cluster)
  store.commit(created('a'))
  await settle(cluster)
  await settle(cluster)
  await expect(reset.ended).rejects.toThrow(StoreReset)
  const closed = note(store.events())
  await settle(cluster)
  void store.shutdown()
  await settle(cluster)
  await expect(closed.ended).rejects.toThrow('shut down')
})

test('knows the args of the names that are asked for', () => {
  const read = async (store: TestStore) => {
    for await (const { args } of store.events({ names: ['v1.Created'] }))
      expectTypeOf(args.text).toEqualTypeOf<string>()
    // @ts-expect-error there is no such event
    store.events({ names: ['v1.Lost'] })
  }
  expect(read).toBeTypeOf('function')
})
