/** A leader: its log, and what it tells its sessions. */
import type { OrderMessage } from '../../leader/messages.ts'
import type { FromUpstream } from '../../sync/merge.ts'
import type { Core } from './core.ts'
import type { Client, LeaderState } from './model.ts'

/** What the event log says of a commit. */
export function find({ sync, log, settled }: LeaderState, commitId: string) {
  const isIt = (one: { readonly commitId: string }) => one.commitId === commitId
  if (log.some(isIt)) return 'confirmed'
  if (sync.pending.some(isIt)) return 'accepted'
  return settled.some(isIt) ? 'settled' : undefined
}

/** Says it to every session that is joined. */
export function tell(client: Client, message: (to: string) => OrderMessage): Client {
  const held = client.leader.sync.pending
  const sessions = client.sessions.map((session, at) =>
    session.leader === 'lost'
      ? session
      : { ...session, down: [...session.down, { message: message(String(at)), held }] },
  )
  return { ...client, sessions }
}

/** As `follow` of leader.ts: written, told, and what is local-only confirmed. */
export function leaderFollows(core: Core, client: Client, message: FromUpstream): Client {
  const { leader } = client
  const known = new Set(leader.sync.pending.map(({ commitId }) => commitId))
  const merged = core.merge(leader.sync, message)
  const settled = merged.type === 'rebase' ? merged.settled : []
  const next: LeaderState = {
    sync: merged.sync,
    log: [...leader.log, ...merged.confirmed],
    settled: [...leader.settled, ...settled],
  }
  const about = core.mergedMessage(merged, known)
  const told = about ? tell({ ...client, leader: next }, () => about) : { ...client, leader: next }
  const local = core.fromHere(merged.sync)
  return local ? leaderFollows(core, told, local) : told
}
