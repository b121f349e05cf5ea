import type { Commit } from '../event/commit.ts'
import { syncedCount } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import type { Downstream, UpstreamLink } from '../replica/upstream.ts'
import type { Connection } from '../sync/connection.ts'
import {
  BadFrame,
  type Cursor,
  defaultLimits,
  type ErrorCode,
  type FromBackend,
  type FromClient,
  type Limits,
  parseFromBackend,
  protocolVersion,
  type WireCommit,
} from '../sync/wire.ts'
import { fromWire, nextBatch } from './batch.ts'
import { type ConnectionEvent, next } from './life.ts'
import type { Socket, SocketEvents } from './socket.ts'

/** From opening the socket to `welcome`, and from a push to its answer, milliseconds. Then the connection counts as dead. */
const answerWithin = { welcome: 10_000, push: 30_000 }
/** A connection that lasted this long, milliseconds, was good: the next failure begins with a short wait again. */
const goodAfter = 30_000
/** Missed heartbeats after which the connection counts as dead. */
const missedHeartbeats = 2.5

type Options = {
  readonly downstream: Downstream
  readonly env: Env
  readonly open: (events: SocketEvents) => Socket
  readonly token: () => Promise<string | undefined>
}

type Link = UpstreamLink & {
  /** Ends a wait between attempts. */
  retryNow(): void
}

/**
 * A leader's way to the backend: pulls first, then pushes, one push at a time.
 *
 * Who wakes each wait: between attempts a timer, `retryNow` or `setOnline`; for an answer the socket or a timer; with nothing
 * to push `wake`. Retries end when the backend answers that nothing but a change of the app helps (`stopped`).
 */
export function createLink({ downstream, env, open, token }: Options): Link {
  let connection: Connection = { name: 'offline' }
  let socket: ReturnType<typeof connect> | undefined
  let cancelRetry: (() => void) | undefined

  const happen = (event: ConnectionEvent) => {
    const before = connection
    connection = next(before, event)
    if (connection === before) return
    enter(before)
    downstream.connection(connection)
  }

  /** Does what the new state asks for. */
  const enter = (before: Connection) => {
    cancelRetry?.()
    cancelRetry = undefined
    if (connection.name === 'online') return
    if (before.name === 'connecting' || before.name === 'online') letGo()
    if (connection.name === 'connecting') socket = begin()
    if (connection.name === 'waiting')
      cancelRetry = env.after(connection.retryAt - env.now(), () => happen({ type: 'due' }))
  }

  const begin = () =>
    connect({
      downstream,
      env,
      open,
      token,
      onOnline: () => happen({ type: 'welcomed' }),
      onGood: () => happen({ type: 'proved good' }),
      onEnd: ({ reason, code, retry, afterMs }) =>
        happen(
          retry
            ? { type: 'lost', reason, at: env.now(), random: env.random(), afterMs }
            : { type: 'refused', reason, code },
        ),
    })

  const letGo = () => {
    socket?.close()
    socket = undefined
  }

  happen({ type: 'switched on' })
  return {
    wake: () => socket?.pushNext(),
    retryNow: () => happen({ type: 'network back' }),
    setOnline: (online) => happen({ type: online ? 'switched on' : 'switched off' }),
    close() {
      cancelRetry?.()
      letGo()
    },
  }
}

type End = {
  readonly reason: string
  readonly code?: ErrorCode
  readonly retry: boolean
  readonly afterMs?: number | undefined
}

type ConnectOptions = Options & {
  readonly onOnline: () => void
  readonly onGood: () => void
  /** Called once, unless `close` was called before. */
  readonly onEnd: (end: End) => void
}

/** One socket, from opening to its end. */
function connect({ downstream, env, open, token, onOnline, onGood, onEnd }: ConnectOptions) {
  let limits: Limits = defaultLimits
  let backendId = ''
  let heartbeatMs = 20_000
  let welcomed = false
  let pushId = 0
  let inFlight: { readonly id: number; readonly commits: readonly Commit[] } | undefined
  /** After `too_large` for a push of several commits: pushes of one, until one is taken. */
  let single = false
  let behind = 0
  let over = false
  const timers = createTimers(env)

  const end = (why: End) => {
    if (over) return
    close()
    onEnd(why)
  }
  const lost = (reason: string) => end({ reason, retry: true })

  const close = () => {
    over = true
    timers.cancelAll()
    socket?.close()
  }

  const send = (message: FromClient) => socket?.send(JSON.stringify(message))

  const sayHello = async () => {
    try {
      const secret = await token()
      if (over) return
      const known = downstream.backendId()
      send({
        type: 'hello',
        v: protocolVersion,
        storeId: downstream.storeId,
        ...(secret === undefined ? {} : { token: secret }),
        clientId: downstream.clientId,
        ...(known === undefined ? {} : { backendId: known }),
        cursor: downstream.cursor(),
      })
    } catch (error) {
      lost(`no token: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  const pushNext = () => {
    if (over || !welcomed || inFlight || timers.isSet('pause')) return
    const batch = nextBatch(downstream.unpushed(), single ? { ...limits, maxEventsPerPush: 0 } : limits)
    if (!batch) return
    pushId += 1
    inFlight = { id: pushId, commits: batch.commits }
    const { seq } = downstream.cursor()
    socket?.send(`{"type":"push","id":${pushId},"parent":${seq},"commits":${batch.json}}`)
    timers.set('push', answerWithin.push, () => lost('a push was not answered'))
  }

  /** A backend that did not look at what `hello` said. */
  const isOther = (id: string) => downstream.backendId() !== undefined && downstream.backendId() !== id

  const answered = (id: number): readonly Commit[] => {
    if (inFlight?.id !== id) throw new BadFrame('id', `the push in flight, ${inFlight?.id ?? 'none'}`)
    timers.cancel('push')
    const { commits } = inFlight
    inFlight = undefined
    return commits
  }

  const pull = (confirmed: readonly Commit[], cursor: Cursor) =>
    downstream.pull({ backendId, confirmed, settled: [], cursor })

  const onEvents = (parent: number, commits: readonly WireCommit[]) => {
    const { seq } = downstream.cursor()
    if (parent !== seq) throw new BadFrame('parent', `${seq}, the last event that came`)
    const cursor = { seq: commits.reduce((at, commit) => at + commit[4].length, seq), commitId: commits.at(-1)![0] }
    pull(commits.map(fromWire), cursor)
    if (over) return
    send({ type: 'credit', seq: cursor.seq })
  }

  const onPushed = (id: number, count: number, head: Cursor) => {
    const commits = answered(id)
    const taken = commits.slice(0, count)
    const seq = taken.reduce((at, commit) => at + syncedCount(commit), downstream.cursor().seq)
    if (seq !== head.seq) throw new BadFrame('head.seq', `${seq}, the parent and what was pushed`)
    single = false
    pull(taken, head)
    // The first refused commit is named by the message that follows.
    if (count < commits.length) inFlight = { id, commits: commits.slice(count) }
    else pushNext()
  }

  const refuse = (commitId: string, reason: string) => {
    downstream.pull({
      backendId,
      confirmed: [],
      settled: [{ commitId, outcome: 'rejected', reason }],
      cursor: downstream.cursor(),
    })
    pushNext()
  }

  const onError = (error: Extract<FromBackend, { type: 'error' }>) => {
    const { id, code, message, retry, retryAfterMs } = error
    if (id === undefined || inFlight?.id !== id)
      return end({ reason: `${code}: ${message}`, code, retry, afterMs: retryAfterMs })
    const commits = answered(id)
    if (retry) return timers.set('pause', retryAfterMs ?? 1_000, pushNext)
    if (code === 'too_large' && commits.length > 1) {
      single = true
      return pushNext()
    }
    if (code === 'too_large' || code === 'forbidden') return refuse(commits[0]!.commitId, `${code}: ${message}`)
    end({ reason: `${code}: ${message}`, code, retry: code === 'parent_unknown' })
  }

  /** The heartbeat says how far the log is: twice ahead of what came, with nothing coming, and events were lost. */
  const onHeartbeat = (head: Cursor) => {
    behind = head.seq > downstream.cursor().seq ? behind + 1 : 0
    downstream.backendHead(head.seq)
    if (behind >= 2) lost('events are missing')
  }

  const take = (message: FromBackend) => {
    switch (message.type) {
      case 'welcome':
        if (isOther(message.backendId)) {
          const reason = `this is backend ${message.backendId}, not ${downstream.backendId()}`
          return end({ reason, code: 'backend_mismatch', retry: false })
        }
        ;({ limits, backendId, heartbeatMs } = message)
        welcomed = true
        timers.cancel('welcome')
        timers.set('good', goodAfter, onGood)
        downstream.backendHead(message.head.seq)
        onOnline()
        return pushNext()
      case 'events':
        behind = 0
        onEvents(message.parent, message.commits)
        return pushNext()
      case 'pushed':
        return onPushed(message.id, message.count, message.head)
      case 'ahead':
        answered(message.id)
        return pushNext()
      case 'rejected':
        answered(message.id)
        return refuse(message.commitId, message.reason)
      case 'error':
        return onError(message)
      case 'heartbeat':
        return onHeartbeat(message.head)
      case 'expiring':
        return void refreshToken()
      case 'bye':
        return end({ reason: 'the backend is restarting', retry: true, afterMs: message.retryAfterMs })
      default:
        return message satisfies never
    }
  }

  const refreshToken = async () => {
    try {
      const secret = await token()
      if (!over && secret !== undefined) send({ type: 'auth', token: secret })
    } catch (error) {
      lost(`no token: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  const watch = () => timers.set('alive', heartbeatMs * missedHeartbeats, () => lost('nothing was heard for too long'))

  const received = (data: unknown) => {
    if (over) return
    watch()
    try {
      if (typeof data !== 'string') throw new BadFrame('the frame', 'text')
      take(parseFromBackend(data))
    } catch (error) {
      if (!(error instanceof BadFrame)) throw error
      lost(error.message)
    }
  }

  timers.set('welcome', answerWithin.welcome, () => lost('the backend does not answer'))
  let socket: Socket | undefined
  try {
    socket = open({ opened: () => void sayHello(), received, closed: lost })
  } catch (error) {
    // An address that is none; told in a turn of its own, so that whoever connects has what this returns.
    timers.set('refused', 0, () => end({ reason: String(error), retry: false }))
  }
  return { pushNext, close }
}

/** Named timers, of which each runs once at most. */
function createTimers(env: Env) {
  const running = new Map<string, () => void>()
  const cancel = (name: string) => {
    running.get(name)?.()
    running.delete(name)
  }
  return {
    set(name: string, ms: number, call: () => void) {
      cancel(name)
      const done = () => {
        running.delete(name)
        call()
      }
      running.set(name, env.after(ms, done))
    },
    cancel,
    isSet: (name: string) => running.has(name),
    cancelAll() {
      for (const name of [...running.keys()]) cancel(name)
    },
  }
}
