import { createBrokerLink } from '../../adapter/broker-link.ts'
import type { TabWorld, WorkerPort } from '../../adapter/tab-world.ts'
import { createWebAdapter } from '../../adapter/web.ts'
import { makeWebSocketBackend } from '../../backend/websocket.ts'
import { createBroker } from '../../leader/broker.ts'
import { createHost } from '../../leader/host.ts'
import type { Storage } from '../../leader/open.ts'
import { opfsStorage } from '../../leader/storage.ts'
import type { Schema } from '../../schema/schema.ts'
import { createStorePromise, type Store } from '../../session/store.ts'
import { openOpfsPool } from '../../sqlite/opfs.ts'
import type { Directory, DirectoryFile, Handle } from '../../sqlite/opfs-files.ts'
import type { Sqlite } from '../../sqlite/port.ts'
import type { SqliteModule } from '../../sqlite/wa-sqlite.ts'
import type { Trace } from '../../trace.ts'
import { fakeOpfs } from '../opfs.ts'
import { createLockManager } from './locks.ts'
import type { Network } from './network.ts'
import { channel, type SimPort } from './ports.ts'
import type { Random } from './random.ts'
import type { Scheduler, Thread } from './scheduler.ts'

export type BrowserOptions = {
  readonly name: string
  readonly schema: Schema
  readonly storeId: string
  readonly scheduler: Scheduler
  readonly random: Random
  readonly network: Network
  readonly sqlite: SqliteModule
  readonly onTrace: (who: string, trace: Trace) => void
}

export type Tab = {
  readonly name: string
  readonly thread: Thread
  /** Resolves when the store is open; never, if the tab dies before. */
  readonly opened: Promise<Store>
  readonly store: Store | undefined
  readonly failure: unknown
}

/** One client: a browser profile with its files, its locks, its broker and its tabs. The code in them is the real one. */
export function createBrowser(options: BrowserOptions) {
  const { name, schema, storeId, scheduler, random, network, sqlite, onTrace } = options
  const opfs = fakeOpfs()
  const locks = createLockManager()
  const tabs = new Set<Tab>()
  const workers = new Set<Thread>()
  /** No fault of the world keeps a tab from opening its store, sooner or later. */
  const failures: string[] = []
  let broker: { readonly thread: Thread; readonly connect: (port: SimPort) => void } | undefined
  let serial = 0
  /** The next worker dies at this many writes to its files from now; what came before them stays. */
  let dieAtWrite: number | undefined

  /** The SharedWorker runs in the process of the tab that was first, and dies with it. */
  const openBroker = (tab: Thread): SimPort => {
    if (!broker?.thread.isAlive) {
      const thread = tab.spawn('broker')
      const connect = createBroker({ brokerId: thread.env.randomId(8), locks: locks.of(thread) })
      broker = { thread, connect: connect as (port: SimPort) => void }
    }
    const [ours, theirs] = channel(tab, random)
    theirs.owner = broker.thread
    const { thread, connect } = broker
    thread.schedule(0.1, () => connect(theirs))
    return ours
  }

  const startWorker = (tab: Thread): WorkerPort => {
    const thread = tab.spawn('worker')
    workers.add(thread)
    thread.onDeath(() => workers.delete(thread))
    const [ours, theirs] = channel(tab, random)
    theirs.owner = thread
    thread.schedule(1 + random.number() * 20, () =>
      createHost({
        schema,
        upstream: makeWebSocketBackend({
          url: 'ws://backend',
          env: thread.env,
          openSocket: network.socketsOf(name, thread),
        }),
        onTrace: (trace) => onTrace(thread.name, trace),
        env: thread.env,
        locks: locks.of(thread),
        tab: theirs,
        openStorage: () => openStorage(thread),
      }),
    )
    return { ...portOf(ours), close: () => thread.kill(), onError: () => undefined }
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
    return { ...opfsStorage(pool), close }
  }

  const openTab = (): Tab => {
    const thread = scheduler.thread(`${name}/tab${++serial}`)
    const databases: Sqlite[] = []
    const hiding = new Set<(persisted: boolean) => void>()
    const world: TabWorld = {
      env: thread.env,
      locks: locks.of(thread),
      openBroker: () => openBroker(thread),
      channel: () => channel(thread, random),
      onHide(call) {
        hiding.add(call)
        return () => hiding.delete(call)
      },
      onReturn: () => () => undefined,
      loadSqlite: async () => ({ ...sqlite, open: () => remember(databases, sqlite.open()) }),
    }
    let brokerLink: ReturnType<typeof createBrokerLink> | undefined
    const adapter = createWebAdapter(
      world,
      () => startWorker(thread),
      () => {
        brokerLink ??= createBrokerLink(world)
        return brokerLink
      },
    )
    const tab = {
      name: thread.name,
      thread,
      hiding,
      store: undefined as Store | undefined,
      failure: undefined as unknown,
      opened: undefined as never,
    }
    const onTraceHere = (trace: Trace) => onTrace(thread.name, trace)
    const opened = new Promise<Store>((resolve) => {
      thread.schedule(0, () => {
        createStorePromise({ schema, adapter, storeId, env: thread.env, onTrace: onTraceHere }).then(
          (store) => {
            tab.store = store
            resolve(store)
          },
          (failure) => {
            tab.failure = failure
            failures.push(`${thread.name} could not open its store: ${failure}`)
          },
        )
      })
    })
    Object.assign(tab, { opened })
    tabs.add(tab)
    thread.onDeath(() => {
      tabs.delete(tab)
      for (const db of databases) db.close()
    })
    return tab
  }

  return {
    name,
    opfs,
    locks,
    tabs,
    failures: failures as readonly string[],
    openTab,
    /** The page goes as pages do: it is told, and ends a moment later. */
    closeTab(tab: Tab) {
      tab.thread.schedule(0, () => {
        for (const call of (tab as Tab & { hiding: Set<(persisted: boolean) => void> }).hiding) call(false)
      })
      tab.thread.schedule(random.number() * 5, () => tab.thread.kill())
    },
    /** The process is gone from one moment to the next. */
    crashTab: (tab: Tab) => tab.thread.kill(),
    crashWorkers() {
      for (const worker of [...workers]) worker.kill()
    },
    /** Whoever writes next dies in the middle of it. */
    dieAtWrite(write: number) {
      dieAtWrite = write
    },
    hasWorkers: () => workers.size > 0,
    /** What nobody should hold any more once all stores are shut down, in words. */
    left(): string[] {
      const held = locks.held().filter((lock) => !lock.includes(':broker:'))
      return [
        ...(opfs.held() > 0 ? [`${name} still holds ${opfs.held()} files after its stores were shut down`] : []),
        ...(held.length > 0 ? [`${name} still holds the locks ${held.join(', ')}`] : []),
      ]
    },
  }
}

export type Browser = ReturnType<typeof createBrowser>

function remember(databases: Sqlite[], db: Sqlite): Sqlite {
  databases.push(db)
  return db
}

function portOf(port: SimPort) {
  return {
    postMessage: port.postMessage,
    addEventListener: port.addEventListener,
    start: () => undefined,
  }
}

function sleep(thread: Thread, ms: number): Promise<void> {
  return new Promise((resolve) => {
    thread.schedule(ms, resolve)
  })
}

/** The same files, with a look at every write before it happens; all of them fail once they are cut. */
function guardFiles(root: Directory, beforeWrite: () => void) {
  const open = new Set<Handle>()
  let isCut = false
  const alive = () => {
    if (isCut) throw new DOMException('the worker died', 'InvalidStateError')
  }
  const changing = () => {
    beforeWrite()
    alive()
  }

  const guard = (entry: Directory | DirectoryFile) =>
    entry.kind === 'directory' ? guardDirectory(entry) : guardFile(entry)

  const guardDirectory = (directory: Directory): Directory => ({
    kind: 'directory',
    getDirectoryHandle: async (name, options) => guardDirectory(await directory.getDirectoryHandle(name, options)),
    getFileHandle: async (name, options) => guardFile(await directory.getFileHandle(name, options)),
    async *values() {
      for await (const entry of directory.values()) yield guard(entry)
    },
  })

  const guardFile = (file: DirectoryFile): DirectoryFile => ({
    kind: 'file',
    async createSyncAccessHandle() {
      alive()
      const handle = await file.createSyncAccessHandle()
      if (isCut) handle.close()
      alive()
      open.add(handle)
      return guardHandle(handle)
    },
  })

  const guardHandle = (handle: Handle): Handle => ({
    read(into, options) {
      alive()
      return handle.read(into, options)
    },
    write(bytes, options) {
      changing()
      return handle.write(bytes, options)
    },
    truncate(size) {
      changing()
      handle.truncate(size)
    },
    getSize() {
      alive()
      return handle.getSize()
    },
    flush() {
      changing()
      handle.flush()
    },
    close() {
      open.delete(handle)
      handle.close()
    },
  })

  return {
    root: guardDirectory(root),
    cut() {
      isCut = true
      for (const handle of open) handle.close()
      open.clear()
    },
  }
}
