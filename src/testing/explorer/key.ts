/** The parts of a client as texts: the same where nothing is different but which session is which. */
import type { Commit } from '../../event/commit.ts'
import { print } from '../../event/sequence-number.ts'
import type { CommitRef } from '../../replica/leader-api.ts'
import type { SyncState } from '../../sync/state.ts'
import type { Answer, LeaderState, LinkState, Push, SessionState, Shared, Told } from './model.ts'
import type { Order } from './parts.ts'

export function writeCommits(commits: readonly Commit[], order: Order): string {
  return commits.map((one) => commit(one, order)).join(' ')
}

export function writeTold({ message, held }: Told, order: Order): string {
  const refs = (of: readonly CommitRef[]) => of.map((one) => ref(one, order)).join(' ')
  const settled = message.type === 'advanced' ? '' : ids(message.settled, order)
  const line = `${message.type[0]}${refs(message.confirmed)}/${refs(message.accepted)}/${settled}/${writeCommits(held, order)}`
  if (message.type !== 'joined') return line
  const bytes = message.bytes ? `!${writeCommits(message.bytes, order)}` : ''
  return `${line}/${print(message.head)}${names(message.confirmedIds, order)}${bytes}`
}

export function writeTolds(told: readonly Told[], order: Order): string {
  return told.map((one) => writeTold(one, order)).join()
}

export function writeSession({ sync, log, made, gone, leader, up, down }: SessionState, order: Order): string {
  const pushed = up.map((commits) => writeCommits(commits, order)).join()
  // What is confirmed is never rebased, so how often it was does not matter.
  const line = log.map(({ commitId }) => name(commitId, order)).join(' ')
  return `${writeSync(sync, order)}|${line}|${made}|${names(gone, order)}|${leader[0]}|${pushed}|${writeTolds(down, order)}`
}

export function writeLeader({ sync, log, settled }: LeaderState, order: Order): string {
  return `${writeSync(sync, order)}|${writeCommits(log, order)}|${ids(settled, order)}`
}

export function writeShared(shared: Shared, order: Order): string {
  const { leader, link, stored, madeElsewhere, disconnects, handovers, rejected } = shared
  const counts = `${madeElsewhere},${disconnects},${handovers}`
  return `${writeLeader(leader, order)}|${writeLink(link, order)}|${writeCommits(stored, order)}|${counts}|${names(rejected, order)}`
}

function writeLink({ online, push, answers, stray }: LinkState, order: Order): string {
  const pushes = [...(push ? [push] : []), ...stray].map((one) => writePush(one, order))
  return `${online}${push ? '!' : ''}${pushes}|${answers.map((one) => writeAnswer(one, order))}`
}

function writePush({ parent, commits, answered }: Push, order: Order): string {
  return `${parent}${answered}${writeCommits(commits, order)}`
}

function writeAnswer(answer: Answer, order: Order): string {
  switch (answer.type) {
    case 'pushed':
      return `p${answer.count}.${answer.head}.${answer.after}`
    case 'ahead':
      return `a${answer.after}`
    case 'rejected':
      return `r${name(answer.commitId, order)}.${answer.after}`
  }
}

function writeSync({ confirmed, accepted, pending, head }: SyncState, order: Order): string {
  return `${print(confirmed)}/${writeCommits(accepted, order)}/${writeCommits(pending, order)}/${print(head)}`
}

function ref(of: CommitRef, order: Order): string {
  return 'commitId' in of ? `!${commit(of, order)}` : `${name(of[0], order)}r${of[1]}`
}

function commit({ commitId, generation }: Commit, order: Order): string {
  return generation > 0 ? `${name(commitId, order)}r${generation}` : name(commitId, order)
}

function ids(of: readonly { readonly commitId: string }[], order: Order): string {
  return names(
    of.map(({ commitId }) => commitId),
    order,
  )
}

/** In whatever order they are. */
function names(commitIds: readonly string[], order: Order): string {
  return commitIds
    .map((commitId) => name(commitId, order))
    .sort()
    .join(' ')
}

/** That of another client is the same whoever of the sessions is which, as is that of a session which is only seen from afar. */
function name(commitId: string, order: Order): string {
  if (commitId[0] === '@') return commitId
  const at = order.indexOf(Number(commitId[0]))
  return at < 0 ? commitId : at + commitId.slice(1)
}
