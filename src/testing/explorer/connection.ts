/** A leader's connection, whatever comes over it. */
import { isSynced } from '../../event/commit.ts'
import { defaultLimits } from '../../sync/wire.ts'
import type { Core } from './core.ts'
import type { LinkState, Shared } from './model.ts'

export function withLink(shared: Shared, change: Partial<LinkState>): Shared {
  return { ...shared, link: { ...shared.link, ...change } }
}

export function connected({ stray }: LinkState): LinkState {
  return { online: true, push: undefined, answers: [], stray }
}

/** The connection ends: answers are lost, and a push that was sent may still be taken, or not. */
export function withStray({ push, stray }: LinkState): LinkState {
  const sent = push && !push.answered ? [...stray, push] : stray
  return { online: false, push: undefined, answers: [], stray: sent }
}

/** As `pushNext` of link.ts: one push at a time, of all that is not confirmed, on what came so far. */
export function pushNext(core: Core, shared: Shared): Shared {
  const { sync } = shared.leader
  if (!shared.link.online || shared.link.push) return shared
  const batch = core.nextBatch(sync.pending.filter(isSynced), defaultLimits)
  if (!batch) return shared
  return withLink(shared, { push: { parent: sync.confirmed.global, commits: batch.commits, answered: false } })
}
