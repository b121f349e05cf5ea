import { isSynced } from '../event/commit.ts'
import type { Env } from '../replica/env.ts'
import type { LeaderApi, ParkedCommit } from '../replica/leader-api.ts'
import type { OnBackendIdMismatch, Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import type { TraceSource } from '../trace.ts'
import { type EpochLeader, startLeader, type Way } from './leader.ts'
import { openStores } from './open.ts'
import type { Storage } from './storage-port.ts'

type Options = {
  readonly storeId: string
  readonly schema: Schema
  readonly storage: Storage
  readonly doubtful?: boolean
  readonly env: Env
  readonly traces: TraceSource
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
  /** `reset` unless it says otherwise. */
  readonly onBackendIdMismatch?: OnBackendIdMismatch | undefined
  /** The storage failed: the leader has stopped, and must be closed and opened again. */
  readonly onFailed: (error: unknown) => void
}

/** The one leader of a store, whichever epoch its log is in. */
export type Leader = {
  readonly leaderId: string
  /** One session's way in. It stays the way in when the log is another one. */
  connect(): LeaderApi
  close(): void
}

/** Two histories that take turns would have the log put aside again and again, and the archives with it. */
const mostResets = { count: 2, within: 60_000 }

/** Opens the databases of a store and leads it. The log can be put aside under it: sessions stay connected, and join again. */
export function openLeader(options: Options): Leader {
  const { storeId, schema, storage, env, traces, upstream, onBackendIdMismatch = 'reset' } = options
  const leaderId = env.randomId(8)
  let stores = openStores(options)
  let failed = false

  const start = (from: Partial<ReturnType<EpochLeader['retire']>> = {}): EpochLeader =>
    startLeader({
      leaderId,
      storeId,
      schema,
      log: stores.log,
      state: stores.state,
      storage,
      env,
      traces,
      upstream,
      ...from,
      onFailed: fail,
      onMismatch: (reason) => mismatched(reason),
    })

  const fail = (error: unknown) => {
    failed = true
    options.onFailed(error)
  }

  const mismatched = (reason: string) => {
    const { epoch } = stores.log.identity
    switch (onBackendIdMismatch) {
      case 'reset':
        if (mayReset())
          env.defer(() => reset(epoch, `the backend began anew before it was known to have the commit (${reason})`))
        return
      case 'shutdown':
        return leader.end(reason)
      case 'ignore':
        return
      default:
        return onBackendIdMismatch satisfies never
    }
  }

  const mayReset = () => {
    const since = env.now() - mostResets.within
    const resets = (storage.status.archives ?? []).filter(({ reason, at }) => reason === 'reset' && at > since)
    return resets.length < mostResets.count
  }

  /** Does nothing where the log is another one already. */
  const reset = (epoch: string, reason: string) => {
    if (failed || stores.log.identity.epoch !== epoch) return
    try {
      const before = leader
      const from = before.retire()
      const carried = [...stores.log.parked(), ...unconfirmed(reason)]
      stores.putAside()
      stores = openStores(options)
      stores.log.write({
        refused: carried.map(({ commit }) => commit),
        settled: carried.map(({ commit: { commitId }, outcome, reason }) => ({ commitId, outcome, reason })),
      })
      leader = start(from)
      before.handOver()
    } catch (error) {
      fail(error)
    }
  }

  const unconfirmed = (reason: string): ParkedCommit[] =>
    stores.log
      .unconfirmed()
      .filter(isSynced)
      .map((commit) => ({ commit, outcome: 'parked', reason }))

  let leader = start()

  return {
    leaderId,
    connect() {
      let way: { readonly to: EpochLeader; readonly api: Way } | undefined
      const joined = (): Way => {
        if (way?.to !== leader) throw new Error('the log of this store is another one; join again')
        return way.api
      }
      return {
        async join(request, receive) {
          if (way?.to !== leader) way = { to: leader, api: leader.connect() }
          return way.api.join(request, receive)
        },
        push: async (json) => joined().push(json),
        setOnline: async (change) => joined().setOnline(change),
        parked: async () => joined().parked(),
        discard: async (commitIds) => joined().discard(commitIds),
        rescue: async (json) => joined().rescue(json),
        readArchive: async (name) => joined().readArchive(name),
        deleteArchive: async (name) => joined().deleteArchive(name),
        reset: async (epoch) => reset(epoch, 'the store was reset before the backend was known to have the commit'),
        leave: async () => way?.api.leave(),
      }
    },
    close() {
      leader.close()
      stores.close()
    },
  }
}
