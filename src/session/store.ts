import { createStore as createZustandStore, type StoreApi } from 'zustand/vanilla'
import type { Env } from '../replica/env.ts'
import { StoreClosed, StoreReset } from '../replica/errors.ts'
import { realEnv } from '../replica/real-env.ts'
import type { Skipped } from '../replica/state.ts'
import type { SyncOptions } from '../replica/upstream.ts'
import type { EventOf } from '../schema/decoded-commit.ts'
import type { AnyEventDef, InputOf } from '../schema/events.ts'
import type { Query } from '../schema/query.ts'
import type { Schema } from '../schema/schema.ts'
import { createTracer, type StorageProblem, type Tracer, type TraceSource } from '../trace.ts'
import type { Adapter, Attachment, Silence } from './adapter.ts'
import { type BootStatus, createBootReport } from './boot.ts'
import { checkCommit } from './commit-guard.ts'
import type { Get, Reactive } from './computed.ts'
import { type ConfirmedEvent, confirmedEvents, type EventsOptions } from './confirmed-events.ts'
import type { Live } from './graph.ts'
import type { StoreInspection } from './inspection.ts'
import type { LeaderReads } from './leader-reads.ts'
import type { Explanation, LiveOf, LiveOptions } from './live-query.ts'
import type { ParkedCommits } from './parked.ts'
import type { Receipt } from './receipts.ts'
import { createSession, type Session, type StoreExport } from './session.ts'
import { createSyncStatus, isUnsaved, type SyncStatus } from './status.ts'
import type { StoreStorage } from './storage.ts'
import { createUnconfirmed, type Unconfirmed } from './unconfirmed.ts'

type Defs = { readonly [key: string]: AnyEventDef }

export type StoreOptions<Events extends Defs = Defs> = {
  readonly schema: Schema<Events>
  readonly adapter: Adapter
  /** Which store of this origin: letters, digits, `_` and `-`. */
  readonly storeId: string
  /** For adapters whose leader runs in this thread; with `makeWebAdapter` the worker's `startLeader` says it. */
  readonly sync?: SyncOptions | undefined
  /**
   * Where queries read: in this tab, which then holds all tables in memory, and at once; or, with `state: 'leader'`, in the
   * leader, which has them on disk: then `useLeaderQuery` and `queryLeader` are what reads.
   */
  readonly session?: { readonly state: 'tab' | 'leader' } | undefined
  /** Hears what the store does from its first moment on. */
  readonly onTrace?: Tracer | undefined
  /** Hears how far the opening of the store is, from the first call of `createStorePromise` on. */
  readonly onBootStatus?: ((status: BootStatus) => void) | undefined
  /** The world; tests and simulations bring another one. */
  readonly env?: Env | undefined
}

/** What an app sees of its data in this tab. `Store` alone is that of any events. */
// biome-ignore lint/suspicious/noExplicitAny: what every store is assignable to, and every event can be committed to
export type Store<Events extends Defs = any> = {
  readonly storeId: string
  /**
   * Applies events at once, as one unit, and sends them on their way.
   *
   * Throws `InvalidArgs`, `UnknownEvent`, `MaterializeError`, `CommitTooLarge` or `BacklogFull`, and has then changed nothing.
   */
  commit(...events: InputOf<Events>[]): Receipt
  /** The rows now, or the value of something `computed` or of a `signal`. */
  readonly query: Get
  /** The rows, or the value, now and after every change. The same query is the same object. */
  readonly live: LiveOf
  /** Calls back with the rows, or the value, now and after every change. Returns the way to stop. */
  subscribe<Row>(query: Query<Row>, listener: (rows: readonly Row[]) => void): () => void
  subscribe<Value>(reactive: Reactive<Value>, listener: (value: Value) => void): () => void
  /** How a query is run, what it reads, how often it ran and how long that took. */
  explain(query: Query<unknown>): Explanation
  /**
   * Confirmed events, each once and in their order: those of the log after `since`, then those to come, for as long as it is
   * iterated. Throws when the store is closed or reset. Client-only events that were replaced meanwhile are left out.
   *
   * ```ts
   * for await (const { args } of store.events({ since: 'start', names: ['v1.TodoCreated'] })) …
   * ```
   */
  events<Name extends EventOf<Events>['name'] = EventOf<Events>['name']>(
    options?: EventsOptions<Name>,
  ): AsyncIterable<Extract<ConfirmedEvent<Events>, { readonly name: Name }>>
  /** How far each tier is. A Zustand store: `getState`, `subscribe`. */
  readonly status: Pick<StoreApi<SyncStatus>, 'getState' | 'getInitialState' | 'subscribe'>
  /**
   * Commits of anyone that have no effect: their materializer threw where the backend put them, here as on every client of this
   * version. Another version tries again. The same list until it changes, which `status` subscribers are told of.
   */
  skipped(): readonly Skipped[]
  /** Commits of this client, of all its tabs, that are shown and not yet confirmed; oldest first. */
  readonly unconfirmed: Live<readonly Unconfirmed<Events>[]>
  /** Commits of this client that are out of the order and kept: a live list, with what can be done about them. */
  readonly parked: ParkedCommits<Events>
  /** Where all of this is kept: asks the browser to keep it, says how much there is, and gives out what was put aside. */
  readonly storage: StoreStorage
  /** Switches this client's connection to the backend, for all of its tabs. */
  setOnline(online: boolean): void
  /** Resolves with the reason when the store is closed: `StoreClosed` after `shutdown`, or what ended it. */
  readonly closed: Promise<Error>
  /** Puts the local data aside, in every tab, and begins anew from what the backend has. What it had not confirmed is parked. */
  reset(): Promise<void>
  /** The log of this client and the tables of this tab, as SQLite files. */
  export(): Promise<StoreExport>
  /**
   * Puts an exported log in the place of this client's, in every tab. What was there is archived, and what of it was not
   * confirmed is parked. Rejects with `ImportRefused` for what is not a log of this store, and has then changed nothing.
   */
  import(log: Uint8Array): Promise<void>
  /** Hears what the store does. Returns the way to stop. */
  trace(tracer: Tracer): () => void
  /** For `queryLeader`. */
  readonly leader: LeaderReads
  /** For devtools. */
  readonly inspect: StoreInspection
  /** Waits until the leader has what was committed, for at most `timeoutMs` (2,000), and lets go of everything. */
  shutdown(options?: { readonly timeoutMs?: number }): Promise<Shutdown>
}

/** What a store left behind when it was closed. */
export type Shutdown = {
  /**
   * The commitIds of what no leader had said to have when the wait was over; their receipts reject with the reason. A leader that did not
   * answer may have them all the same.
   */
  readonly unpersisted: readonly string[]
}

/** A store that cannot be opened under this name. */
export class InvalidStoreId extends Error {
  override name = 'InvalidStoreId'

  constructor(storeId: string) {
    super(`"${storeId}" is not a storeId; use 1 to 128 of the characters A-Z a-z 0-9 _ -`)
  }
}

export function assertStoreId(storeId: string) {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(storeId)) throw new InvalidStoreId(storeId)
}

/** Opens a store: resolves once its state is here and queries answer. Rejects with `InvalidStoreId`, or what the storage says. */
export async function createStorePromise<Events extends Defs>(options: StoreOptions<Events>): Promise<Store<Events>> {
  const { schema, adapter, storeId, sync, session, onTrace, onBootStatus, env = realEnv() } = options
  assertStoreId(storeId)
  const traces = createTracer()
  if (onTrace) traces.subscribe(onTrace)
  const sessionId = env.randomId(12)
  const onBoot = createBootReport(env, traces, onBootStatus)
  onBoot({ phase: 'sqlite' })
  const attachment = await adapter({
    schema,
    storeId,
    sessionId,
    env,
    traces,
    upstream: sync?.backend,
    onBackendIdMismatch: sync?.onBackendIdMismatch,
  })
  onBoot({ phase: 'leader' })
  try {
    const state = session?.state
    return (await boot({
      schema,
      storeId,
      sessionId,
      state,
      attachment,
      env,
      traces,
      onBoot,
    })) as unknown as Store<Events>
  } catch (error) {
    await attachment.close()
    throw error
  }
}

type BootOptions = {
  readonly schema: Schema
  readonly storeId: string
  readonly sessionId: string
  readonly state: 'tab' | 'leader' | undefined
  readonly attachment: Attachment
  readonly env: Env
  readonly traces: TraceSource
  readonly onBoot: (status: BootStatus) => void
}

function boot(options: BootOptions): Promise<Store> {
  const { schema, sessionId, state, attachment, env, traces, onBoot } = options
  let ended: Error | undefined
  let end = (error: Error) => {
    ended = error
  }
  const session = createSession({
    schema,
    sessionId,
    state,
    openMemory: attachment.openMemory,
    onBoot,
    env,
    traces,
    onStatus: () => status.touch(),
    onEnded: (error) => end(error),
  })
  const status = createStatus(session, sessionId, attachment.hosts)

  return new Promise((resolve, reject) => {
    let outcome: 'open' | 'failed' | undefined
    let stop: (() => void) | undefined
    const joined = (isJoined: boolean) => {
      if (outcome || !isJoined) return
      outcome = 'open'
      onBoot({ phase: 'open' })
      const { store, close } = createStore(options, session, status, () => stop?.())
      end = (error) => void close(error)
      if (ended) end(ended)
      resolve(store)
    }
    const failed = (error: unknown, problem?: StorageProblem) => {
      traces.emit?.({ type: 'join failed', error: String(error) })
      if (outcome === 'open' && problem) session.storageFailed(problem)
      if (outcome) return
      outcome = 'failed'
      stop?.()
      status.close()
      session.close(new StoreClosed())
      reject(error)
    }
    const silence: Silence = {
      onSilence(problem) {
        if (outcome) session.storageFailed(problem)
        else onBoot({ phase: 'blocked', problem })
        return !outcome && state !== 'leader' // one that keeps no state has nothing to put a lent one into
      },
      lend: (problem) => session.lend(problem),
    }
    // A leader may go while it is being joined: then the next one decides.
    stop = attachment.onLeader(
      (leader) => void session.attach(leader).then(joined, (error) => failed(error)),
      failed,
      silence,
    )
    if (outcome === 'failed') stop()
  })
}

/** The status as a store of its own. Reading it is always up to date; subscribers hear of changes once a task. */
function createStatus(session: Session, sessionId: string, hosts: Attachment['hosts']) {
  const statusOf = createSyncStatus()
  const compute = () => {
    const { clientId, sync, leader } = session
    return statusOf({ clientId, sessionId, sync, leader, hosts })
  }
  const store = createZustandStore<SyncStatus>(() => compute())
  let scheduled = false
  let closed = false
  /** What was read since the last change, before subscribers heard of it. */
  let fresh: SyncStatus | undefined
  const renew = () => {
    scheduled = false
    if (!closed) store.setState(fresh ?? compute(), true)
    fresh = undefined
  }
  return {
    touch() {
      fresh = undefined
      if (scheduled) return
      scheduled = true
      queueMicrotask(renew)
    },
    close() {
      closed = true
    },
    store: {
      getInitialState: store.getInitialState,
      subscribe: store.subscribe,
      // Tells nobody: a component may read while React renders, when no other may be told to.
      getState() {
        if (!scheduled || closed) return store.getState()
        fresh ??= compute()
        return fresh
      },
    },
  }
}

function createStore(
  { schema, storeId, attachment, env, traces }: BootOptions,
  session: Session,
  status: ReturnType<typeof createStatus>,
  stop: () => void,
): { readonly store: Store; close(error: Error): Promise<Shutdown> } {
  let closing: { readonly why: Error; readonly done: Promise<Shutdown> } | undefined
  const closed = Promise.withResolvers<Error>()

  const alive = () => {
    if (closing) throw closing.why
    return session
  }

  const drain = async (timeoutMs: number) => {
    let cancel: (() => void) | undefined
    const timeout = new Promise<void>((resolve) => {
      cancel = env.after(timeoutMs, resolve)
    })
    await Promise.race([session.drained().catch(() => undefined), timeout]) // why a commit failed is told by its receipt
    cancel?.()
  }

  const letGo = async (why: Error): Promise<Shutdown> => {
    const unpersisted = session.unpersisted()
    for (const stopHearing of hearing) stopHearing?.()
    stop()
    status.close()
    session.close(why)
    closed.resolve(why)
    await attachment.close()
    return { unpersisted }
  }

  const close = (why: Error, drained?: Promise<void>) => {
    closing ??= { why, done: drained ? drained.then(() => letGo(why)) : letGo(why) }
    return closing.done
  }

  const hearing = [
    attachment.onWiped?.(() => void close(new StoreReset('the local data of this store was wiped'))),
    attachment.guardUnload?.({
      isUnsaved: () => isUnsaved(status.store.getState()),
      subscribe: (listener) => status.store.subscribe(listener),
    }),
  ]

  const live = (what: Query<unknown> | Reactive<unknown>, options?: LiveOptions) =>
    alive().queries.live(what as Query<unknown>, options)

  const rejected = closed.promise.then((error): never => {
    throw error
  })
  rejected.catch(() => undefined) // told to those who wait, and there may be none
  const world = {
    schema,
    ask: session.questions.ask,
    confirmed: () => alive().sync.confirmed,
    onChange: (listener: () => void) => status.store.subscribe(listener),
    closed: rejected,
  }

  const store: Store = {
    storeId,
    closed: closed.promise,
    commit(...events) {
      checkCommit()
      return alive().commit(events)
    },
    query: ((what: Query<unknown> | Reactive<unknown>) => live(what).get()) as Get,
    live: live as LiveOf,
    subscribe(what: Query<unknown> | Reactive<unknown>, listener: (value: never) => void) {
      const found = live(what) as Live<never>
      const notify = () => listener(found.get())
      const unsubscribe = found.subscribe(notify)
      notify()
      return unsubscribe
    },
    explain: (query) => alive().queries.explain(query),
    events: (options = {}) => confirmedEvents(world, options) as AsyncIterable<never>,
    status: status.store,
    skipped: () => session.skipped(),
    unconfirmed: {
      get: createUnconfirmed(schema, () => session.sync),
      subscribe: (listener) => status.store.subscribe(listener),
    },
    parked: session.parked,
    storage: session.storage,
    setOnline: (online) => alive().setOnline(online),
    reset: async () => alive().reset(),
    export: async () => alive().export(),
    import: async (log) => alive().import(log),
    trace: (tracer) => traces.subscribe(tracer),
    leader: session.leaderReads,
    inspect: session.inspection,
    shutdown: ({ timeoutMs = 2_000 } = {}) => close(new StoreClosed(), drain(timeoutMs)),
  }
  return { store, close }
}
