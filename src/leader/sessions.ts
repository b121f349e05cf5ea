import type { Commit } from '../event/commit.ts'
import { type CommitRef, type FromLeader, type LeaderStatus, refOf } from '../replica/leader-api.ts'
import type { Merged, Settled } from '../sync/merge.ts'

export type SessionLink = {
  readonly sessionId: string
  readonly receive: (json: string) => void
}

/** The sessions of a leader, and what each of them is told. */
export function createSessions() {
  const links = new Set<SessionLink>()

  const send = (message: FromLeader) => {
    const json = JSON.stringify(message)
    for (const { receive } of links) receive(json)
  }

  return {
    add(link: SessionLink): () => void {
      links.add(link)
      return () => links.delete(link)
    },

    get size() {
      return links.size
    },

    /** Commits came from sessions: each gets its own ones by id and those of others whole. */
    tellAccepted(taken: readonly Commit[], confirmed: readonly Commit[]) {
      const texts = new Map<string, string>()
      const origins = new Set(taken.map(({ sessionId }) => sessionId))
      for (const { sessionId, receive } of links) {
        const key = origins.has(sessionId) ? sessionId : ''
        if (!texts.has(key)) {
          const accepted = taken.map((commit) => (commit.sessionId === key ? refOf(commit) : commit))
          texts.set(
            key,
            JSON.stringify({ type: 'advanced', confirmed: confirmed.map(refOf), accepted } satisfies FromLeader),
          )
        }
        receive(texts.get(key)!)
      }
    },

    /** The order changed above: `known` are the commits that every session has. */
    tellMerged(merged: Merged, known: ReadonlySet<string>) {
      const ref = (commit: Commit): CommitRef => (known.has(commit.commitId) ? refOf(commit) : commit)
      const confirmed = merged.confirmed.map(ref)
      if (merged.type === 'advance') {
        if (confirmed.length > 0) send({ type: 'advanced', confirmed, accepted: [] })
      } else send({ type: 'rebased', confirmed, accepted: merged.sync.pending.map(ref), settled: merged.settled })
    },

    /** Commits of a push did not apply: they never entered the order. */
    tellSettled(settled: readonly Settled[], pending: readonly Commit[]) {
      send({ type: 'rebased', confirmed: [], accepted: pending.map(refOf), settled })
    },

    tellStatus(status: LeaderStatus) {
      send({ type: 'status', status })
    },
  }
}
