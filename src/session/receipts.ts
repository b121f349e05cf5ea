import { type Commit, numbersAfter } from '../event/commit.ts'
import type * as EventSequenceNumber from '../event/sequence-number.ts'
import { BacklogFull, CommitSettled } from '../replica/errors.ts'
import type { Joined } from '../replica/leader-api.ts'
import type { Merged, Settled } from '../sync/merge.ts'
import type { SyncState } from '../sync/state.ts'

/** What becomes of a commit. Both promises settle sooner or later, or reject with the reason. */
export type Receipt = {
  readonly commitId: string
  /** The events with the numbers they got at commit; a rebase may give them others. */
  readonly events: readonly { readonly name: string; readonly seqNum: EventSequenceNumber.Client }[]
  /** Resolves once the client's log has it: a reload or a crash of this tab cannot lose it any more. */
  readonly persisted: Promise<void>
  /** Resolves once the backend has given it its place. */
  readonly confirmed: Promise<void>
}

/** More than this may not wait to be persisted. */
const maxBacklog = { events: 50_000, bytes: 32 * 1024 * 1024 }

type Stage = { isOver: boolean; error?: Error | undefined } & Partial<PromiseWithResolvers<void>>

/** Promises are made when somebody asks for them: most commits are fired and forgotten. */
function promiseOf(stage: Stage): Promise<void> {
  if (!stage.promise) settle(Object.assign(stage, Promise.withResolvers<void>()))
  return stage.promise!
}

function end(stage: Stage, error?: Error) {
  if (stage.isOver) return
  stage.isOver = true
  stage.error = error
  settle(stage)
}

function settle({ isOver, error, resolve, reject }: Stage) {
  if (!isOver) return
  if (error) reject?.(error)
  else resolve?.()
}

/** One commit's. A class, whose getters are made once and not for each commit. */
class Entry implements Receipt {
  readonly commit: Commit
  readonly parent: EventSequenceNumber.Client
  readonly bytes: number
  readonly stages: { readonly [stage in 'persisted' | 'confirmed']: Stage } = {
    persisted: { isOver: false },
    confirmed: { isOver: false },
  }

  constructor(commit: Commit, parent: EventSequenceNumber.Client, bytes: number) {
    this.commit = commit
    this.parent = parent
    this.bytes = bytes
  }

  get commitId() {
    return this.commit.commitId
  }

  get events() {
    const numbers = numbersAfter(this.parent, this.commit)
    return this.commit.events.map(({ name }, index) => ({ name, seqNum: numbers[index]! }))
  }

  get persisted() {
    return promiseOf(this.stages.persisted)
  }

  get confirmed() {
    return promiseOf(this.stages.confirmed)
  }
}

/** The receipts of a session's commits that are not confirmed yet. */
export function createReceipts() {
  const open = new Map<string, Entry>()
  const backlog = { events: 0, bytes: 0 }

  /** The commit no longer counts as waiting to be persisted. */
  const release = (commitId: string) => {
    const entry = open.get(commitId)
    if (!entry || entry.stages.persisted.isOver) return entry?.stages
    backlog.events -= entry.commit.events.length
    backlog.bytes -= entry.bytes
    return entry.stages
  }

  const persisted = (commitId: string) => {
    const stages = release(commitId)
    if (stages) end(stages.persisted)
  }

  const confirmed = (commitId: string) => {
    persisted(commitId)
    const entry = open.get(commitId)
    if (entry) end(entry.stages.confirmed)
    open.delete(commitId)
  }

  const reject = (commitId: string, error: Error) => {
    const stages = release(commitId)
    if (!stages) return
    end(stages.persisted, error)
    end(stages.confirmed, error)
    open.delete(commitId)
  }

  /** What becomes of the replacement becomes of the commit. */
  const follow = (commitId: string, replacement: string) => {
    const entry = open.get(commitId)
    if (!entry) return
    open.delete(commitId)
    open.set(replacement, entry)
  }

  /** What a leader knows that was joined: it has all that it accepted. */
  const joined = ({ settled, confirmedIds, accepted }: Pick<Joined, 'settled' | 'confirmedIds' | 'accepted'>) => {
    // First: a replacement may be confirmed in the same step, and the receipt is to follow it there. All of them, since one may
    // be over that came and went between two steps, and never was in the order here.
    for (const end of settled) {
      if (end.outcome === 'replaced') follow(end.commitId, end.replacement)
      else reject(end.commitId, new CommitSettled(end))
    }
    confirmedIds.forEach(confirmed)
    for (const { commitId } of accepted) persisted(commitId)
  }

  return {
    /** `parent` is the head that the commit stands on, `bytes` its size as JSON. */
    create(commit: Commit, parent: EventSequenceNumber.Client, bytes: number): Receipt {
      const entry = new Entry(commit, parent, bytes)
      open.set(commit.commitId, entry)
      backlog.events += commit.events.length
      backlog.bytes += bytes
      return entry
    },
    confirmed,
    joined,
    /** What a step did to the order, of which `before` is what it was; and what was settled otherwise. */
    followed({ type, confirmed, sync }: Merged, before: SyncState, settled: readonly Settled[]) {
      // An advance takes a prefix of what is pending. Where not all is told yet, what was accepted is pending again.
      const left = Math.max(0, before.pending.length - sync.pending.length)
      const accepted = type === 'advance' ? before.pending.slice(0, left) : sync.accepted
      joined({ settled, confirmedIds: confirmed.map(({ commitId }) => commitId), accepted })
    },
    /** Throws where too much waits to be persisted. */
    checkRoom({ events }: Commit) {
      if (backlog.events === 0) return
      if (backlog.events + events.length > maxBacklog.events || backlog.bytes > maxBacklog.bytes) {
        throw new BacklogFull(backlog.events)
      }
    },
    /** What waits to be persisted. */
    backlog: backlog as { readonly events: number; readonly bytes: number },
    /** The commits that wait to be persisted. */
    unpersisted: (): string[] =>
      [...open].filter(([, { stages }]) => !stages.persisted.isOver).map(([commitId]) => commitId),
    /** Resolves when these commits are persisted. */
    async allPersisted(): Promise<void> {
      await Promise.all([...open.values()].map(({ persisted }) => persisted))
    },
    rejectAll(error: Error) {
      for (const commitId of [...open.keys()]) reject(commitId, error)
    },
  }
}

export type Receipts = ReturnType<typeof createReceipts>
