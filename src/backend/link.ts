import type { Commit } from '../event/commit.ts'
import { syncedCount } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import { createTimers } from '../replica/timers.ts'
import type { Downstream, UpstreamLink } from '../replica/upstream.ts'
import type { LinkState } from '../sync/connection.ts'
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
import { entryOf, findRepeated, headAfter } from './order.ts'
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
  let connection: LinkState = { name: 'offline' }
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
  const enter = (before: LinkState) => {
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
  let phase: 'silent' | 'greeted' | 'welcomed' = 'silent'
  let pushId = 0
  /** What was pushed on `parent` and is not answered; after a `pushed` for its beginning, the rest. */
  let inFlight:
    | { readonly id: number; readonly parent: number; readonly commits: readonly Commit[]; readonly at: number }
    | undefined
  /** After `too_large` for a push of several commits: pushes of one, until one is taken. */
  let single = false
  let behind = 0
  let over = false
  const timers = createTimers<'welcome' | 'push' | 'alive' | 'good' | 'pause' | 'refused'>(env)

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
      phase = 'greeted'
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
    if (over || phase !== 'welcomed' || inFlight || timers.isSet('pause')) return
    const batch = nextBatch(downstream.unpushed(), single ? { ...limits, maxEventsPerPush: 0 } : limits)
    if (!batch) return
    pushId += 1
    const parent = downstream.cursor().seq
    inFlight = { id: pushId, parent, commits: batch.commits, at: env.elapsed() }
    const events = batch.commits.reduce((count, commit) => count + syncedCount(commit), 0)
    downstream.traced?.({ type: 'pushed', tier: 'leader', commits: batch.commits.length, events })
    socket?.send(`{"type":"push","id":${pushId},"parent":${parent},"commits":${batch.json}}`)
    awaitAnswer()
  }

  const awaitAnswer = () => timers.set('push', answerWithin.push, () => lost('a push was not answered'))

  /** A backend that did not look at what `hello` said. */
  const isOther = (id: string) => downstream.backendId() !== undefined && downstream.backendId() !== id

  const answered = (id: number) => {
    if (inFlight?.id !== id) throw new BadFrame('id', `the push in flight, ${inFlight?.id ?? 'none'}`)
    timers.cancel('push')
    const push = inFlight
    inFlight = undefined
    downstream.traced?.({ type: 'answered', ms: env.elapsed() - push.at })
    return push
  }

  const pull = (confirmed: readonly Commit[], cursor: Cursor) =>
    downstream.pull({ backendId, confirmed, settled: [], cursor })

  const onEvents = (parent: number, commits: readonly WireCommit[]) => {
    const cursor = downstream.cursor()
    if (parent !== cursor.seq) throw new BadFrame('parent', `${cursor.seq}, the last event that came`)
    checkNew(commits)
    const head = headAfter(cursor, commits.map(entryOf))
    pull(commits.map(fromWire), head)
    if (over) return
    send({ type: 'credit', seq: head.seq })
  }

  /** No commit has two places in the order, and an own one comes back as it was pushed. */
  const checkNew = (commits: readonly WireCommit[]) => {
    const repeated =
      findRepeated(commits.map(entryOf)) ?? commits.find(([commitId]) => downstream.isConfirmed(commitId))?.[0]
    if (repeated !== undefined) throw new BadFrame('commits', `new: ${repeated} has its place in the order already`)
    const own = commits.filter(([, clientId]) => clientId === downstream.clientId)
    if (own.length === 0) return
    const sizes = new Map(Array.from(downstream.unpushed(), (commit) => [commit.commitId, syncedCount(commit)]))
    const other = own.find(([commitId, , , , events]) => (sizes.get(commitId) ?? events.length) !== events.length)
    if (other) throw new BadFrame('commits', `what was pushed: ${other[0]} has another number of events`)
  }

  const onPushed = (id: number, count: number, head: Cursor) => {
    const { parent, commits } = answered(id)
    if (count < 1 || count > commits.length) throw new BadFrame('count', `from 1 to ${commits.length}`)
    const cursor = downstream.cursor()
    if (cursor.seq !== parent) throw new BadFrame('type', 'ahead: events came after the parent of the push')
    const taken = commits.slice(0, count)
    const { seq, commitId } = headAfter(cursor, taken.map(entryOfOwn))
    if (head.seq !== seq || head.commitId !== commitId) throw new BadFrame('head', `${seq}, ${commitId}`)
    single = false
    pull(taken, head)
    if (over) return
    if (count === commits.length) return pushNext()
    // The first refused commit is named by the message that follows.
    inFlight = { id, parent, commits: commits.slice(count), at: env.elapsed() }
    awaitAnswer()
  }

  /** What was missing was sent before. */
  const onAhead = (id: number, head: Cursor) => {
    const { parent } = answered(id)
    const { seq } = downstream.cursor()
    if (head.seq <= parent || head.seq > seq) throw new BadFrame('head.seq', `after ${parent}, and at most ${seq}`)
    pushNext()
  }

  const onRejected = (id: number, commitId: string, reason: string) => {
    const [first] = answered(id).commits
    if (first!.commitId !== commitId) throw new BadFrame('commitId', `${first!.commitId}, the next of the push`)
    refuse(commitId, reason)
  }

  const refuse = (commitId: string, reason: string) => {
    const settled = [{ commitId, outcome: 'rejected', reason } as const]
    // What an earlier connection pushed may be stored meanwhile, and have come with the events.
    if (!downstream.isConfirmed(commitId))
      downstream.pull({ backendId, confirmed: [], settled, cursor: downstream.cursor() })
    pushNext()
  }

  const onError = (error: Extract<FromBackend, { type: 'error' }>) => {
    const { id, code, message, retry, retryAfterMs } = error
    if (id === undefined || inFlight?.id !== id)
      return end({ reason: `${code}: ${message}`, code, retry, afterMs: retryAfterMs })
    const { commits } = answered(id)
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
    const cursor = downstream.cursor()
    if (head.seq === cursor.seq && head.commitId !== cursor.commitId) return lost('the backend has another history')
    behind = head.seq > cursor.seq ? behind + 1 : 0
    downstream.traced?.({ type: 'heartbeat', head: head.seq })
    downstream.backendHead(head.seq)
    if (behind >= 2) lost('events are missing')
  }

  /** First comes `welcome`, once and in answer to `hello`; or why there is none. */
  const mayCome = ({ type }: FromBackend) =>
    type === 'error' || type === 'bye' || (type === 'welcome' ? phase === 'greeted' : phase === 'welcomed')

  const take = (message: FromBackend) => {
    if (!mayCome(message)) throw new BadFrame('type', `another one than ${message.type} at this point`)
    switch (message.type) {
      case 'welcome':
        if (message.v !== protocolVersion) {
          const reason = `the backend speaks version ${message.v} of the protocol, and this client ${protocolVersion}`
          return end({ reason, code: 'version', retry: false })
        }
        if (isOther(message.backendId)) {
          const reason = `this is backend ${message.backendId}, not ${downstream.backendId()}`
          return end({ reason, code: 'backend_mismatch', retry: false })
        }
        ;({ limits, backendId, heartbeatMs } = message)
        phase = 'welcomed'
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
        return onAhead(message.id, message.head)
      case 'rejected':
        return onRejected(message.id, message.commitId, message.reason)
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

const entryOfOwn = (commit: Commit) => ({ commitId: commit.commitId, count: syncedCount(commit) })
