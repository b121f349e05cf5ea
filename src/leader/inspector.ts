import { type Commit, syncedCount } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import type { Confirmed, EventLog } from '../replica/event-log.ts'
import { type Answers, type Bead, beadOf, isOfLeader, orderOf, type Question } from '../replica/inspection.ts'
import type { FromLeader } from '../replica/leader-api.ts'
import { find, readRange } from '../replica/log-pages.ts'
import type { Replica } from '../replica/replica.ts'
import { createTap } from '../replica/tap.ts'
import type { TraceSource } from '../trace.ts'
import { faultsOf } from './faults.ts'
import type { Sessions } from './sessions.ts'

type Options = {
  readonly storeId: string
  readonly log: EventLog
  readonly replica: Replica
  readonly sessions: Sessions
  readonly env: Env
  readonly traces: TraceSource
}

/** So many confirmed commits a panel shows from the start. */
const recent = 40

/** Makes what answers devtools. What does so is given to a leader from outside, and is in no bundle that does not ask for it. */
export type Inspectable = typeof inspectable

/**
 * Lets devtools ask a leader what it does and what is in its log: for `startLeader({ devtools: inspectable })`. It listens to the
 * leader's traces while somebody watches, and not otherwise.
 */
export const inspectable = Object.assign(createInspector, { faultsOf })

function createInspector({ storeId, log, replica, sessions, env, traces }: Options) {
  const faults = faultsOf(storeId, env)
  const watching = new Set<(json: string) => void>()
  let stop: (() => void) | undefined

  const watch = (receive: (json: string) => void) => {
    watching.add(receive)
    stop ??= listen()
  }

  const unwatch = (receive: ((json: string) => void) | undefined) => {
    if (!receive || !watching.delete(receive) || watching.size > 0) return
    stop?.()
    stop = undefined
  }

  const listen = () => {
    const tap = createTap(env, (told) => {
      const json = JSON.stringify({ type: 'told', told } satisfies FromLeader)
      for (const receive of watching) receive(json)
    })
    const unsubscribe = traces.subscribe((trace) => isOfLeader(trace) && tap.hear(trace))
    return () => {
      unsubscribe()
      tap.close()
    }
  }

  const lastConfirmed = (): Bead[] => {
    const since = { global: Math.max(0, log.confirmed.global - recent), client: 0, rebaseGeneration: 0 }
    const commits = log.confirmedAfter(since, recent * 4).slice(-recent)
    return commits.map(({ commit, head }) => beadOf(commit, firstOf(commit, head), head))
  }

  return {
    /** `receive` is that of the session that asks, where it has joined. */
    answer(question: Question, receive: ((json: string) => void) | undefined): Answers[Question['type']] {
      switch (question.type) {
        case 'watch':
          if (receive) watch(receive)
          return { order: orderOf(replica.sync), recent: lastConfirmed(), sessions: sessions.ids() }
        case 'unwatch':
          unwatch(receive)
          return null
        case 'commits':
          return readRange(log.reader, question)
        case 'search':
          return find(log.reader, question)
        case 'faults':
          return question.set || question.end ? faults.set(question.set) : faults.state
        case 'kill':
          return faults.kill()
        default:
          return question satisfies never
      }
    },
    leave: unwatch,
    close() {
      watching.clear()
      stop?.()
    },
  }
}

/** The number of a confirmed commit's first event. */
function firstOf(commit: Commit, head: Confirmed['head']): Confirmed['head'] {
  const synced = syncedCount(commit)
  if (synced === 0) return { ...head, client: head.client - commit.events.length + 1 }
  return { ...head, global: head.global - synced + 1, client: 0 }
}
