import { isSynced } from '../event/commit.ts'
import { closeAll } from '../replica/closing.ts'
import type { Env } from '../replica/env.ts'
import { readImported } from '../replica/imported-log.ts'
import { NotInspectable } from '../replica/inspection.ts'
import {
  type ImportRefusal,
  type JoinRequest,
  type LeaderApi,
  noEpoch,
  type ParkedCommit,
} from '../replica/leader-api.ts'
import type { OnBackendIdMismatch, Upstream } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import type { Sqlite } from '../sqlite/port.ts'
import type { StorageProblem, TraceSource } from '../trace.ts'
import { GaveWay, outdated, type Politeness } from './builds.ts'
import { holdLeader } from './held.ts'
import type { Inspectable } from './inspector.ts'
import { type EpochLeader, startLeader, type Way } from './leader.ts'
import { openStores, type Stores } from './open.ts'
import { rebuildLeader } from './rebuild.ts'
import { createResetLimit } from './reset-limit.ts'
import { createRoom } from './room.ts'
import { formerFile, readingStorage, type Storage } from './storage-port.ts'
import { problemOf, StorageEvicted } from './storage-problem.ts'

/** What the next leader is told by the one before. */
type Passed = Partial<ReturnType<EpochLeader['retire']>>

type Options = {
  readonly storeId: string
  readonly schema: Schema
  readonly storage: Storage
  /** The storage was found damaged before. */
  readonly doubtful?: boolean
  /** Called again and again by what takes long. */
  readonly onBusy?: (() => void) | undefined
  readonly env: Env
  readonly traces: TraceSource
  /** Absent for an app without a backend. */
  readonly upstream?: Upstream | undefined
  /** `reset` unless it says otherwise. */
  readonly onBackendIdMismatch?: OnBackendIdMismatch | undefined
  /** The storage failed: the leader has stopped, and must be closed and opened again. */
  readonly onFailed: (error: unknown) => void
  /** Instead of `onFailed`, where the files were cleared: in Chromium, to close one of them never returns. */
  readonly onEvicted?: (() => void) | undefined
  /** Devtools may ask. */
  readonly devtools?: Inspectable | undefined
  /** Whether to let go, by `onFailed` with `GaveWay`, for a session of another build that boots. It does not, where this is absent. */
  readonly givesWay?: Politeness | undefined
}

/** The one leader of a store, whichever epoch its log is in. */
export type Leader = {
  readonly leaderId: string
  /** One session's way in. It stays the way in when the log is another one. */
  connect(): LeaderApi
  close(): void
}

/** While commits come, the files are looked for so often, in milliseconds. */
const lookEvery = 1_000

/** Devtools may break the storage on purpose. */
function withFaults(options: Options): Options {
  const { devtools, storage, storeId, env } = options
  return devtools ? { ...options, storage: devtools.faultsOf(storeId, env).storage(storage) } : options
}

/**
 * Opens the databases of a store and leads it. The log can be put aside under it, and the disk can be full for a while: sessions
 * stay connected, and join again.
 */
export function openLeader(given: Options): Leader {
  const options = withFaults(given)
  const { storeId, schema, storage, env, traces, onBackendIdMismatch = 'reset', devtools } = options
  const leaderId = env.randomId(8)
  let stores: Stores
  let leader: EpochLeader
  let failed = false
  /** The disk is full, and the leader is yet to be replaced by one that writes nothing. */
  let full: StorageProblem | undefined
  let lookedAt = Number.NEGATIVE_INFINITY

  const limited = createResetLimit(env, () => storage.status.archives)
  const upstream = options.upstream && onBackendIdMismatch === 'reset' ? limited(options.upstream) : options.upstream
  const orderedBy = upstream ? 'backend' : 'client'

  const start = (from: Passed): EpochLeader =>
    startLeader({
      leaderId,
      storeId,
      schema,
      log: stores.log,
      state: stores.state,
      tables: stores.tables,
      storage,
      env,
      traces,
      upstream,
      devtools,
      ...from,
      onFailed: fail,
      onMismatch: (reason) => mismatched(reason),
    })

  const fail = (error: unknown) => {
    const problem = problemOf(error)
    if (problem.reason === 'full') {
      full = problem
      env.defer(holdIfFull)
    } else {
      failed = true
      if (problem.reason === 'evicted' && options.onEvicted) options.onEvicted()
      else options.onFailed(error)
    }
  }

  const hold = (problem: StorageProblem, from: Passed): EpochLeader => {
    storage.delete(formerFile) // it can be done without, and may be the room that is missing
    stores = openStores({ ...options, storage: readingStorage(storage), epoch: noEpoch })
    const { log, state, tables } = stores
    room.wait()
    return holdLeader({
      leaderId,
      storeId,
      schema,
      log,
      state,
      tables,
      storage,
      problem,
      env,
      traces,
      upstream,
      devtools,
      ...from,
      onFailed: fail,
    })
  }

  const holdIfFull = () => {
    const problem = full
    full = undefined
    if (problem) replace((from) => hold(problem, from))
  }

  /** Another leader of the same log takes the place of this one, in the same turn. */
  const replace = (next: (from: Passed) => EpochLeader) => {
    if (failed) return
    const before = leader
    try {
      const from = before.retire()
      stores.release()
      leader = orHold(from, () => next(from))
      before.handOver()
    } catch (error) {
      failed = true
      options.onFailed(error)
    }
  }

  const orHold = (from: Passed, next: () => EpochLeader): EpochLeader => {
    try {
      return next()
    } catch (error) {
      const problem = problemOf(error)
      if (problem.reason !== 'full') throw error
      return hold(problem, from)
    }
  }

  const openAndStart = (from: Passed): EpochLeader => {
    stores = openStores({ ...options, orderedBy, inSlices: true })
    const { log, rebuild, stale } = stores
    if (!rebuild) return start(from)
    const onDone = () =>
      takeOver((from) => {
        storage.delete(formerFile)
        return start(from)
      })
    stores = { ...stores, stale: undefined }
    return rebuildLeader({ ...options, leaderId, log, rebuild, stale, ...from, onDone, onFailed: fail })
  }

  /** Another leader of the same databases. */
  const takeOver = (next: (from: Passed) => EpochLeader) => {
    try {
      const before = leader
      leader = next(before.retire())
      before.handOver()
    } catch (error) {
      fail(error)
    }
  }

  const room = createRoom(env, storage.hasRoom, () => replace(openAndStart))

  /** The browser tells nobody when it clears files, and takes what is written to them. */
  const lookForFiles = () => {
    if (failed || env.now() - lookedAt < lookEvery) return
    lookedAt = env.now()
    void storage.isThere().then(
      (isThere) => isThere || leader.fail(new StorageEvicted()),
      (error) => leader.fail(error),
    )
  }

  const mismatched = (reason: string) => {
    const { epoch } = stores.log.identity
    switch (onBackendIdMismatch) {
      case 'reset':
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

  /** Puts the log aside and begins another one, a copy of `imported` or empty. Does nothing where it is another one already, or where there is no room. */
  const reset = (epoch: string, reason: string, imported?: Sqlite) => {
    if (failed || room.isAwaited || stores.log.identity.epoch !== epoch) return
    try {
      const before = leader
      const from = before.retire()
      stores.putAside({ imported, onBusy: options.onBusy, parked: [...stores.log.parked(), ...unconfirmed(reason)] })
      leader = openAndStart(from)
      before.handOver()
    } catch (error) {
      fail(error)
      holdIfFull() // at once: the leader that is there has retired
    }
  }

  /** For who waits for it. */
  const resetOrThrow: typeof reset = (epoch, ...how) => {
    reset(epoch, ...how)
    if (!failed && stores.log.identity.epoch === epoch)
      throw new Error('the disk is full: the log cannot be put aside, and another begun')
  }

  const importLog = (epoch: string, bytes: Uint8Array): ImportRefusal | undefined => {
    if (!storage.hasRoom(bytes.length)) throw new Error('there is no room for the log')
    const imported = storage.openMemory()
    try {
      const refusal = readImported(imported, bytes, storeId)
      if (!refusal)
        resetOrThrow(epoch, 'another log was imported before the backend was known to have the commit', imported)
      return refusal
    } finally {
      imported.close()
    }
  }

  /** V2, V3: there is no state here for a session of another build. */
  const meet = (request: JoinRequest): Promise<never> => {
    if (!options.givesWay?.(request, schema)) throw outdated(request, schema)
    failed = true
    options.onFailed(new GaveWay())
    return new Promise(() => undefined) // the next leader answers
  }

  const unconfirmed = (reason: string): ParkedCommit[] =>
    stores.log
      .unconfirmed()
      .filter(isSynced)
      .map((commit) => ({ commit, outcome: 'parked', reason }))

  try {
    leader = orHold({}, () => openAndStart({}))
  } catch (error) {
    room.close()
    storage.close()
    throw error
  }

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
          const hasState = request.resume && !request.stateless
          if (!hasState && request.fingerprint !== schema.fingerprint) return meet(request)
          room.lookNow()
          for (;;) {
            holdIfFull()
            const to = leader
            if (way?.to !== to) way = { to, api: to.connect() }
            try {
              return await way.api.join(request, receive)
            } catch (error) {
              if (!full && leader === to) throw error
            }
          }
        },
        async push(json) {
          lookForFiles()
          return joined().push(json)
        },
        setOnline: async (change) => joined().setOnline(change),
        parked: async () => joined().parked(),
        discard: async (commitIds) => joined().discard(commitIds),
        rescue: async (json) => joined().rescue(json),
        readArchive: async (name) => joined().readArchive(name),
        deleteArchive: async (name) => joined().deleteArchive(name),
        read: async (request) => joined().read(request),
        endReads: async (ids) => joined().endReads(ids),
        eventsAfter: async (after, limit) => joined().eventsAfter(after, limit),
        exportLog: async () => joined().exportLog(),
        importLog: async (epoch, bytes) => importLog(epoch, bytes),
        reset: async (epoch) =>
          resetOrThrow(epoch, 'the store was reset before the backend was known to have the commit'),
        async inspect(json) {
          if (!devtools) throw new NotInspectable()
          return joined().inspect(json)
        },
        leave: async () => way?.api.leave(),
      }
    },
    close() {
      failed = true
      room.close()
      closeAll(leader.close, stores.close)
    },
  }
}
