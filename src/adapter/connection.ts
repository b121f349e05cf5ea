import type { Port } from '../leader/ports.ts'
import type { Env } from '../replica/env.ts'
import type { LeaderApi, LeaderStatus } from '../replica/leader-api.ts'
import { connectLeader } from '../replica/leader-port.ts'

/** Looks at what is unanswered this often, milliseconds. */
const lookEvery = 1_000
/** After so many looks in vain the session is told that nothing is persisted any more. */
const mostLooks = 5

export const blocked = {
  reason: 'blocked',
  message: 'the tab that keeps this store does not respond; what happens here is in memory until it does, or is closed',
} as const

type Options = {
  readonly port: Port
  readonly env: Env
  /** The leader said anything at all. */
  readonly onHeard: () => void
  /** The leader let the session join. */
  readonly onJoined: () => void
  /** Something was asked, and for this many looks in a row nothing came. */
  readonly onUnanswered: (looks: number) => void
}

/**
 * A session's connection to one leader. While something is asked it looks, again and again, whether anything comes back. For a
 * leader that fell silent it tells the session, in the leader's place, that the storage is blocked.
 */
export function openConnection({ port, env, onHeard, onJoined, onUnanswered }: Options) {
  const remote = connectLeader(port, env)
  let asked = 0
  let looks = 0
  let isClosed = false
  let cancel: (() => void) | undefined
  /** What the leader said of itself last, once the session has joined it. */
  let status: LeaderStatus | undefined
  let tell: ((json: string) => void) | undefined

  const tellStatus = (told: LeaderStatus | undefined) => {
    if (told) tell?.(statusMessage(told))
  }

  const look = () => {
    cancel = env.after(lookEvery, look)
    looks += 1
    onUnanswered(looks)
    if (looks === mostLooks && status) tellStatus({ ...status, storage: { ...status.storage, problem: blocked } })
  }

  const heard = () => {
    onHeard()
    if (looks >= mostLooks) tellStatus(status)
    looks = 0
  }

  const rest = () => {
    cancel?.()
    cancel = undefined
  }

  const ask = async <Answer>(question: Promise<Answer>): Promise<Answer> => {
    asked += 1
    if (!isClosed) cancel ??= env.after(lookEvery, look)
    try {
      return await question
    } finally {
      asked -= 1
      if (asked === 0) rest()
      heard()
    }
  }

  const api: LeaderApi = {
    ...remote,
    async join(request, receive) {
      tell = receive
      const joined = await ask(
        remote.join(request, (json) => {
          if (json.startsWith(statusStart)) status = (JSON.parse(json) as { readonly status: LeaderStatus }).status
          heard()
          receive(json)
        }),
      )
      status = joined.status
      onJoined()
      return joined
    },
    push: (json) => ask(remote.push(json)),
  }

  return {
    api,
    close() {
      isClosed = true
      rest()
      port.close()
    },
  }
}

/** Of all that a leader tells, this alone is read on its way. */
const statusStart = '{"type":"status"'

function statusMessage(status: LeaderStatus): string {
  return JSON.stringify({ type: 'status', status })
}
