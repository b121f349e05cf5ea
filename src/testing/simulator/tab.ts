import { createBrokerLink } from '../../adapter/broker-link.ts'
import type { TabWorld, WorkerPort } from '../../adapter/tab-world.ts'
import { createWebAdapter } from '../../adapter/web.ts'
import { StoreClosed } from '../../replica/errors.ts'
import type { Schema } from '../../schema/schema.ts'
import type { BootStatus } from '../../session/boot.ts'
import { createStorePromise, type Store } from '../../session/store.ts'
import type { Sqlite } from '../../sqlite/port.ts'
import type { Origin } from './origin.ts'
import type { SimPort } from './ports.ts'
import type { Thread } from './scheduler.ts'

export type Tab = {
  readonly name: string
  /** Of the build that it was loaded from. */
  readonly schema: Schema
  readonly thread: Thread
  /** Resolves when the store is open; never, if the tab dies before. */
  readonly opened: Promise<Store>
  readonly store: Store | undefined
  /** Why the store did not open, or why it ended. */
  readonly failure: unknown
  /** How far the opening of the store is. */
  readonly boot: BootStatus | undefined
  /** The page tells its code that it goes; `persisted` if it may come back as it was. */
  hide(persisted: boolean): void
  /** It came back as it was. */
  show(): void
  /** Listeners to the page, in its code. */
  listeners(): number
}

type Browser = {
  openBroker(tab: Thread): SimPort
  startWorker(tab: Thread): WorkerPort
  /** The store did not open, or ended by itself, and says why. */
  failed(why: unknown): void
}

/** A page with the real code of a tab in it. */
export function openTab(thread: Thread, origin: Origin, { openBroker, startWorker, failed }: Browser): Tab {
  const { schema, storeId, sqlite, locks, channel, broadcast, hasSharedWorker = true, onTrace } = origin
  const databases: Sqlite[] = []
  const hiding = new Set<(persisted: boolean) => void>()
  const returning = new Set<() => void>()
  let store: Store | undefined
  let failure: unknown
  let boot: BootStatus | undefined

  const world: TabWorld = {
    env: thread.env,
    locks: locks.of(thread),
    openBroker: () => openBroker(thread),
    openChannel: (name) => broadcast.open(thread, name),
    channel: () => channel(thread),
    onHide: (call) => enter(hiding, call),
    onReturn: (call) => enter(returning, call),
    loadSqlite: async () => ({
      ...sqlite,
      open() {
        const db = sqlite.open()
        databases.push(db)
        return db
      },
    }),
  }
  let brokerLink: ReturnType<typeof createBrokerLink> | undefined
  const adapter = createWebAdapter(
    world,
    () => startWorker(thread),
    () => {
      if (!hasSharedWorker) return undefined
      brokerLink ??= createBrokerLink(world)
      return brokerLink
    },
  )

  const opened = new Promise<Store>((resolve) => {
    thread.schedule(0, () => {
      createStorePromise({
        schema,
        adapter,
        storeId,
        env: thread.env,
        onTrace: (trace) => onTrace(thread.name, trace),
        onBootStatus(status) {
          boot = status
        },
      }).then(
        (open) => {
          store = open
          void open.closed.then((error) => {
            if (error instanceof StoreClosed) return
            failure = error
            failed(error)
          })
          resolve(open)
        },
        (error) => {
          failure = error
          failed(error)
        },
      )
    })
  })
  thread.onDeath(() => {
    for (const db of databases) db.close()
  })

  return {
    name: thread.name,
    schema,
    thread,
    opened,
    get store() {
      return store
    },
    get boot() {
      return boot
    },
    get failure() {
      return failure
    },
    hide(persisted) {
      for (const call of [...hiding]) call(persisted)
    },
    show() {
      for (const call of [...returning]) call()
    },
    listeners: () => hiding.size + returning.size,
  }
}

function enter<Call>(calls: Set<Call>, call: Call): () => void {
  calls.add(call)
  return () => calls.delete(call)
}
