/** A leader: its log, what it takes, and what it tells its sessions. */
import type { Commit } from '../../event/commit.ts'
import type { FromUpstream } from '../../sync/merge.ts'
import { connected, pushNext, withStray } from './connection.ts'
import type { Core } from './core.ts'
import type { Done, LeaderState, OrderMessage, Shared } from './model.ts'

/** What the event log says of a commit. */
export function find({ sync, log, settled }: LeaderState, commitId: string) {
  const isIt = (one: { readonly commitId: string }) => one.commitId === commitId
  if (log.some(isIt)) return 'confirmed'
  if (sync.pending.some(isIt)) return 'accepted'
  return settled.some(isIt) ? 'settled' : undefined
}

/** Nothing is said. */
export const silently = (shared: Shared): Done => ({ shared, says: [] })

/** The leader is `leader` now, and says it. */
function saying({ shared, says }: Done, leader: LeaderState, message: (to: string) => OrderMessage): Done {
  const held = leader.sync.pending
  return { shared: { ...shared, leader }, says: [...says, (to) => ({ message: message(String(to)), held })] }
}

/** And then it pushes what there is to push. */
export function thenPush(core: Core, { shared, says }: Done): Done {
  return { shared: pushNext(core, shared), says }
}

/** As `follow` of leader.ts: written, told, and what is local-only confirmed. */
export function leaderFollows(core: Core, done: Done, message: FromUpstream): Done {
  const { leader } = done.shared
  const known = new Set(leader.sync.pending.map(({ commitId }) => commitId))
  const merged = core.merge(leader.sync, message)
  const settled = merged.type === 'rebase' ? merged.settled : []
  const next: LeaderState = {
    sync: merged.sync,
    log: [...leader.log, ...merged.confirmed],
    settled: [...leader.settled, ...settled],
  }
  const about = core.mergedMessage(merged, known)
  const told = about ? saying(done, next, () => about) : { ...done, shared: { ...done.shared, leader: next } }
  const local = core.fromHere(merged.sync)
  return local ? leaderFollows(core, told, local) : told
}

/** As `flush` of leader.ts. No commit of the explorer fails to apply. */
export function flush(core: Core, shared: Shared, pushed: readonly Commit[]): Done {
  const { leader } = shared
  const taken = core.unseen(pushed, (commitId) => find(leader, commitId) !== undefined)
  if (taken.length === 0) return silently(shared)
  const sync = core.append(leader.sync, taken)
  const local = core.fromHere(sync)
  const confirmed = local?.confirmed ?? []
  const next = { ...leader, sync: local ? core.merge(sync, local).sync : sync, log: [...leader.log, ...confirmed] }
  return thenPush(
    core,
    saying(silently(shared), next, (to) => core.acceptedMessage(taken, confirmed, to)),
  )
}

/** The leader dies; another one opens the log. No session is there to hear what it says first. */
export function handOver(core: Core, shared: Shared): Done {
  const link = connected(withStray(shared.link))
  const lost = silently({ ...shared, link, handovers: shared.handovers + 1 })
  return { ...thenPush(core, leaderFollows(core, lost, { confirmed: [], accepted: [], settled: [] })), says: [] }
}
