import type { Commit } from '../event/commit.ts'
import type { MaterializeError } from '../replica/errors.ts'
import type { EventLog } from '../replica/event-log.ts'
import type { Replica, Step } from '../replica/replica.ts'
import type { Pulled } from '../replica/upstream.ts'
import type { Schema } from '../schema/schema.ts'
import type { FromUpstream } from '../sync/merge.ts'
import { type Conflict, type Judge, judgeAll } from './conflict.ts'
import { fromHere } from './order.ts'
import { confirmedEntries, writeOf } from './record.ts'
import type { Sessions } from './sessions.ts'

type Options = {
  readonly schema: Schema
  readonly log: EventLog
  readonly replica: Replica
  readonly sessions: Sessions
  readonly judge: Judge
  readonly hasBackend: boolean
}

/** Takes what comes from above: written, applied, told to all sessions; and settles what it leaves without effect. */
export function createFollow({ schema, log, replica, sessions, judge, hasBackend }: Options) {
  const take = (message: FromUpstream, backend?: Pulled): Step => {
    const before = replica.sync
    const known = new Set(before.pending.map(({ commitId }) => commitId))
    const step = replica.follow(message, (merged) => {
      const write = writeOf(merged, confirmedEntries(schema, before.confirmed, merged.confirmed), message, backend)
      if (write) log.write(write)
    })
    sessions.tellMerged(step.merged, known)
    return step
  }

  /** P1: what no longer applies is settled. A replacement may let those behind it apply, or fail: look again, to the last. */
  const settleFailed = ({ merged: { upstream }, followed }: Step) => {
    const replaced = new Set<string>()
    for (let failed = followed.failed; failed.length > 0; ) {
      const verdicts = judgeAll(judge, conflictsOf(failed, replica.sync.pending), upstream, replaced)
      const replacements = verdicts.flatMap(({ replacement }) => replacement ?? [])
      for (const { commitId } of replacements) replaced.add(commitId)
      const settled = verdicts.map((verdict) => verdict.settled)
      failed = take({ confirmed: [], accepted: [], settled, replacements }).followed.failed
    }
  }

  /** What is confirmed without the backend's word, local-only commits that no unconfirmed synced one precedes any more, is confirmed with it. */
  return function follow(message: FromUpstream, backend?: Pulled) {
    settleFailed(take(message, backend))
    const local = fromHere(replica.sync, hasBackend)
    if (local) follow(local)
  }
}

function conflictsOf(failed: readonly MaterializeError[], pending: readonly Commit[]): Conflict[] {
  const commits = new Map(pending.map((commit) => [commit.commitId, commit]))
  return failed.map((error) => ({ commit: commits.get(error.commitId)!, error }))
}
