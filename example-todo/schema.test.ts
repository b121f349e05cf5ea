import { createTestCluster } from 'headwater/testing'
import { expect, test } from 'vitest'
import { todosOf } from './queries.ts'
import { events, schema } from './schema.ts'

const milk = { id: 'milk', text: 'Buy milk' }

test('what two clients did to one todo while both were offline is all there in the end', async () => {
  await using cluster = await createTestCluster({ schema, clients: 3 })
  const [ann, ben, eve] = cluster.clients.map(({ tabs }) => tabs[0]!.store)
  ann!.commit(events.todoCreated(milk))
  await cluster.settle()

  cluster.clients[0]!.offline()
  cluster.clients[1]!.offline()
  ann!.commit(events.todoTextChanged({ id: 'milk', text: 'Buy oat milk' }))
  ben!.commit(events.todoCompleted({ id: 'milk' }))
  await cluster.settle()
  expect(eve!.query(todosOf.all)).toEqual([{ ...milk, completed: false }])

  cluster.clients[0]!.online()
  cluster.clients[1]!.online()
  await cluster.settle()
  await cluster.expectConverged()
  expect(eve!.query(todosOf.all)).toEqual([{ id: 'milk', text: 'Buy oat milk', completed: true }])
})

// Which of the two is first at the backend is up to the network, so up to the seed: what must hold, holds either way.
test.each([1, 2, 3, 4, 5])(
  'a todo that was deleted stays so, whatever others did to it meanwhile: seed %i',
  async (seed) => {
    await using cluster = await createTestCluster({ schema, tabs: 2, seed })
    const [ann, ben] = cluster.clients
    ann!.tabs[0]!.store.commit(events.todoCreated(milk))
    await cluster.settle()

    for (const client of cluster.clients) client.offline()
    ann!.tabs[0]!.store.commit(events.todoDeleted({ id: 'milk', deletedAt: new Date(0) }))
    ben!.tabs[0]!.store.commit(events.todoTextChanged({ id: 'milk', text: 'Buy bread' }))
    ben!.tabs[1]!.store.commit(events.todoCompleted({ id: 'milk' }))
    await cluster.settle()
    for (const client of cluster.clients) client.online()
    await cluster.settle()

    await cluster.expectConverged()
    expect(ben!.tabs[1]!.store.query(todosOf.all)).toEqual([])
  },
)

test.each([0, 0.3, 1, 5, 20])(
  'the tab that leads is killed %d ms after a commit: the other one leads, and nothing is lost or there twice',
  async (ms) => {
    await using cluster = await createTestCluster({ schema, tabs: 2 })
    const [ann] = cluster.clients
    const killed = ann!.leader!
    const left = ann!.tabs.find((tab) => tab !== killed)!
    killed.store.commit(events.todoCreated({ id: 'bread', text: 'Buy bread' })) // dies with its tab, if that is too early
    const receipt = left.store.commit(events.todoCreated(milk))
    await cluster.advanceTime(ms)
    killed.kill()
    await cluster.settle()

    await receipt.confirmed
    expect(left.isLeader).toBe(true)
    expect(left.store.query(todosOf.all)).toContainEqual({ ...milk, completed: false })
    await cluster.expectConverged()
  },
)

test('a commit that the backend refuses is undone, and its receipt says why', async () => {
  await using cluster = await createTestCluster({ schema })
  const [ann, ben] = cluster.clients.map(({ tabs }) => tabs[0]!.store)
  cluster.reject(({ events }) =>
    events.some(({ name, args }) => name === 'v1.TodoCreated' && args.text === '') ? 'a todo needs a text' : undefined,
  )
  const refused = ann!.commit(events.todoCreated({ id: 'nothing', text: '' }))
  const taken = ann!.commit(events.todoCreated(milk))
  await cluster.settle()

  await expect(refused.confirmed).rejects.toThrow('a todo needs a text')
  await taken.confirmed
  await cluster.expectConverged()
  expect(ben!.query(todosOf.all)).toEqual([{ ...milk, completed: false }])
})
