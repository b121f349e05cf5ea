/**
 * The thread that owns the log's file. Reads are answered as they come; writes that arrive while the disk is busy are
 * stored together, so that many stores share one fsync and durability costs a busy server almost nothing.
 */
import { parentPort, workerData } from 'node:worker_threads'
import type { PageLimits } from '../src/backend/order.ts'
import type { SqliteLog, Write, Written } from './sqlite-log.ts'

export type WorkerCall =
  | { readonly id: number; readonly type: 'open'; readonly storeId: string }
  | { readonly id: number; readonly type: 'write'; readonly write: Write }
  | {
      readonly id: number
      readonly type: 'read'
      readonly storeId: string
      readonly range: PageLimits & { readonly after: number }
    }
  | { readonly id: number; readonly type: 'commitAt'; readonly storeId: string; readonly seq: number }
  | { readonly id: number; readonly type: 'close' }

export type WorkerAnswer =
  | { readonly type: 'ready' }
  | { readonly type: 'refused'; readonly message: string }
  | { readonly type: 'done'; readonly id: number; readonly result: unknown }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }

export type WorkerOptions = { readonly file: string; readonly quiet: boolean }

type WriteCall = Extract<WorkerCall, { type: 'write' }>

const port = parentPort
if (!port) throw new Error('sqlite-worker runs as a worker thread')
const answer = (message: WorkerAnswer) => port.postMessage(message)
const options = workerData as WorkerOptions

start().catch((error: unknown) => {
  answer({ type: 'refused', message: messageOf(error) })
  port.close()
})

async function start(): Promise<void> {
  if (options.quiet) hideExperimentalWarnings()
  const { openSqliteLog } = await import('./sqlite-log.ts') // after the warnings are hidden: the import gives one
  const log = openSqliteLog(options.file)
  const writes = groupWrites(log)
  port!.on('message', (call: WorkerCall) => {
    if (call.type === 'write') return writes.add(call)
    if (call.type === 'close') writes.flush()
    run(call.id, () => handle(log, call))
    if (call.type === 'close') port!.close()
  })
  answer({ type: 'ready' })
}

function handle(log: SqliteLog, call: Exclude<WorkerCall, WriteCall>): unknown {
  switch (call.type) {
    case 'open':
      return log.open(call.storeId)
    case 'read':
      return log.read(call.storeId, call.range)
    case 'commitAt':
      return log.commitAt(call.storeId, call.seq)
    case 'close':
      return log.close()
  }
}

function groupWrites(log: SqliteLog) {
  let waiting: WriteCall[] = []
  const flush = () => {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    let written: Written[]
    try {
      written = log.write(group.map(({ write }) => write))
    } catch (error) {
      for (const { id } of group) answer({ type: 'failed', id, message: messageOf(error) })
      return
    }
    group.forEach(({ id }, index) => {
      answer({ type: 'done', id, result: written[index] })
    })
  }
  return {
    flush,
    /** Woken by setImmediate, when all messages that are there already have been taken. */
    add(call: WriteCall): void {
      if (waiting.push(call) === 1) setImmediate(flush)
    },
  }
}

function run(id: number, work: () => unknown): void {
  try {
    answer({ type: 'done', id, result: work() })
  } catch (error) {
    answer({ type: 'failed', id, message: messageOf(error) })
  }
}

function messageOf(error: unknown): string {
  if (error instanceof Error && 'code' in error && error.code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
    return `the event log needs node:sqlite, so Node 22.16 or newer; this is ${process.version}`
  }
  return error instanceof Error ? error.message : String(error)
}

function hideExperimentalWarnings(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void
  process.emitWarning = ((...args: unknown[]) => {
    if (args[1] !== 'ExperimentalWarning') emitWarning(...args)
  }) as typeof process.emitWarning
}
