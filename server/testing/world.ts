/** A backend and clients in a world of their own: the clock is turned by hand, and everything that was said is written down. */
import type { SocketEvents } from '../../src/backend/socket.ts'
import { makeWebSocketBackend } from '../../src/backend/websocket.ts'
import type { Commit } from '../../src/event/commit.ts'
import type { Connection } from '../../src/sync/connection.ts'
import { commit } from '../../src/sync/testing.ts'
import type { Cursor } from '../../src/sync/wire.ts'
import { manualEnv } from '../../src/testing/manual-env.ts'
import { type Backend, type BackendOptions, type Connected, createBackend } from '../backend.ts'
import { createMemoryEngine } from '../memory-engine.ts'

export type ClientOptions = {
  /** Six characters, as every clientId. */
  readonly name: string
  /** What a message takes, each way. */
  readonly latencyMs: number
  readonly token?: () => string
}

export function createWorld(options: (now: () => number) => Partial<BackendOptions> = () => ({})) {
  const { env, live, timers } = manualEnv()
  const engine = createMemoryEngine({ env })
  const start = () => createBackend({ engine, env, ...options(env.now) })
  const history: string[] = []
  let backend: Backend = start()

  const note = (what: string) => history.push(`${env.now()} ${what}`)

  /** Messages of one direction stay in order, for they all take as long. */
  const openSocket = ({ name, latencyMs }: ClientOptions, events: SocketEvents) => {
    let connected: Connected | undefined
    let over = false
    const arrive = (call: () => void) =>
      void env.after(latencyMs, () => {
        if (!over) call()
      })
    const end = (reason: string) =>
      arrive(() => {
        over = true
        note(`${name} closed: ${reason}`)
        connected?.closed()
        events.closed(reason)
      })
    arrive(() => {
      connected = backend.connect({
        send: (message) =>
          arrive(() => {
            note(`${name} ◀ ${message}`)
            events.received(String(message))
          }),
        buffered: () => 0,
        close: (code, reason) => end(`${code} ${reason}`),
      })
      events.opened()
    })
    return {
      send: (text: string) =>
        arrive(() => {
          note(`${name} ▶ ${text}`)
          connected?.received(text)
        }),
      close: () => end('by the client'),
    }
  }

  /** A leader that has only what its backend told it, and what it pushes. */
  const addClient = (client: ClientOptions) => {
    const confirmed: string[] = []
    const rejected: string[] = []
    let pending: Commit[] = []
    let cursor: Cursor = { seq: 0, commitId: null }
    let backendId: string | undefined
    let connection: Connection = { name: 'offline' }
    const open = makeWebSocketBackend({
      url: 'ws://backend',
      token: client.token,
      env,
      openSocket: (_url, events) => openSocket(client, events),
    })
    const link = open({
      storeId: 'todos',
      clientId: client.name,
      backendId: () => backendId,
      cursor: () => cursor,
      isConfirmed: (commitId) => confirmed.includes(commitId),
      unpushed: () => pending,
      pull(pulled) {
        confirmed.push(...pulled.confirmed.map(({ commitId }) => commitId))
        rejected.push(...pulled.settled.map(({ commitId }) => commitId))
        const gone = new Set([...confirmed, ...rejected])
        pending = pending.filter(({ commitId }) => !gone.has(commitId))
        ;({ backendId, cursor } = pulled)
      },
      backendHead: () => {},
      connection(next) {
        connection = next
        note(`${client.name} ${JSON.stringify(next)}`)
      },
    })
    return {
      confirmed,
      rejected,
      connection: () => connection,
      commit(commitId: string) {
        pending.push({ ...commit(commitId), clientId: client.name })
        link.wake()
      },
      close: link.close,
    }
  }

  return {
    env,
    live,
    timers,
    history,
    addClient,
    /** The types of messages that this client got, each with its time. */
    heard: (name: string) =>
      history.flatMap((line) => {
        const [at, who, way, text] = line.split(/ (.*?) ([◀▶]) /)
        return who === name && way === '◀' ? `${at} ${(JSON.parse(text!) as { type: string }).type}` : []
      }),
    closeBackend: () => backend.close(),
    /** Another backend on the same engine. */
    restart() {
      backend = start()
    },
  }
}
