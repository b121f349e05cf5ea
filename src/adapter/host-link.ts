import type { HostToTab, TabToHost } from '../leader/broker-protocol.ts'
import { listen } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import type { BrokerLink } from './broker-link.ts'
import type { TabWorld, WorkerPort } from './tab-world.ts'

/** After this long, milliseconds, a worker that was told to let go is not waited for any more. */
const resignWithin = 1_000

/** This tab's leader worker, seen from the tab. It serves all stores of the tab, each for as long as somebody has it open. */
export type HostLink = {
  /** Waits for the lead of a store. Gives the way to let go of it. */
  stand(storeId: string): () => Promise<void>
  /** Calls back whenever the worker could not lead the store. */
  onFailed(storeId: string, hear: (message: string) => void): () => void
  terminate(): void
}

type Store = { users: number; readonly failed: Set<(message: string) => void>; readonly resigned: Set<() => void> }

export function createHostLink(worker: WorkerPort, broker: BrokerLink, world: TabWorld, env: Env): HostLink {
  const stores = new Map<string, Store>()
  let broken: string | undefined

  const tell = (message: TabToHost) => worker.postMessage(message)

  const of = (storeId: string): Store => {
    const store = stores.get(storeId) ?? { users: 0, failed: new Set(), resigned: new Set() }
    stores.set(storeId, store)
    return store
  }

  const standing = () => [...stores].filter(([, { users }]) => users > 0).map(([storeId]) => storeId)

  listen<HostToTab>(worker, (message) => {
    if (message.type === 'failed') for (const hear of of(message.storeId).failed) hear(message.message)
    else if (message.type === 'resigned') for (const hear of of(message.storeId).resigned) hear()
  })
  worker.onError((message) => {
    broken = `the leader worker did not load: ${message}`
    for (const storeId of standing()) for (const hear of of(storeId).failed) hear(broken)
  })

  const forget = [
    broker.host(worker),
    world.onHide(() => {
      for (const storeId of standing()) tell({ type: 'resign', storeId })
    }),
    world.onReturn(() => {
      for (const storeId of standing()) tell({ type: 'stand', storeId })
    }),
  ]

  const resigned = (storeId: string) =>
    new Promise<void>((resolve) => {
      const { resigned } = of(storeId)
      const done = () => {
        cancel()
        resigned.delete(done)
        resolve()
      }
      const cancel = env.after(resignWithin, done)
      resigned.add(done)
      tell({ type: 'resign', storeId })
    })

  return {
    stand(storeId) {
      const store = of(storeId)
      store.users += 1
      if (store.users === 1) tell({ type: 'stand', storeId })
      return async () => {
        store.users -= 1
        if (store.users === 0) await resigned(storeId)
      }
    },
    onFailed(storeId, hear) {
      const { failed } = of(storeId)
      failed.add(hear)
      if (broken) hear(broken) // it was, before anybody listened
      return () => failed.delete(hear)
    },
    terminate() {
      for (const undo of forget) undo()
      worker.close()
    },
  }
}
