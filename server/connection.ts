/**
 * One socket, from its opening to its end.
 *
 * ```
 *   greeting ──hello──▶ entering ──admitted──▶ open ──▶ closed
 *      └── helloMs ──────────────┴── refused ────────────▶
 * ```
 */
import { BadFrame, closeCodes, type FromClient, parseFromClient } from '../src/sync/wire.ts'
import { checkHello, checkHistory, type Hello, requestGrant, unauthorized } from './admission.ts'
import { createChannel, type Peer, type Refusal, type Text } from './channel.ts'
import type { Context } from './context.ts'
import type { Grant } from './hooks.ts'
import { unavailable } from './push.ts'
import { createBucket } from './rate.ts'
import { openSession, type Session } from './session.ts'

export type Connection = {
  receive(message: Text, isBinary?: boolean): void
  /** The socket is gone. */
  closed(): void
  beat(): void
  /** The server will end; the client may come back after `retryAfterMs`. */
  bye(retryAfterMs: number): void
  close(code: number, reason: string): void
}

type State =
  | { readonly name: 'greeting'; cancelTimeout(): void }
  | { readonly name: 'entering' }
  | { readonly name: 'open'; readonly session: Session }
  | { readonly name: 'closed' }

export function createConnection(peer: Peer, context: Context): Connection {
  const { env, limits, log } = context
  const messages = createBucket(limits.messagesPerSecond, limits.messageBurst)
  const channel = createChannel(peer, limits.maxBufferedBytes, () => end())
  let state: State = {
    name: 'greeting',
    cancelTimeout: env.after(limits.helloMs, () => channel.refuse(unauthorized('hello did not come in time'))),
  }

  const end = () => {
    const ended = state
    state = { name: 'closed' }
    if (ended.name === 'greeting') ended.cancelTimeout()
    if (ended.name === 'open') ended.session.close()
  }

  const enter = async (hello: Hello): Promise<Refusal | null> => {
    const answer = await requestGrant(hello.token, hello.storeId, context)
    if (!('grant' in answer)) return answer
    const refusal = await checkHistory(hello, answer.grant, context)
    return refusal ?? (await join(hello, answer.grant))
  }

  const join = ({ storeId, cursor }: Hello, grant: Grant): Promise<Refusal | null> =>
    context.hubs.enter(storeId, (hub) => {
      if (!channel.isOpen()) return null
      const membership = context.users.enter(grant.userId, storeId)
      if (!membership) return tooMany('this user has too many connections')
      const session = openSession({ storeId, cursor, grant, membership, hub, channel, context })
      // A welcome that could not be sent has closed the channel already.
      if (channel.isOpen()) state = { name: 'open', session }
      else session.close()
      return null
    })

  const greet = async (hello: Hello) => {
    const malformed = checkHello(hello)
    if (malformed) return channel.refuse(malformed)
    state = { name: 'entering' }
    try {
      const refusal = await enter(hello)
      if (refusal) channel.refuse(refusal)
    } catch (error) {
      log({ level: 'error', message: 'the event log did not answer', storeId: hello.storeId, error })
      channel.refuse({ ...unavailable('the event log does not answer'), close: closeCodes.restart })
    }
  }

  const handle = (message: FromClient, bytes: number): unknown => {
    if (message.type === 'bye') return channel.close(1000, 'bye')
    if (state.name === 'greeting') {
      if (message.type !== 'hello') return channel.refuse(badMessage('hello comes first'))
      state.cancelTimeout()
      return greet(message)
    }
    if (state.name === 'entering') return channel.refuse(badMessage('the next message comes after welcome'))
    if (state.name === 'closed') return
    return handleOpen(state.session, message, bytes)
  }

  const handleOpen = (session: Session, message: Exclude<FromClient, { type: 'bye' }>, bytes: number) => {
    switch (message.type) {
      case 'push':
        return session.push(message, bytes)
      case 'credit':
        return session.credit(message.seq)
      case 'auth':
        return session.auth(message.token)
      case 'heartbeat':
        return session.beat()
      case 'hello':
        return channel.refuse(badMessage('hello comes once'))
    }
  }

  const check = (bytes: number, isBinary: boolean): Refusal | null => {
    if (messages.take(1, env.elapsed()) > 0) return tooMany('too many messages')
    if (isBinary) return badMessage('messages are text')
    if (state.name !== 'open' && bytes > limits.maxHelloBytes) return badMessage('the message is too large for a hello')
    return null
  }

  return {
    receive(text, isBinary = false) {
      if (state.name === 'closed') return
      const bytes = Buffer.byteLength(text)
      try {
        const refusal = check(bytes, isBinary)
        if (refusal) channel.refuse(refusal)
        else handle(parseFromClient(String(text)), bytes)
      } catch (error) {
        if (!(error instanceof BadFrame)) log({ level: 'error', message: 'a message could not be handled', error })
        channel.refuse(badMessage(error instanceof BadFrame ? error.message : 'the message could not be handled'))
      }
    },
    closed: () => channel.close(1000, 'gone'),
    beat() {
      if (state.name === 'open') state.session.beat()
    },
    bye: (retryAfterMs) => channel.send({ type: 'bye', retryAfterMs }),
    close: channel.close,
  }
}

function badMessage(message: string): Refusal {
  return { code: 'bad_message', message, retry: false, close: closeCodes.badMessage }
}

function tooMany(message: string): Refusal {
  return { code: 'rate', message, retry: true, retryAfterMs: 1_000, close: closeCodes.rate }
}
