/** How a session comes in: what it missed, and what became of the commits that it is not sure of. */
import type { Commit } from '../event/commit.ts'
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { CommitState, EventLog } from '../replica/event-log.ts'
import type { Joined, JoinRequest, LeaderStatus } from '../replica/leader-api.ts'
import type { Replica } from '../replica/replica.ts'

/** A session that is further behind takes the state as bytes instead of replaying. */
const maxCatchUp = 1_000

/** The session and the leader were built from different schemas. */
export class OutdatedBuild extends Error {
  override name = 'OutdatedBuild'

  constructor() {
    super('this tab and the tab that leads run different versions of the app; reload the older one')
  }
}

type Leading = { readonly log: EventLog; readonly replica: Replica; readonly status: LeaderStatus }

/** H2: what a session is told when it joins. */
export function answerJoin({ resume, whole = false }: JoinRequest, { log, replica, status }: Leading): Joined {
  const { epoch, clientId } = log.identity
  const known = resume?.epoch === epoch ? resume.unconfirmed.flatMap((commitId) => endsOf(log, commitId)) : []
  const missed = resume?.epoch === epoch && !whole ? missedSince(log, resume.head) : undefined
  return {
    leaderId: status.leaderId,
    clientId,
    epoch,
    ...(missed ? {} : { bytes: replica.snapshot() }),
    confirmed: missed ?? [],
    head: replica.sync.confirmed,
    accepted: replica.sync.pending,
    confirmedIds: known.flatMap(({ commitId, found }) => (found?.state === 'confirmed' ? commitId : [])),
    settled: known.flatMap(({ found }) => (found?.state === 'settled' ? found : [])),
    status,
  }
}

/** What was confirmed since `head`; undefined where that is too much to replay, or the session is from another history. */
function missedSince(log: EventLog, head: EventSequenceNumber.Client): Commit[] | undefined {
  if (EventSequenceNumber.compare(head, log.confirmed) > 0) return undefined
  const commits = log.confirmedAfter(head, maxCatchUp + 1).map(({ commit }) => commit)
  const events = commits.reduce((count, commit) => count + commit.events.length, 0)
  return events > maxCatchUp ? undefined : commits
}

/** What became of a commit and, where it was replaced, of what replaced it, and so on. */
function endsOf(log: EventLog, commitId: string): { commitId: string; found: CommitState | undefined }[] {
  const found = log.find(commitId)
  const isReplaced = found?.state === 'settled' && found.outcome === 'replaced'
  return [{ commitId, found }, ...(isReplaced ? endsOf(log, found.replacement) : [])]
}
