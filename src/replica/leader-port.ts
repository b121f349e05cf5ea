import * as Comlink from 'comlink'
import type { LeaderApi } from './leader-api.ts'

/**
 * `LeaderApi` over a MessagePort: calls by Comlink, and between them what the leader tells, in order: texts, each with the
 * number of the join that it answers to.
 */
type Told = readonly [join: number, json: string]

/** A MessagePort, or one of a simulation. */
type Endpoint = {
  postMessage(message: unknown, transfer?: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void
}

type Exposed = Omit<LeaderApi, 'join'> & {
  join(request: Parameters<LeaderApi['join']>[0]): ReturnType<LeaderApi['join']>
}

/** The leader's end. */
export function serveLeader(api: LeaderApi, port: Endpoint) {
  let joins = 0
  const exposed: Exposed = {
    push: api.push,
    setOnline: api.setOnline,
    parked: api.parked,
    discard: api.discard,
    rescue: api.rescue,
    reset: api.reset,
    readArchive: api.readArchive,
    deleteArchive: api.deleteArchive,
    read: api.read,
    endReads: api.endReads,
    eventsAfter: api.eventsAfter,
    async exportLog() {
      const bytes = await api.exportLog()
      return Comlink.transfer(bytes, [bytes.buffer as ArrayBuffer])
    },
    importLog: api.importLog,
    inspect: api.inspect,
    leave: api.leave,
    async join(request) {
      const nth = ++joins
      const joined = await api.join(request, (json) => port.postMessage([nth, json] satisfies Told))
      return joined.bytes ? Comlink.transfer(joined, [joined.bytes.buffer as ArrayBuffer]) : joined
    },
  }
  Comlink.expose(exposed, port as Comlink.Endpoint)
}

/** The session's end. */
export function connectLeader(port: Endpoint): LeaderApi {
  const remote = Comlink.wrap<Exposed>(port as Comlink.Endpoint)
  let joins = 0
  let receive: ((json: string) => void) | undefined
  port.addEventListener('message', ({ data }) => {
    if (!Array.isArray(data)) return
    const [nth, json] = data as unknown as Told
    if (nth === joins) receive?.(json) // else said before the leader knew of this join
  })
  return {
    join(request, take) {
      joins += 1
      receive = take
      return remote.join(request)
    },
    push: (json) => remote.push(json),
    setOnline: (change) => remote.setOnline(change),
    parked: () => remote.parked(),
    discard: (commitIds) => remote.discard(commitIds),
    rescue: (json) => remote.rescue(json),
    reset: (epoch) => remote.reset(epoch),
    readArchive: (name) => remote.readArchive(name),
    deleteArchive: (name) => remote.deleteArchive(name),
    read: (request) => remote.read(request),
    endReads: (ids) => remote.endReads(ids),
    eventsAfter: (after, limit) => remote.eventsAfter(after, limit),
    exportLog: () => remote.exportLog(),
    importLog: (epoch, bytes) => remote.importLog(epoch, bytes),
    inspect: (json) => remote.inspect(json),
    leave: () => remote.leave(),
  }
}
