import type { Commit } from '../event/commit.ts'
import type * as StoreEvent from '../event/store-event.ts'
import { checkSize } from '../replica/commit-size.ts'
import type { Env } from '../replica/env.ts'
import { BackendMismatch, ImportRefused, isOutdatedBuild, OutdatedBuild, StoreReset } from '../replica/errors.ts'
import {
  type AboutOrder,
  type FromLeader,
  type Joined,
  type JoinRequest,
  type LeaderApi,
  type LeaderStatus,
  noEpoch,
  type OnlineSwitch,
  type Progress,
  resolve,
} from '../replica/leader-api.ts'
import { createMaterialize } from '../replica/materialize.ts'
import { createReplica, type Step } from '../replica/replica.ts'
import { openState, type Skipped, type State } from '../replica/state.ts'
import { createUnknownEventHandler, newerBuildHas } from '../replica/unknown-event.ts'
import { UnknownEvent } from '../schema/errors.ts'
import { encodeEvent, firstUnknown, type Schema } from '../schema/schema.ts'
import { createRowAccess } from '../sqlite/one-row.ts'
import type { Sqlite } from '../sqlite/port.ts'
import { type FromUpstream, fold, type Settled } from '../sync/merge.ts'
import { emptySyncState, type SyncState, unaccept } from '../sync/state.ts'
import type { RowsChanged, StorageProblem, TraceSource } from '../trace.ts'
import { type BootStatus, bootOf } from './boot.ts'
import { build, isLong } from './build.ts'
import { exchangeable } from './exchangeable.ts'
import { createInspection, type StoreInspection } from './inspection.ts'
import { createLeaderReads, type LeaderReads } from './leader-reads.ts'
import { createLender } from './lend.ts'
import { createLiveQueries, type LiveQueries } from './live-query.ts'
import { noQueries, noState } from './no-state.ts'
import { createOutbox } from './outbox.ts'
import { createParked, type ParkedCommits } from './parked.ts'
import { createQuestions, type Questions } from './questions.ts'
import { createReceipts, type Receipt } from './receipts.ts'
import { loaded, ownUnconfirmed, superseded } from './rejoin.ts'
import { createStoreStorage, type StoreStorage } from './storage.ts'

/** Rebases of a tab are at least this far apart, milliseconds: one a frame. */
const frame = 16

export type SessionOptions = {
  readonly schema: Schema
  readonly sessionId: string
  /** Where the tables are: here, or with the leader alone. */
  readonly state?: 'tab' | 'leader' | undefined
  /** An empty database in memory. */
  readonly openMemory: () => Sqlite
  readonly env: Env
  readonly traces: TraceSource
  /** Something that `store.status` shows has changed. */
  readonly onStatus: () => void
  /** The leader says that the store is to be shut down. */
  readonly onEnded?: (error: Error) => void
  /** Until the first leader is joined. */
  readonly onBoot?: (status: BootStatus) => void
}

/** Two SQLite files, which any tool can open. */
export type StoreExport = {
  /** All commits of this client's log, and what became of each. `store.import` takes it. */
  readonly log: Uint8Array
  /** The app's tables as this tab shows them; no bytes where it keeps none (`session: { state: 'leader' }`). */
  readonly state: Uint8Array
}

/** One tab: its state in memory, its pending commits, its live queries. */
export type Session = {
  readonly clientId: string
  readonly sync: SyncState
  readonly leader: LeaderStatus | undefined
  readonly queries: LiveQueries
  readonly leaderReads: LeaderReads
  readonly questions: Questions
  commit(events: readonly StoreEvent.Input[]): Receipt
  /** Follows another leader, or none for now. Resolves with true once it is joined, with false if yet another came first. */
  attach(leader: LeaderApi | undefined): Promise<boolean>
  setOnline(online: boolean): void
  /** The same list until it changes. */
  skipped(): readonly Skipped[]
  readonly parked: ParkedCommits<Schema['events']>
  readonly storage: StoreStorage
  readonly inspection: StoreInspection
  /** Nobody leads, because the storage refuses. It is over with the next leader. */
  storageFailed(problem: StorageProblem): void
  /** Stands in for the leader that does not answer; undefined for a session that has no state. */
  lend(problem: StorageProblem): LeaderApi | undefined
  /** Begins another epoch; resolves when this session is in it. */
  reset(): Promise<void>
  /** The log of this client, and what this tab shows. */
  export(): Promise<StoreExport>
  /** Puts another log in the place of this one; resolves when this session has it. */
  import(log: Uint8Array): Promise<void>
  /** Resolves when the leader has all that was committed here. */
  drained(): Promise<void>
  /** What no leader is known to have. */
  unpersisted(): readonly string[]
  close(error: Error): void
}

/** A state with all that is in the order; in a session without tables it has no database. */
type Built = { readonly db?: Sqlite; readonly state: State; readonly order: () => SyncState }

/** Has no state before it joined its first leader: until then `commit` throws. */
export function createSession({
  schema,
  sessionId,
  state: place = 'tab',
  openMemory,
  env,
  traces,
  onStatus,
  onEnded = () => {},
  onBoot: tellBoot = () => {},
}: SessionOptions): Session {
  const receipts = createReceipts()
  const questions = createQuestions()
  /** Empty where the tables are with the leader. */
  const shown = exchangeable(openMemory())
  const isHere = place === 'tab'
  const queries = isHere ? createLiveQueries({ db: shown.db, env, traces }) : noQueries
  /** What devtools look at before a rebase, and again after it. */
  const lookers = new Set<() => () => RowsChanged>()
  const onUnknownEvent = createUnknownEventHandler({ schema, tier: 'session', traces })
  let replica: ReturnType<typeof createReplica> | undefined
  let identity = { clientId: '', epoch: noEpoch }
  /** What is shown was made by another build. */
  let isStale = false
  let status: LeaderStatus | undefined
  let leader: LeaderApi | undefined
  /** Counts the attempts to join: only the last one counts. */
  let attempts = 0
  let onlineSwitch: OnlineSwitch = { online: true, at: 0 }
  /** Waiting upstream, folded into one; and what the leader holds after it. */
  let waiting: FromUpstream | undefined
  let lastRebase = Number.NEGATIVE_INFINITY
  let cancelDrain: (() => void) | undefined
  /** Undefined where it may have changed since it was read. */
  let skipped: readonly Skipped[] | undefined

  /** The leader is gone or in trouble. What it did not take is still pending, and is pushed to the next one. */
  const pushFailed = (error: unknown) => traces.emit?.({ type: 'push failed', error: String(error) })

  const outbox = createOutbox(pushFailed)

  const leaderReads = createLeaderReads({
    ask(question) {
      outbox.flush() // what is committed before is read
      return questions.ask(question)
    },
    env,
    traces,
  })

  const opened = () => {
    if (!replica) throw new Error('the session has not joined a leader yet')
    return replica
  }

  const onBoot = (boot: BootStatus) => {
    if (!replica) tellBoot(boot)
  }

  const isOwn = (commit: Commit) => commit.sessionId === sessionId

  const pushPending = () => {
    for (const commit of opened().sync.pending) outbox.add(JSON.stringify(commit))
  }

  /** Tells receipts and queries what a step did. `before` is the order as it was. */
  const settle = ({ merged, followed }: Step, before: SyncState, settled: readonly Settled[]) => {
    receipts.followed(merged, before, settled)
    if (followed.touched.length > 0) traces.emit?.({ type: 'wrote', tier: 'session', commits: followed.touched })
    queries.touch(followed.touched)
    if (followed.skipped.length > 0) skipped = undefined
    onStatus()
  }

  const drain = () => {
    cancelDrain?.()
    cancelDrain = undefined
    if (!waiting) return
    if (isHere && isLong(opened().sync, waiting, opened().unfolded)) return joinAgain(true)
    const message = waiting
    waiting = undefined
    const before = opened().sync
    let lookAgain: (() => RowsChanged)[] = []
    const onRebase = () => {
      lookAgain = [...lookers].map((look) => look())
    }
    const step = opened().follow(message, undefined, onRebase)
    if (step.followed.rolledBack > 0) lastRebase = env.elapsed()
    settle(step, before, message.settled)
    for (const look of lookAgain) traces.emit?.({ type: 'rows changed', tier: 'session', ...look() })
  }

  /** A new leader has not heard of the backend yet; what was heard before still holds. */
  const known = (next: LeaderStatus): LeaderStatus =>
    status && status.backendHead > next.backendHead ? { ...next, backendHead: status.backendHead } : next

  const setStatus = (next: LeaderStatus) => {
    const { storage } = next
    if (JSON.stringify(storage) !== JSON.stringify(status?.storage)) traces.emit?.({ type: 'storage changed', storage })
    status = next
  }

  const learnSwitch = ({ onlineSwitch: told }: LeaderStatus) => {
    if (told.at > onlineSwitch.at) onlineSwitch = told
  }

  /** Once there is something to show, it is only told that more is coming. */
  const tellProgress = (progress: Progress) => {
    if (!replica || progress.name === 'sync') tellBoot(bootOf(progress))
  }

  const learn = (next: LeaderStatus) => {
    if (next.progress) tellProgress(next.progress)
    setStatus(next)
    identity = { ...identity, clientId: next.clientId }
    learnSwitch(next)
    parked.learn(next, identity.epoch)
    onStatus()
  }

  const receive = (message: FromLeader) => {
    switch (message.type) {
      case 'advanced':
      case 'rebased':
        return takeOrder(message)
      case 'status':
        return learn(known(message.status))
      case 'invalidated':
        return leaderReads.invalidated(message.ids)
      case 'told':
        return inspector.told(message.told)
      case 'reset':
        return joinAgain(false)
      case 'reload':
        return joinAgain(true)
      case 'ended':
        return onEnded(new BackendMismatch(message.message))
      default:
        return message satisfies never
    }
  }

  /** With 'fail', a tab that is older than its leader ends here: the leader has what was committed in it. */
  const knows = (
    { confirmed, accepted }: Pick<FromUpstream, 'confirmed' | 'accepted'>,
    joined?: LeaderApi,
  ): boolean => {
    if (schema.unknownEventHandling !== 'fail') return true
    const unknown = firstUnknown(schema, [...confirmed, ...accepted])
    if (unknown === undefined) return true
    if (joined) {
      outbox.attach(joined)
      pushPending()
    }
    onEnded(new UnknownEvent(unknown, newerBuildHas(unknown)))
    return false
  }

  const takeOrder = (message: AboutOrder) => {
    const { accepted, pending } = opened().sync
    const next = resolve(message, waiting?.accepted ?? accepted, pending)
    if (!knows(next)) return
    traces.emit?.({ type: 'pulled', tier: 'session', confirmed: next.confirmed.length, accepted: next.accepted.length })
    waiting = waiting ? fold(waiting, next) : next
    const wait = lastRebase + frame - env.elapsed()
    if (wait <= 0) drain()
    else cancelDrain ??= env.after(wait, drain)
  }

  /** Whether what was committed here has its place there. */
  const goesOn = ({ epoch }: Joined) => epoch === identity.epoch || identity.epoch === noEpoch

  /** The order after `joined`, as it is now: own work that the leader does not know goes on top. */
  const orderAfter = (joined: Joined): (() => SyncState) => {
    let from: SyncState | undefined
    let order: SyncState | undefined
    return () => {
      if (order && from === replica?.sync) return order // nothing was committed since
      from = replica?.sync
      order = loaded(from && goesOn(joined) ? ownUnconfirmed(from, isOwn) : [], joined)
      return order
    }
  }

  /** Builds the state beside the one that is shown, from the leader's bytes. Undefined where nobody wants it any more. */
  const buildFrom = async (bytes: Uint8Array, joined: Joined, isWanted: () => boolean): Promise<Built | undefined> => {
    const db = openMemory()
    try {
      db.deserialize(bytes)
      const state = openState(db, createMaterialize({ db, schema, onUnknownEvent, rows: createRowAccess(db) }))
      const order = orderAfter(joined)
      const onProgress = (done: number, total: number) => onBoot({ phase: 'replay', done, total })
      const isBuilt = await build({ state, order, env, isWanted, onProgress })
      if (isBuilt) return { db, state, order }
    } catch (error) {
      db.close()
      throw error
    }
    db.close()
    return undefined
  }

  /** What was built is shown from now on. */
  const show = ({ db, state, order }: Built, joined: Joined) => {
    const sync = order()
    state.follow(sync, []) // what was committed since
    if (replica) replica.exchange(state, sync)
    else replica = createReplica({ tier: 'session', state, sync, env, traces })
    if (db) shown.exchange(db)
    receipts.joined(joined)
    queries.touchAll()
    skipped = undefined
  }

  const resume = (joined: Joined) => {
    const { confirmed, accepted, head } = joined
    const before = opened().sync
    for (const commitId of joined.confirmedIds) receipts.confirmed(commitId)
    const settled = [...joined.settled, ...superseded(joined)]
    settle(opened().resume({ confirmed, accepted, settled, head }, isOwn), before, settled)
  }

  /** What this session committed in an epoch that is over: the leader keeps what it had, and is given what it had not. */
  const leaveEpoch = () => {
    const orphans = opened().sync.pending
    receipts.rejectAll(
      new StoreReset('the local data was reset before the commit was confirmed; it is in store.parked'),
    )
    if (orphans.length === 0) return
    const json = JSON.stringify(orphans)
    questions.ask((leader) => leader.rescue(json)).catch(pushFailed)
  }

  /** V5: the leader of another build has another log, too. */
  const endOutdated = (to: LeaderApi, why: OutdatedBuild) => {
    leaveEpoch()
    questions.attach(to)
    onEnded(why)
  }

  const take = (joined: Joined, built: Built | undefined) => {
    if (!goesOn(joined)) leaveEpoch()
    if (built) {
      show(built, joined)
      isStale = joined.stale === true
    } else resume(joined)
    const isSame = joined.epoch === identity.epoch
    identity = { clientId: joined.clientId, epoch: joined.epoch }
    traces.emit?.({ type: 'leader changed', leaderId: joined.leaderId })
    learn(isSame ? known(joined.status) : joined.status)
  }

  const joinRequest = (whole: boolean): JoinRequest => {
    const { fingerprint, builtAt } = schema
    const own = { sessionId, fingerprint, builtAt, stateless: !isHere }
    if (!replica) return own
    if (!whole && !(isHere && waiting && isLong(replica.sync, waiting, replica.unfolded))) drain()
    waiting = undefined // the leader tells anew what became of it
    const unconfirmed = ownUnconfirmed(replica.sync, isOwn).map(({ commitId }) => commitId)
    const resume = { epoch: identity.epoch, head: replica.sync.confirmed, unconfirmed }
    return { ...own, resume, whole: whole || isStale }
  }

  const joinAgain = (whole: boolean) => {
    attach(leader, whole).catch((error) => traces.emit?.({ type: 'join failed', error: String(error) }))
  }

  const attach = async (to: LeaderApi | undefined, whole = false): Promise<boolean> => {
    cancelDrain?.()
    cancelDrain = undefined
    outbox.attach(undefined)
    questions.attach(undefined)
    inspector.attach(undefined)
    leader = to
    const attempt = ++attempts
    if (!to) return false
    /** Messages that overtake the answer to `join`, which travels on another port. */
    let early: FromLeader[] | undefined = []
    onBoot({ phase: 'snapshot' })
    const isWanted = () => attempt === attempts
    const hear = (json: string) => {
      if (!isWanted()) return
      const message = JSON.parse(json) as FromLeader
      if (!early) return receive(message)
      // What the leader is busy with while it lets us wait is of no interest later.
      if (message.type === 'status' && message.status.progress) tellProgress(message.status.progress)
      else early.push(message)
    }
    const joined = await to.join(joinRequest(whole), hear).catch((error) => {
      if (!isOutdatedBuild(error)) throw error
      const why = new OutdatedBuild(error.message)
      if (replica && isWanted()) endOutdated(to, why)
      throw why
    })
    if (!isWanted()) return false
    if (isHere && !joined.bytes) {
      // A leader of another build gives no bytes: then it is applied all the same.
      if (!whole && isLong(unaccept(opened().sync, isOwn), joined, opened().unfolded)) return attach(to, true)
      if (!knows(joined, to)) return false
      if (joined.more) {
        resume(joined)
        return attach(to, whole)
      }
    }
    onBoot({ phase: 'replay', done: 0, total: joined.accepted.length })
    const built = isHere
      ? joined.bytes && (await buildFrom(joined.bytes, joined, isWanted))
      : { state: noState, order: orderAfter(joined) }
    const isReset = early.some(({ type }) => type === 'reset')
    if (!isWanted() || isReset) {
      built?.db?.close()
      return isWanted() && attach(to)
    }
    take(joined, built)
    const heard = early
    early = undefined
    for (const message of heard) if (isWanted()) receive(message)
    if (!isWanted()) return true
    outbox.attach(to)
    pushPending()
    leaderReads.attached()
    questions.attach(to)
    inspector.attach(to, joined.leaderId)
    // The switch is the client's, not the leader's: a new leader is told how it stands.
    if (onlineSwitch.at > joined.status.onlineSwitch.at) await to.setOnline(onlineSwitch)
    return true
  }

  const commit = (inputs: readonly StoreEvent.Input[], replaces?: string): Receipt => {
    const { sync } = opened()
    const made: Commit = {
      commitId: env.randomId(16),
      clientId: identity.clientId,
      sessionId,
      at: env.now(),
      generation: 0,
      events: inputs.map((input) => encodeEvent(schema, input)),
      ...(replaces === undefined ? {} : { replaces }),
    }
    const json = JSON.stringify(made)
    checkSize(made, json)
    receipts.checkRoom(made)
    const touched = opened().commit(made)
    const receipt = receipts.create(made, sync.head, json.length)
    outbox.add(json)
    onStatus()
    traces.emit?.({ type: 'wrote', tier: 'session', commits: touched })
    queries.touch(touched) // last: it may tell those who watch at once
    return receipt
  }

  const inspector = createInspection({
    sessionId,
    schema,
    watchRows(look) {
      lookers.add(look)
      return () => lookers.delete(look)
    },
    order: () => opened().sync,
    questions,
    tables: isHere ? shown.db : undefined,
  })

  const parked = createParked({
    schema,
    questions,
    commit: ({ commitId, events }) => commit(events, commitId),
  })

  return {
    get clientId() {
      return identity.clientId
    },
    get sync() {
      return replica?.sync ?? emptySyncState
    },
    get leader() {
      return status
    },
    queries,
    leaderReads: leaderReads.reads,
    questions,
    commit: (inputs) => commit(inputs),
    attach,
    setOnline(wanted) {
      onlineSwitch = { online: wanted, at: Math.max(env.now(), onlineSwitch.at + 1) }
      leader?.setOnline(onlineSwitch).catch(pushFailed)
    },
    skipped() {
      skipped ??= opened().skipped()
      return skipped
    },
    parked: parked.commits,
    storage: createStoreStorage(questions),
    inspection: inspector.inspection,
    storageFailed(problem) {
      if (!status) return
      setStatus({ ...status, storage: { ...status.storage, problem } })
      onStatus()
    },
    lend(problem) {
      if (!replica || !isHere) return undefined
      return createLender(() => {
        if (!replica || !status) return undefined
        const { confirmed: head, accepted } = replica.sync
        return {
          ...identity,
          leaderId: status.leaderId,
          bytes: replica.snapshot(),
          confirmed: [],
          head,
          accepted,
          confirmedIds: [],
          settled: [],
          ...(isStale ? { stale: true } : {}),
          status: { ...status, storage: { ...status.storage, problem } },
        }
      })
    },
    async reset() {
      outbox.flush()
      const { epoch } = identity
      await questions.ask((leader) => leader.reset(epoch))
      await questions.ask(async () => undefined) // put to a leader that was joined: in the next epoch
    },
    async export() {
      outbox.flush()
      const log = await questions.ask((leader) => leader.exportLog())
      return { log, state: isHere ? shown.db.serialize() : new Uint8Array() }
    },
    async import(log) {
      outbox.flush()
      const { epoch } = identity
      const refusal = await questions.ask((leader) => leader.importLog(epoch, log))
      if (refusal) throw new ImportRefused(refusal)
      await questions.ask(async () => undefined) // as above
    },
    async drained() {
      outbox.flush()
      await receipts.allPersisted()
    },
    unpersisted: receipts.unpersisted,
    close(error) {
      cancelDrain?.()
      outbox.flush()
      outbox.attach(undefined)
      attempts += 1 // what the leader still says is heard by nobody
      inspector.attach(undefined)
      leader?.leave().catch(() => undefined) // it may be gone already, which is all that leaving asks for
      leader = undefined
      queries.close()
      questions.close(error)
      receipts.rejectAll(error)
      replica?.close()
      shown.db.close()
    },
  }
}
