import type { HostToTab, TabToHost } from '../leader/broker-protocol.ts'
import type { Port } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import type { StorageProblem } from '../trace.ts'
import type { BrokerLink } from './broker-link.ts'
import { createHostedWorker } from './hosted-worker.ts'
import type { TabWorld, WorkerPort } from './tab-world.ts'

/** After this long, milliseconds, a worker that was told to let go is not waited for any more. */
const resignWithin = 1_000

/** This tab's leader worker, seen from the tab. It serves all stores of the tab, each for as long as somebody has it open. */
export type HostLink = {
  /** Waits for the lead of a store. Gives the way to let go of it. */
  stand(storeId: string): () => Promise<void>
  /** Calls back when the worker leads the store: now, if it does, and whenever it begins to. */
  onLeading(storeId: string, hear: (leaderId: string) => void): () => void
  /** A port to the worker that leads. */
  connect(storeId: string, sessionId: string): Port
  /** Calls back whenever the worker could not lead the store. */
  onFailed(storeId: string, hear: HearFailure): () => void
  /** A session does not hear of this leader any more: if it is the worker's, the worker is asked whether it is there. */
  doubt(leaderId: string): void
  /** Whether this leader is the worker's. */
  hosts(leaderId: string): boolean
  terminate(): void
}

/** `problem` where it was the storage that refused. */
type HearFailure = (message: string, problem?: StorageProblem) => void

type Store = {
  users: number
  /** While the worker leads. */
  leaderId: string | undefined
  readonly leading: Set<(leaderId: string) => void>
  readonly failed: Set<HearFailure>
  readonly resigned: Set<() => void>
}

type Options = {
  readonly startWorker: () => WorkerPort
  /** Absent where there is no SharedWorker. */
  readonly broker: BrokerLink | undefined
  readonly world: TabWorld
  readonly env: Env
}

export function createHostLink({ startWorker, broker, world, env }: Options): HostLink {
  const stores = new Map<string, Store>()
  let isGoing = false
  let broken: string | undefined

  const of = (storeId: string): Store => {
    const store: Store = stores.get(storeId) ?? {
      users: 0,
      leaderId: undefined,
      leading: new Set(),
      failed: new Set(),
      resigned: new Set(),
    }
    stores.set(storeId, store)
    return store
  }

  /** It leads no more. */
  const ended = (store: Store) => {
    store.leaderId = undefined
    for (const hear of store.resigned) hear()
  }

  const leads = (store: Store, leaderId: string) => {
    store.leaderId = leaderId
    for (const hear of store.leading) hear(leaderId)
  }

  const heard = (message: HostToTab) => {
    broken = undefined
    switch (message.type) {
      case 'leading':
        return leads(of(message.storeId), message.leaderId)
      case 'failed':
        for (const hear of of(message.storeId).failed) hear(message.problem.message, message.problem)
        return
      case 'resigned':
        return ended(of(message.storeId))
      case 'ready':
      case 'pong':
        return
      default:
        return message satisfies never
    }
  }

  const host = () =>
    createHostedWorker({
      env,
      locks: world.locks,
      start: startWorker,
      onStarted(started) {
        const forget = broker?.host(started)
        for (const [storeId, { users }] of stores)
          if (users > 0 && !isGoing) started.postMessage({ type: 'stand', storeId } satisfies TabToHost)
        return () => {
          forget?.()
          for (const store of stores.values()) ended(store) // it has nothing any more
        }
      },
      onMessage: heard,
      onBroken(reason) {
        broken = `the leader worker did not load: ${reason}`
        for (const { users, failed } of stores.values()) if (users > 0) for (const hear of failed) hear(broken)
      },
    })
  let worker = host()
  const tell = (message: TabToHost) => worker.tell(message)
  const hosts = (leaderId: string) => [...stores.values()].some((store) => store.leaderId === leaderId)

  const forget = [
    world.onHide((persisted) => {
      isGoing = true
      // The worker of a page that is put aside stands still with it, perhaps before it has heard that it is to let go.
      if (persisted) worker.end()
      else for (const [storeId, { users }] of stores) if (users > 0) tell({ type: 'resign', storeId })
    }),
    world.onReturn(() => {
      if (!isGoing) return
      isGoing = false
      worker = host()
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
    onLeading(storeId, hear) {
      const { leading, leaderId } = of(storeId)
      leading.add(hear)
      if (leaderId !== undefined) hear(leaderId)
      return () => leading.delete(hear)
    },
    connect(storeId, sessionId) {
      const [ours, theirs] = world.channel()
      worker.tell({ type: 'session', storeId, sessionId }, theirs)
      return ours
    },
    onFailed(storeId, hear) {
      const { failed } = of(storeId)
      failed.add(hear)
      if (broken) hear(broken) // it was, before anybody listened
      return () => failed.delete(hear)
    },
    doubt(leaderId) {
      if (hosts(leaderId)) worker.doubt()
    },
    hosts,
    terminate() {
      for (const undo of forget) undo()
      worker.end()
    },
  }
}
