/**
 * What devtools may break on purpose, in a leader that lets itself be inspected. A connection does what a WebSocket over TCP
 * does: what is said arrives once and in order, late, or not at all because the connection is gone.
 */
import type { Env } from '../replica/env.ts'
import type { FaultSettings, FaultState } from '../replica/inspection.ts'
import type { OpenSocket, Socket, SocketEvents } from '../replica/socket.ts'
import { type Sqlite, SqliteError } from '../sqlite/port.ts'
import { logFile, type Storage } from './storage-port.ts'

export type Faults = {
  readonly state: FaultState
  /** Changes what is said, for so long; without a change it all ends. */
  set(change: Partial<FaultSettings> | undefined): FaultState
  socket(open: OpenSocket): OpenSocket
  storage(storage: Storage): Storage
  /** Ends the worker, as a crash would. False for a leader that is in a page. */
  kill(): boolean
}

/** Whatever is forgotten to be ended, ends after so long, milliseconds. */
const longest = 120_000
/** A packet that was lost is sent again after about so long, and what is behind it waits, milliseconds. */
const resentAfter = { least: 200, most: 1_000 }

const none: FaultSettings = {
  latency: 0,
  slowBackend: 0,
  loss: 0,
  partition: false,
  duplicate: false,
  reject: 0,
  fullDisk: false,
}

const known = new WeakMap<Env, Map<string, Faults>>()

/** Those of a store in this worker: the same for each leader that it has after the other. */
export function faultsOf(storeId: string, env: Env): Faults {
  const ofEnv = known.get(env) ?? new Map<string, Faults>()
  known.set(env, ofEnv)
  const faults = ofEnv.get(storeId) ?? createFaults(env)
  ofEnv.set(storeId, faults)
  return faults
}

function createFaults(env: Env): Faults {
  let settings = none
  let until: number | undefined
  let cancel: (() => void) | undefined
  const lanes = new Set<Lane>()

  const state = (): FaultState => ({
    ...settings,
    ...(until === undefined ? {} : { until }),
    isKillable: worker() !== undefined,
  })

  const set = (change: Partial<FaultSettings> | undefined): FaultState => {
    cancel?.()
    settings = change ? { ...settings, ...change } : none
    const isOn = JSON.stringify(settings) !== JSON.stringify(none)
    until = isOn ? env.now() + longest : undefined
    cancel = isOn ? env.after(longest, () => set(undefined)) : undefined
    for (const lane of lanes) lane.flow()
    return state()
  }

  const once = (fault: 'duplicate' | 'reject') => {
    const left = fault === 'reject' ? settings.reject - 1 : false
    set({ [fault]: left })
  }

  /** How late a message of this direction comes. */
  const delayOf = (slow: number) => {
    const { latency, loss } = settings
    const isLost = loss > 0 && env.random() * 100 < loss
    const resent = isLost ? resentAfter.least + env.random() * (resentAfter.most - resentAfter.least) : 0
    return latency + slow + resent
  }

  return {
    get state() {
      return state()
    },
    set,
    socket: (open) => (url, events) => {
      const up = createLane(env, () => settings.partition)
      const down = createLane(env, () => settings.partition)
      lanes.add(up).add(down)
      let isOver = false
      /** The answer to this push does not come: the connection goes in its place. */
      let isCut = false
      const end = (reason: string) => {
        if (isOver) return
        isOver = true
        for (const lane of [up, down]) {
          lane.close()
          lanes.delete(lane)
        }
        events.closed(reason)
      }
      const heard: SocketEvents = {
        opened: () => down.pass(delayOf(0), events.opened),
        received(data) {
          const isAnswer = typeof data === 'string' && /^\{"type":"(pushed|ahead|rejected)"/.test(data)
          if (isCut && isAnswer) {
            socket.close()
            return end('devtools cut the connection before the answer to a push')
          }
          down.pass(delayOf(isAnswer ? settings.slowBackend : 0), () => events.received(data))
        },
        closed: (reason) => down.pass(0, () => end(reason)),
      }
      const socket: Socket = open(url, heard)
      return {
        send(text) {
          const isPush = text.startsWith('{"type":"push"')
          if (isPush && settings.reject > 0) {
            const { id, commits } = JSON.parse(text) as { readonly id: number; readonly commits: readonly [string][] }
            once('reject')
            const commitId = commits[0]![0]
            const reason = 'devtools rejected it'
            const answer = JSON.stringify({ type: 'rejected', id, commitId, reason })
            return down.pass(delayOf(0), () => events.received(answer))
          }
          if (isPush && settings.duplicate) {
            isCut = true
            once('duplicate')
          }
          up.pass(delayOf(0), () => socket.send(text))
        },
        close(code, reason) {
          up.pass(0, () => socket.close(code, reason))
        },
      }
    },
    storage: (storage) => faultyStorage(storage, () => settings.fullDisk),
    kill() {
      const own = worker()
      if (!own) return false
      env.after(0, () => own.close())
      return true
    },
  }
}

function worker(): { close(): void } | undefined {
  const { DedicatedWorkerGlobalScope: Scope } = globalThis as { DedicatedWorkerGlobalScope?: new () => unknown }
  return Scope && globalThis instanceof Scope ? globalThis : undefined
}

type Lane = {
  pass(delay: number, deliver: () => void): void
  /** What was held up goes on, if nothing holds it any more. */
  flow(): void
  close(): void
}

/** One direction of a connection: in order, each no sooner than those before it. At once where nothing is delayed. */
function createLane(env: Env, isHeld: () => boolean): Lane {
  const waiting: { readonly due: number; readonly deliver: () => void }[] = []
  let cancel: (() => void) | undefined
  let isOver = false

  const flow = () => {
    cancel?.()
    cancel = undefined
    while (!isOver && !isHeld() && waiting[0] && waiting[0].due <= env.elapsed()) waiting.shift()!.deliver()
    const [next] = waiting
    if (!isOver && next && !isHeld()) cancel = env.after(Math.max(1, next.due - env.elapsed()), flow)
  }

  return {
    pass(delay, deliver) {
      if (isOver) return
      if (waiting.length === 0 && delay === 0 && !isHeld()) return deliver()
      const last = waiting.at(-1)?.due ?? 0
      waiting.push({ due: Math.max(last, env.elapsed() + delay), deliver })
      if (waiting.length === 1) flow()
    },
    flow,
    close() {
      isOver = true
      cancel?.()
    },
  }
}

/** The log refuses to be written, as on a full disk, and there is no room. */
function faultyStorage(storage: Storage, isFull: () => boolean): Storage {
  const refuse = (sql: string) => {
    if (isFull() && sql.startsWith('BEGIN')) throw new SqliteError(13, 'database or disk is full (by devtools)', sql)
  }
  const wrapped = (db: Sqlite): Sqlite =>
    new Proxy(db, {
      get(target, member) {
        const value: unknown = Reflect.get(target, member, target)
        if (typeof value !== 'function') return value
        if (member !== 'run') return value.bind(target)
        return (...[sql, params]: Parameters<Sqlite['run']>) => {
          refuse(sql)
          target.run(sql, params)
        }
      },
    })
  return {
    ...storage,
    get status() {
      return storage.status
    },
    open: (file) => (file === logFile ? wrapped(storage.open(file)) : storage.open(file)),
    hasRoom: (bytes) => !isFull() && storage.hasRoom(bytes),
  }
}
