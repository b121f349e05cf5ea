/** A client that says exactly what a test wants, right or wrong, and waits for answers. */
import { nanoid } from 'nanoid'
import { WebSocket } from 'ws'
import { type Cursor, type FromBackend, parseFromBackend, subprotocol, type WireCommit } from '../../src/sync/wire.ts'

type Of<T extends FromBackend['type']> = Extract<FromBackend, { type: T }>

export type TestClient = Awaited<ReturnType<typeof connect>>

/** Waits at most this long for anything; a test that hangs says for what. */
const patienceMs = 5_000

export async function connect(url: string, headers: Record<string, string> = {}) {
  const socket = new WebSocket(url, [subprotocol], { headers })
  const received: FromBackend[] = []
  const inbox: FromBackend[] = []
  const wakers = new Set<() => void>()
  let ended: { readonly code: number; readonly reason: string } | null = null

  const wake = () => {
    for (const waker of [...wakers]) waker()
  }
  socket.on('message', (data) => {
    const message = parseFromBackend(String(data))
    received.push(message)
    inbox.push(message)
    wake()
  })
  socket.on('close', (code, reason) => {
    ended = { code, reason: String(reason) }
    wake()
  })
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })

  /** Resolves with what `look` finds; it is asked again whenever a message or the end comes. */
  const wait = <T>(what: string, look: () => T | null | undefined): Promise<T> =>
    new Promise((resolve, reject) => {
      const late = setTimeout(() => finish(() => reject(new Error(`no ${what}; got ${show(received)}`))), patienceMs)
      const finish = (settle: () => void) => {
        clearTimeout(late)
        wakers.delete(attempt)
        settle()
      }
      const attempt = () => {
        const found = look()
        if (found !== null && found !== undefined) finish(() => resolve(found))
        else if (ended && what !== 'end') {
          finish(() => reject(new Error(`closed with ${ended?.code} before ${what}; got ${show(received)}`)))
        }
      }
      wakers.add(attempt)
      attempt()
    })

  const send = (message: object) => socket.send(JSON.stringify(message))

  const take = <T extends FromBackend['type']>(...types: T[]): Promise<Of<T>> =>
    wait(types.join(' or '), () => {
      const index = inbox.findIndex(({ type }) => (types as string[]).includes(type))
      return index < 0 ? null : (inbox.splice(index, 1)[0] as Of<T>)
    })

  let pushId = 0
  return {
    socket,
    /** Everything that came, in order. */
    received,
    send,
    sendRaw: (data: string | Buffer, options: { binary?: boolean } = {}) => socket.send(data, options),
    /** The first message of these types that was not taken yet. */
    take,
    end: () => wait('end', () => ended),
    hello(storeId = 'todos', more: object = {}): Promise<Of<'welcome'>> {
      send({ type: 'hello', v: 1, storeId, clientId: 'client', cursor: { seq: 0, commitId: null }, ...more })
      return take('welcome')
    },
    /** Sends a push; answers come by `take`. Its id is returned. */
    push(parent: number, ...commits: WireCommit[]): number {
      send({ type: 'push', id: ++pushId, parent, commits })
      return pushId
    },
    /** Sends a push that must be stored. */
    async store(parent: number, ...commits: WireCommit[]): Promise<Cursor> {
      this.push(parent, ...commits)
      return (await take('pushed')).head
    },
    /** Resolves once it was sent everything up to `seq`, and gives those commits. It credits what comes if `credit`. */
    async receive(seq: number, { credit = true } = {}): Promise<WireCommit[]> {
      const commits: WireCommit[] = []
      for (let at = 0; at < seq; ) {
        const message = await take('events')
        commits.push(...message.commits)
        at = message.parent + message.commits.reduce((count, commit) => count + commit[4].length, 0)
        if (credit) send({ type: 'credit', seq: at })
      }
      return commits
    },
    close: () => socket.close(),
    terminate: () => socket.terminate(),
  }
}

function show(messages: readonly FromBackend[]): string {
  return messages.map((message) => JSON.stringify(message).slice(0, 200)).join(' ') || 'nothing'
}

/** A commit that nobody else has made. */
export function newCommit(name = 'v1.Noted', args: Record<string, string | number> = {}, count = 1): WireCommit {
  return [nanoid(), 'client', 'session-1', Date.now(), Array.from({ length: count }, () => [name, args] as const)]
}

export function idsOf(commits: readonly WireCommit[]): string[] {
  return commits.map(([commitId]) => commitId)
}
