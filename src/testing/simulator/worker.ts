import type { WorkerPort } from '../../adapter/tab-world.ts'
import { makeWebSocketBackend } from '../../backend/websocket.ts'
import { lockNames } from '../../leader/broker-protocol.ts'
import { createHost } from '../../leader/host.ts'
import { openOpfsStorage } from '../../leader/storage.ts'
import type { Storage } from '../../leader/storage-port.ts'
import type { Schema } from '../../schema/schema.ts'
import { type OpfsPool, openOpfsPool } from '../../sqlite/opfs.ts'
import { guardFiles } from './guarded-files.ts'
import type { Origin } from './origin.ts'
import type { Thread } from './scheduler.ts'

/** The leader workers of one client, each of which runs the real code and dies with its tab. */
export function createWorkers(origin: Origin) {
  const { name, storeId, random, network, locks, opfs, sqlite, channel, broadcast, onTrace } = origin
  /** The next worker dies at this many writes to its files from now; what came before them stays. */
  let dieAtWrite: number | undefined
  let nextClientId: string | undefined

  /** Of the ids that a worker makes, only those of clients are as long. */
  const taken = (size: number): string | undefined => {
    if (size !== nextClientId?.length) return undefined
    const clientId = nextClientId
    nextClientId = undefined
    return clientId
  }

  /** The real pool, VFS and databases on files in memory, which die where the worker dies. */
  const openStorage = async (thread: Thread): Promise<Storage> => {
    const files = guardFiles(opfs.root, () => {
      if (dieAtWrite !== undefined && --dieAtWrite <= 0) {
        dieAtWrite = undefined
        thread.kill()
      }
    })
    thread.onDeath(files.cut)
    const openPool = async (): Promise<OpfsPool> => {
      const pool = await openOpfsPool(sqlite, {
        directory: `headwater/${storeId}`,
        env: { root: async () => files.root, sleep: (ms) => sleep(thread, ms) },
      })
      let closed = false
      const close = () => {
        if (!closed) pool.close()
        closed = true
      }
      // Its memory is freed once the call that it died in is over.
      thread.onDeath(() => setImmediate(close))
      return {
        ...pool,
        get nameless() {
          return pool.nameless
        },
        close,
      }
    }
    return openOpfsStorage(sqlite, openPool)
  }

  return {
    start(tab: Thread, schema: Schema): WorkerPort {
      const thread = tab.spawn('worker')
      const env = { ...thread.env, randomId: (size: number) => taken(size) ?? thread.env.randomId(size) }
      const [ours, theirs] = channel(tab)
      theirs.owner = thread
      const upstream = makeWebSocketBackend({
        url: 'ws://backend',
        env,
        openSocket: network.socketsOf(name, thread),
      })
      thread.schedule(1 + random.number() * 20, () =>
        createHost({
          schema,
          upstream,
          onTrace: (trace) => onTrace(thread.name, trace),
          env,
          locks: locks.of(thread),
          tab: theirs,
          openChannel: (name) => broadcast.open(thread, name),
          openStorage: () => openStorage(thread),
        }),
      )
      const { postMessage, addEventListener } = ours
      // A worker that is terminated, or crashes, tells nobody.
      return { postMessage, addEventListener, close: () => thread.kill(), onError: () => undefined }
    },
    /** The one that leads, if any does. */
    leading: () => locks.holder(lockNames.leader(storeId)),
    /** Whoever writes next dies in the middle of it. */
    dieAtWrite(write: number) {
      dieAtWrite = write
    },
    /** The next log that is begun here is of a client of this id. */
    takeClientId(clientId: string) {
      nextClientId = clientId
    },
  }
}

function sleep(thread: Thread, ms: number): Promise<void> {
  return new Promise((resolve) => {
    thread.schedule(ms, resolve)
  })
}
