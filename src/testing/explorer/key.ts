/** One text for each state of a client: the same for states that differ only in which session is which. */
import type { Commit } from '../../event/commit.ts'
import { print } from '../../event/sequence-number.ts'
import type { CommitRef } from '../../replica/leader-api.ts'
import type { SyncState } from '../../sync/state.ts'
import type { Answer, Client, LinkState, Push, SessionState, Told } from './model.ts'

export function permutations(count: number): number[][] {
  if (count === 0) return [[]]
  return permutations(count - 1).flatMap((rest) =>
    Array.from({ length: count }, (_, at) => rest.toSpliced(at, 0, count - 1)),
  )
}

export function keyOf(client: Client, orders: readonly (readonly number[])[]): string {
  let least = write(client, orders[0]!)
  for (const order of orders.slice(1)) {
    const key = write(client, order)
    if (key < least) least = key
  }
  return least
}

/** `order[n]` is the session that is written as the nth. */
function write(client: Client, order: readonly number[]): string {
  const name = (commitId: string) =>
    commitId[0] === '@' ? commitId : order.indexOf(Number(commitId[0])) + commitId.slice(1)
  const one = ({ commitId, generation }: Commit) =>
    generation > 0 ? `${name(commitId)}r${generation}` : name(commitId)
  const all = (commits: readonly Commit[]) => commits.map(one).join(' ')
  const ids = (commitIds: readonly string[]) => commitIds.map(name).sort().join(' ')
  const ref = (of: CommitRef) => ('commitId' in of ? `!${one(of)}` : `${name(of[0])}r${of[1]}`)
  const refs = (of: readonly CommitRef[]) => of.map(ref).join(' ')
  const sync = ({ confirmed, accepted, pending, head }: SyncState) =>
    `${print(confirmed)}/${all(accepted)}/${all(pending)}/${print(head)}`
  const told = ({ message, held }: Told) => {
    const settled = message.type === 'advanced' ? '' : ids(message.settled.map(({ commitId }) => commitId))
    const joined = message.type === 'joined' ? `${message.bytes}${print(message.head)}${ids(message.confirmedIds)}` : ''
    return `${message.type[0]}${refs(message.confirmed)}/${refs(message.accepted)}/${settled}${joined}/${all(held)}`
  }
  const session = (of: SessionState) =>
    `${sync(of.sync)}|${of.made}|${of.confirmed}|${ids(of.gone)}|${of.leader[0]}|${of.up.map(all).join(',')}|${of.down.map(told).join(',')}`
  const push = ({ parent, commits, answered }: Push) => `${parent}${answered}${all(commits)}`
  const answer = (of: Answer) =>
    of.type === 'pushed'
      ? `p${of.count}.${of.head}`
      : of.type === 'ahead'
        ? `a${of.after}`
        : `r${name(of.commitId)}.${of.after}`
  const link = (of: LinkState) =>
    `${of.online}${of.push ? push(of.push) : ''}|${of.answers.map(answer).join(',')}|${of.stray.map(push).join(',')}`
  const { leader, stored, madeElsewhere, disconnects, handovers, rejected } = client
  return [
    sync(leader.sync),
    all(leader.log),
    ids(leader.settled.map(({ commitId }) => commitId)),
    link(client.link),
    all(stored),
    madeElsewhere,
    disconnects,
    handovers,
    ids(rejected),
    ...order.map((at) => session(client.sessions[at]!)),
  ].join('\n')
}
