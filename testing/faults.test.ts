import { createTestCluster, type TestClient, type TestCluster, type TestTab } from 'headwater/testing'
import { expect, test } from 'vitest'
import { events, schema } from '../src/replica/testing.ts'
import { createRandom, type Random } from '../src/testing/simulator/random.ts'

type World = { readonly random: Random; readonly cluster: TestCluster; readonly heal: (() => void)[] }

test.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
  'whatever is done to a cluster, it settles, converges and can be closed: seed %i',
  async (seed) => {
    const random = createRandom(seed)
    await using cluster = await createTestCluster({
      schema,
      clients: 1 + random.below(3),
      tabs: 1 + random.below(3),
      seed,
    })
    const world: World = { random, cluster, heal: [] }
    for (let step = 0; step < 40; step++) {
      await disturb(world, step)
      await cluster.advanceTime(random.below(30))
    }
    await cluster.advanceTime(10) // what is being closed, is
    for (const heal of world.heal) heal()
    for (const client of cluster.clients) await wake(client)
    await cluster.settle()
    await cluster.expectConverged()
    expect(cluster.clients.every(({ leader }) => leader)).toBe(true)
  },
)

async function disturb({ random, cluster, heal }: World, step: number) {
  const client: TestClient = random.pick(cluster.clients)
  const open = client.tabs.filter(({ isOpen }) => isOpen)
  const tab = open.length > 0 ? random.pick(open) : undefined
  const isFrozen = open.some(({ isFrozen }) => isFrozen)
  switch (random.below(14)) {
    case 0:
      return client.offline()
    case 1:
      return client.online()
    case 2:
      return tab?.kill()
    case 3:
      return tab?.close()
    case 4:
      return isFrozen ? undefined : client.openTab()
    case 5:
      return tab?.freeze()
    case 6:
      return tab?.thaw()
    case 7:
      return void heal.push(cluster.partition(client))
    case 8:
      return cluster.restartBackend({ downMs: random.below(500) })
    default:
      return tab && !tab.isFrozen && commit(random, tab, `step ${step}`)
  }
}

function commit(random: Random, { store }: TestTab, text: string) {
  const id = `${random.below(5)}`
  const some = [
    events.created({ id, text }),
    events.renamed({ id, text }),
    events.removed({ id }),
    events.drafted({ id, text }),
  ]
  store.commit(random.pick(some))
}

async function wake(client: TestClient) {
  for (const tab of client.tabs) tab.thaw()
  client.online()
  if (!client.tabs.some(({ isOpen }) => isOpen)) await client.openTab()
}
