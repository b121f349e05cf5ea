/** How a session comes in: what it missed, and what became of the commits that it is not sure of. */
import * as EventSequenceNumber from '../event/sequence-number.ts'
import type { CommitState, Confirmed, EventLog } from '../replica/event-log.ts'
import type { Joined, JoinRequest, LeaderStatus } from '../replica/leader-api.ts'
import type { Replica } from '../replica/replica.ts'
import type { Schema } from '../schema/schema.ts'

/** A session that is further behind takes the state as bytes instead of replaying; one of another build, as so many at a time. */
const maxCatchUp = 1_000

type Leading = {
  readonly schema: Schema
  readonly log: EventLog
  readonly replica: Pick<Replica, 'sync' | 'snapshot'>
  readonly status: LeaderStatus
}

/** H2, V1: what a session is told when it joins; undefined where only bytes would help it, and they are not for its build. */
export function answerJoin(request: JoinRequest, { schema, log, replica, status }: Leading): Joined | undefined {
  const { resume, whole, fingerprint, stateless } = request
  const { epoch, clientId } = log.identity
  const isSameBuild = fingerprint === schema.fingerprint
  const isKnown = resume?.epoch === epoch
  const missed = isKnown && !stateless && !(whole && isSameBuild) ? missedSince(log, resume.head) : undefined
  if (!missed && !isSameBuild) return undefined
  const identity = { leaderId: status.leaderId, clientId, epoch, status }
  const confirmed = missed?.page.map(({ commit }) => commit) ?? []
  if (missed && !missed.isAll && !isSameBuild)
    return {
      ...identity,
      confirmed,
      head: missed.page.at(-1)!.head,
      accepted: [],
      confirmedIds: [],
      settled: [],
      more: true,
    }
  const known = isKnown ? resume.unconfirmed.flatMap((commitId) => endsOf(log, commitId)) : []
  return {
    ...identity,
    ...(missed?.isAll ? { confirmed } : { confirmed: [], ...(stateless ? {} : { bytes: replica.snapshot() }) }),
    head: replica.sync.confirmed,
    accepted: replica.sync.pending,
    confirmedIds: known.flatMap(({ commitId, found }) => (found?.state === 'confirmed' ? commitId : [])),
    settled: known.flatMap(({ found }) => (found?.state === 'settled' ? found : [])),
  }
}

/** What was confirmed since `head`, or the first of it where that is too much to replay; undefined for one from another history. */
function missedSince(
  log: EventLog,
  head: EventSequenceNumber.Client,
): { page: Confirmed[]; isAll: boolean } | undefined {
  if (EventSequenceNumber.compare(head, log.confirmed) > 0) return undefined
  const missed = log.confirmedAfter(head, maxCatchUp + 1)
  let most = 0
  for (let events = 0; most < missed.length; most++) {
    events += missed[most]!.commit.events.length
    if (events > maxCatchUp) return { page: missed.slice(0, Math.max(1, most)), isAll: false }
  }
  return { page: missed, isAll: true }
}

/** What became of a commit and, where it was replaced, of what replaced it, and so on. */
function endsOf(log: EventLog, commitId: string): { commitId: string; found: CommitState | undefined }[] {
  const found = log.find(commitId)
  const isReplaced = found?.state === 'settled' && found.outcome === 'replaced'
  return [{ commitId, found }, ...(isReplaced ? endsOf(log, found.replacement) : [])]
}
