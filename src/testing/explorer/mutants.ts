/** Cores that are broken on purpose, each in one way, to see that the explorer finds it. */
import { headAfter } from '../../event/commit.ts'
import type { Merged } from '../../sync/merge.ts'
import { syncState } from '../../sync/state.ts'
import { type Core, core } from './core.ts'
import type { Scope } from './model.ts'

const withMerge = (change: (merged: Merged) => Merged): Core => ({
  ...core,
  merge: (sync, message) => change(core.merge(sync, message)),
})

const cores: Readonly<Record<string, Core>> = {
  'applies a commit again that comes back': {
    ...core,
    merge: (sync, message) => {
      const merged = core.merge(sync, message)
      const { confirmed, accepted } = merged.sync
      const settled = new Set(message.settled.map(({ commitId }) => commitId))
      const pending = sync.pending.filter(({ commitId }) => !settled.has(commitId))
      return { ...merged, sync: syncState(confirmed, accepted, pending) }
    },
  },
  'confirms what upstream has only accepted': {
    ...core,
    merge: (sync, { confirmed, accepted, settled }) =>
      core.merge(sync, { confirmed: [...confirmed, ...accepted], accepted: [], settled }),
  },
  'confirms in another order': withMerge((merged) => ({ ...merged, confirmed: merged.confirmed.toReversed() })),
  'does not count its head again after a rebase': {
    ...core,
    merge: (sync, message) => {
      const merged = core.merge(sync, message)
      return merged.type === 'rebase' ? { ...merged, sync: { ...merged.sync, head: sync.head } } : merged
    },
  },
  'forgets the client-only events of a commit that the backend confirms': {
    ...core,
    merge: (sync, message) => {
      const merged = core.merge(sync, message)
      return {
        ...merged,
        confirmed: message.confirmed,
        sync: { ...merged.sync, confirmed: headAfter(sync.confirmed, message.confirmed) },
      }
    },
  },
  'puts what is rebased in another order': withMerge((merged) =>
    merged.type === 'rebase'
      ? { ...merged, sync: { ...merged.sync, pending: merged.sync.pending.toReversed() } }
      : merged,
  ),
  'drops what is pending when it rebases': withMerge((merged) =>
    merged.type === 'rebase' ? { ...merged, sync: syncState(merged.sync.confirmed, merged.sync.accepted, []) } : merged,
  ),
  'keeps a commit that was settled': {
    ...core,
    merge: (sync, message) => core.merge(sync, { ...message, settled: [] }),
  },
  'folds two messages and forgets what the first confirmed': {
    ...core,
    fold: (first, second) => ({ ...core.fold(first, second), confirmed: second.confirmed }),
  },
  'takes a commit of a session twice': { ...core, unseen: (commits) => [...commits] },
  'lets local-only commits wait for the backend': { ...core, fromHere: () => undefined },
  'confirms local-only commits before their turn': {
    ...core,
    fromHere: (sync) => {
      const confirmed = sync.pending.filter(({ events }) => events.every(({ synced }) => !synced))
      return confirmed.length > 0 ? { confirmed, accepted: [], settled: [] } : undefined
    },
  },
  'pushes again nothing of what its last leader had accepted': {
    ...core,
    unaccept: ({ confirmed, pending }) => syncState(confirmed, [], pending),
  },
  'tells another session of a commit by its id alone': {
    ...core,
    acceptedMessage: (taken, confirmed) => core.acceptedMessage(taken, confirmed, taken[0]!.sessionId),
  },
  'confirms the last of what it pushed first': {
    ...core,
    fromBackend: (sync, { confirmed, settled }) =>
      core.fromBackend(sync, { confirmed: confirmed.length > 1 ? confirmed.slice(-1) : confirmed, settled }),
  },
  'lets the backend store a push that is behind': {
    ...core,
    decide: (head, push) => core.decide(head, { ...push, parent: head.seq }),
  },
}

/** Large enough to find most of them. */
const scope: Scope = {
  clients: 1,
  otherClients: true,
  sessions: 2,
  otherSessions: false,
  commits: 2,
  disconnects: 0,
  rejections: 1,
  handovers: 0,
  kinds: ['s', 'c', 'sc'],
}

const larger: Readonly<Record<string, Partial<Scope>>> = {
  'puts what is rebased in another order': { sessions: 1, commits: 3 },
  'pushes again nothing of what its last leader had accepted': { sessions: 1, handovers: 1 },
  'takes a commit of a session twice': { sessions: 1, handovers: 1 },
}

export const mutants = Object.entries(cores).map(([name, core]) => ({
  name,
  core,
  scope: { ...scope, ...larger[name] },
}))
