import type { Env } from '../replica/env.ts'
import type { EventLog } from '../replica/event-log.ts'
import type { LeaderStatus, OnlineSwitch } from '../replica/leader-api.ts'
import { createReplica } from '../replica/replica.ts'
import type { State } from '../replica/state.ts'
import type { Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import { syncState } from '../sync/state.ts'
import type { StorageProblem, TraceSource } from '../trace.ts'
import { outdated } from './builds.ts'
import { eventsAfter } from './events-after.ts'
import { firstStatus } from './first-status.ts'
import type { Inspectable } from './inspector.ts'
import { answerJoin } from './join.ts'
import type { EpochLeader } from './leader.ts'
import { createQueries, invalidated, type Tables } from './queries.ts'
import { createSessions } from './sessions.ts'
import type { Storage } from './storage-port.ts'
import { problemOf } from './storage-problem.ts'

type Options = {
  readonly leaderId: string
  readonly storeId: string
  readonly schema: Schema
  readonly log: EventLog
  /** In memory. */
  readonly state: State
  readonly tables: Tables
  readonly storage: Storage
  readonly problem: StorageProblem
  readonly env: Env
  readonly traces: TraceSource
  readonly onlineSwitch?: OnlineSwitch | undefined
  readonly upstream?: Upstream | undefined
  readonly devtools?: Inspectable | undefined
  readonly onFailed: (error: unknown) => void
}

/**
 * Stands in for the leader while nothing can be written: sessions boot from it and hear why. What they push it leaves with
 * them, where it stays pending, and they push it again to the leader that follows. It has no connection to the backend, for
 * what comes from there could not be written either.
 */
export function holdLeader(options: Options): EpochLeader {
  const { storeId, schema, log, state, storage, problem, env, traces } = options
  const sessions = createSessions()
  let status: LeaderStatus = { ...firstStatus(options), storage: { ...storage.status, problem } }
  const replica = createReplica({
    tier: 'leader',
    state,
    sync: syncState(log.confirmed, [], log.unconfirmed()),
    env,
    traces,
  })
  replica.follow({ confirmed: [], accepted: [], settled: [] })
  const inspector = options.devtools?.({ storeId, log, replica, sessions, env, traces })

  const queries = createQueries({
    tables: options.tables,
    env,
    guard(act) {
      try {
        act()
      } catch (error) {
        options.onFailed(error)
      }
    },
  })

  const refuse = () => {
    throw new Error(problem.message)
  }

  return {
    connect() {
      let leave: (() => void) | undefined
      let told: ((json: string) => void) | undefined
      const reads = queries.connect((ids) => told?.(invalidated(ids)))
      return {
        async join(request, receive) {
          leave?.()
          const joined = answerJoin(request, { schema, log, replica, status })
          if (!joined) throw outdated(request, schema)
          traces.emit?.({ type: 'joined', tier: 'leader', sessionId: request.sessionId, resumed: !joined.bytes })
          const stop = sessions.add({ sessionId: request.sessionId, receive })
          told = receive
          leave = () => {
            stop()
            reads.leave()
            inspector?.leave(receive)
          }
          return joined
        },
        inspect: async (json) => JSON.stringify(inspector?.answer(JSON.parse(json), told)),
        push: async () => undefined,
        async setOnline(change) {
          if (change.at <= status.onlineSwitch.at) return
          status = { ...status, onlineSwitch: change }
          sessions.tellStatus(status)
        },
        parked: async () => log.parked(),
        discard: async () => refuse(),
        rescue: () => new Promise(() => undefined), // the next leader answers
        readArchive: async (name) => storage.readArchive(name),
        async deleteArchive(name) {
          storage.deleteArchive(name)
          status = { ...status, storage: { ...storage.status, problem } }
          sessions.tellStatus(status)
        },
        read: reads.read,
        endReads: async (ids) => reads.end(ids),
        eventsAfter: async (after, limit) => eventsAfter(log, after, limit),
        exportLog: async () => log.export(),
        async leave() {
          leave?.()
        },
      }
    },
    end: sessions.tellEnded,
    retire() {
      queries.close()
      inspector?.close()
      replica.close()
      return { onlineSwitch: status.onlineSwitch }
    },
    handOver: sessions.tellReset,
    fail(error) {
      status = { ...status, storage: { ...storage.status, problem: problemOf(error) } }
      sessions.tellStatus(status)
      options.onFailed(error)
    },
    close() {
      queries.close()
      inspector?.close()
      replica.close()
    },
  }
}
