/** The default engine: all stores in one SQLite file, acknowledged once the disk has them (WAL, `synchronous=FULL`). */
import { Worker } from 'node:worker_threads'
import type { Append, Appended, EventLog, OpenedStore, Page } from '../src/backend/event-log.ts'
import { createHints } from './hints.ts'
import type { Write } from './sqlite-log.ts'
import type { WorkerAnswer, WorkerCall, WorkerOptions } from './sqlite-worker.ts'

export type SqliteEngineOptions = {
  /** Made where it does not exist; its folder must. */
  readonly file: string
  /** Hides Node's warning that `node:sqlite` is experimental (Node 22). */
  readonly quiet?: boolean
  /** Bytes of pushes that may wait for the disk; more are refused at once. */
  readonly maxWaitingBytes?: number
}

/** Rejects with a sentence for people if another process has the file open, or if it is something else. */
export async function openSqliteEngine(options: SqliteEngineOptions): Promise<EventLog> {
  const thread = await startThread({ file: options.file, quiet: options.quiet ?? false })
  const room = createRoom(options.maxWaitingBytes ?? 64 * 1024 * 1024)
  const hints = createHints()
  const write = (write: Write) => thread.call({ type: 'write', write })
  const open = (storeId: string) => thread.call({ type: 'open', storeId }) as Promise<OpenedStore | null>

  return {
    async open(storeId, { create }) {
      const store = await open(storeId)
      return store || !create ? store : ((await write({ type: 'create', storeId })) as OpenedStore)
    },
    async append(storeId, append) {
      const appended = (await room.use(sizeOf(append), () => write({ type: 'append', storeId, append }))) as Appended
      if (appended.type === 'appended') hints.tell(storeId, appended.head)
      return appended
    },
    read: (storeId, range) => thread.call({ type: 'read', storeId, range }) as Promise<Page>,
    commitAt: (storeId, seq) => thread.call({ type: 'commitAt', storeId, seq }) as Promise<string | null>,
    watch: hints.watch,
    health: async () => ({ ok: thread.isAlive(), detail: `SQLite file ${options.file}` }),
    async close() {
      hints.close()
      await thread.close()
    },
  }
}

function sizeOf({ commits }: Append): number {
  return commits.reduce((bytes, commit) => bytes + commit.bytes, 0)
}

function createRoom(maxBytes: number) {
  let used = 0
  return {
    async use<T>(bytes: number, work: () => Promise<T>): Promise<T> {
      if (used > 0 && used + bytes > maxBytes) throw new Error(`${used} bytes wait for the disk already`)
      used += bytes
      try {
        return await work()
      } finally {
        used -= bytes
      }
    },
  }
}

type Thread = {
  call(call: DistributiveOmit<WorkerCall, 'id'>): Promise<unknown>
  isAlive(): boolean
  close(): Promise<void>
}
type DistributiveOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never
type Waiter = { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }

/** The source is TypeScript, the published package JavaScript: the worker is what this file is. */
const workerUrl = new URL(`./sqlite-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url)

async function startThread(workerData: WorkerOptions): Promise<Thread> {
  const worker = new Worker(workerUrl, { workerData })
  const waiting = new Map<number, Waiter>()
  let nextId = 1
  let alive = true
  let closing: Promise<unknown> | undefined

  const fail = (error: Error) => {
    alive = false
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
  }
  const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()))
  worker.on('exit', () => fail(new Error('the thread of the event log has ended')))
  worker.on('error', (error) => fail(new Error('the thread of the event log has failed', { cause: error })))

  await new Promise<void>((resolve, reject) => {
    waiting.set(0, { resolve: () => resolve(), reject })
    worker.on('message', (answer: WorkerAnswer) => settle(waiting, answer))
  })

  const call: Thread['call'] = (call) =>
    new Promise((resolve, reject) => {
      if (!alive) return reject(new Error('the event log is closed'))
      const id = nextId++
      waiting.set(id, { resolve, reject })
      worker.postMessage({ ...call, id })
    })
  return {
    call,
    isAlive: () => alive && !closing,
    async close() {
      closing ??= alive ? call({ type: 'close' }) : Promise.resolve()
      await closing
      await ended
    },
  }
}

function settle(waiting: Map<number, Waiter>, answer: WorkerAnswer): void {
  const id = answer.type === 'done' || answer.type === 'failed' ? answer.id : 0
  const waiter = waiting.get(id)
  waiting.delete(id)
  if (answer.type === 'refused' || answer.type === 'failed') waiter?.reject(new Error(answer.message))
  else waiter?.resolve(answer.type === 'done' ? answer.result : undefined)
}
