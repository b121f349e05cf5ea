import { type Commit, numbersAfter } from '../event/commit.ts'
import type * as EventSequenceNumber from '../event/sequence-number.ts'
import { CommitSettled } from '../replica/errors.ts'
import type { Settled } from '../sync/merge.ts'

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

  return {
    /** `parent` is the head that the commit stands on, `bytes` its size as JSON. */
    create(commit: Commit, parent: EventSequenceNumber.Client, bytes: number): Receipt {
      const entry = new Entry(commit, parent, bytes)
      open.set(commit.commitId, entry)
      backlog.events += commit.events.length
      backlog.bytes += bytes
      return entry
    },
    persisted,
    confirmed(commitId: string) {
      persisted(commitId)
      const entry = open.get(commitId)
      if (entry) end(entry.stages.confirmed)
      open.delete(commitId)
    },
    settled(settled: Settled) {
      if (settled.outcome === 'replaced') follow(settled.commitId, settled.replacement)
      else reject(settled.commitId, new CommitSettled(settled))
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
