import type { Commit } from '../event/commit.ts'
import { MaterializeError } from '../replica/errors.ts'
import type { EventLog } from '../replica/event-log.ts'
import type { Replica } from '../replica/replica.ts'
import type { Schema } from '../schema/schema.ts'
import type { Settled } from '../sync/merge.ts'
import type { TraceSource } from '../trace.ts'
import { type Conflict, type Judge, parked, type Verdict } from './conflict.ts'
import { fromHere, unseen } from './order.ts'
import { confirmedEntries } from './record.ts'
import { sortRetries } from './retries.ts'
import type { Sessions } from './sessions.ts'

type Options = {
  readonly schema: Schema
  readonly log: EventLog
  readonly replica: Replica
  readonly sessions: Sessions
  readonly judge: Judge
  readonly traces: TraceSource
  readonly hasBackend: boolean
}

/** Takes what sessions pushed since the last time, in one durable step: applied, written, told. Gives how many were new. */
export function createIntake({ schema, log, replica, sessions, judge, traces, hasBackend }: Options) {
  /** Undefined where it applies at the head, and now stands there. */
  const apply = (commit: Commit): Conflict | undefined => {
    try {
      replica.commit(commit)
      return undefined
    } catch (error) {
      if (!(error instanceof MaterializeError)) throw error
      return { commit, error }
    }
  }

  /** A replacement stands at the head already. */
  const judgeAtHead = (conflict: Conflict): Verdict => {
    const verdict = judge(conflict, [])
    const again = verdict.replacement && apply(verdict.replacement)
    return again ? parked(conflict, `its replacement does not apply either: ${again.error.message}`) : verdict
  }

  const applyAll = (commits: readonly Commit[]) => {
    const taken: Commit[] = []
    const refused: Commit[] = []
    const settled: Settled[] = []
    for (const commit of commits) {
      const conflict = apply(commit)
      if (!conflict) {
        taken.push(commit)
        continue
      }
      const verdict = judgeAtHead(conflict)
      refused.push(commit)
      settled.push(verdict.settled)
      if (verdict.replacement) taken.push(verdict.replacement)
    }
    return { taken, refused, settled }
  }

  return (pushed: readonly Commit[]): number => {
    const fresh = unseen(pushed, (commitId) => log.find(commitId) !== undefined)
    if (fresh.length === 0) return 0
    const before = replica.sync
    const { toTake, retries, tooLate } = sortRetries(fresh, log.find)
    const { taken, refused, settled } = applyAll(toTake)
    for (const late of tooLate) {
      refused.push(late.commit)
      settled.push(late.settled)
    }
    const local = fromHere(replica.sync, hasBackend)
    const confirmed = local?.confirmed ?? []
    const entries = confirmedEntries(schema, before.confirmed, confirmed)
    const final = new Set(confirmed)
    const appended = taken.filter((commit) => !final.has(commit))
    log.write({ appended, confirmed: entries, settled, refused, retries })
    if (local) replica.follow(local)
    traces.emit?.({ type: 'persisted', tier: 'leader', commitIds: taken.map(({ commitId }) => commitId) })
    // In this order: what is accepted may be what replaced a commit.
    if (settled.length > 0) sessions.tellSettled(settled, before.pending)
    sessions.tellAccepted(taken, confirmed)
    return fresh.length
  }
}
