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

type Stage = {
  done: boolean
  error?: Error
  promise?: Promise<void>
  resolve?: () => void
  reject?: (error: Error) => void
}

/** Promises are made when somebody asks for them: most commits are fired and forgotten. */
function promiseOf(stage: Stage): Promise<void> {
  stage.promise ??= new Promise<void>((resolve, reject) => {
    if (stage.error) reject(stage.error)
    else if (stage.done) resolve()
    else Object.assign(stage, { resolve, reject })
  })
  return stage.promise
}

function resolveStage(stage: Stage) {
  if (stage.done || stage.error) return
  stage.done = true
  stage.resolve?.()
}

function rejectStage(stage: Stage, error: Error) {
  if (stage.done || stage.error) return
  stage.error = error
  stage.reject?.(error)
}

/** The receipts of a session's commits that are not confirmed yet. */
export function createReceipts() {
  const open = new Map<string, { persisted: Stage; confirmed: Stage; events: number; bytes: number }>()
  const backlog = { events: 0, bytes: 0 }

  /** The commit no longer counts as waiting to be persisted. */
  const release = (commitId: string) => {
    const entry = open.get(commitId)
    if (!entry || entry.persisted.done || entry.persisted.error) return entry
    backlog.events -= entry.events
    backlog.bytes -= entry.bytes
    return entry
  }

  const persisted = (commitId: string) => {
    const stages = release(commitId)
    if (stages) resolveStage(stages.persisted)
  }

  const reject = (commitId: string, error: Error) => {
    const stages = release(commitId)
    if (!stages) return
    rejectStage(stages.persisted, error)
    rejectStage(stages.confirmed, error)
    open.delete(commitId)
  }

  /** What becomes of the replacement becomes of the commit. */
  const follow = (commitId: string, replacement: string) => {
    const stages = open.get(commitId)
    if (!stages) return
    open.delete(commitId)
    open.set(replacement, stages)
  }

  return {
    /** `parent` is the head that the commit stands on, `bytes` its size as JSON. */
    create(commit: Commit, parent: EventSequenceNumber.Client, bytes: number): Receipt {
      const events = commit.events.length
      const stages = { persisted: { done: false }, confirmed: { done: false }, events, bytes }
      open.set(commit.commitId, stages)
      backlog.events += events
      backlog.bytes += bytes
      return {
        commitId: commit.commitId,
        get events() {
          const numbers = numbersAfter(parent, commit)
          return commit.events.map(({ name }, index) => ({ name, seqNum: numbers[index]! }))
        },
        get persisted() {
          return promiseOf(stages.persisted)
        },
        get confirmed() {
          return promiseOf(stages.confirmed)
        },
      }
    },
    persisted,
    confirmed(commitId: string) {
      persisted(commitId)
      const stages = open.get(commitId)
      if (stages) resolveStage(stages.confirmed)
      open.delete(commitId)
    },
    settled(settled: Settled) {
      if (settled.outcome === 'replaced') follow(settled.commitId, settled.replacement)
      else reject(settled.commitId, new CommitSettled(settled))
    },
    /** What waits to be persisted. */
    backlog: backlog as { readonly events: number; readonly bytes: number },
    /** The commits that wait to be persisted. */
    unpersisted: (): string[] => [...open].filter(([, { persisted }]) => !persisted.done).map(([commitId]) => commitId),
    /** Resolves when these commits are persisted. */
    async allPersisted(): Promise<void> {
      await Promise.all([...open.values()].map(({ persisted }) => persisted.done || promiseOf(persisted)))
    },
    rejectAll(error: Error) {
      for (const commitId of [...open.keys()]) reject(commitId, error)
    },
  }
}

export type Receipts = ReturnType<typeof createReceipts>
