import type { Commit } from '../event/commit.ts'
import type { FromLeader, LeaderStatus } from '../replica/leader-api.ts'
import type { Merged, Settled } from '../sync/merge.ts'
import { acceptedMessage, mergedMessage, settledMessage } from './messages.ts'

export type SessionLink = {
  readonly sessionId: string
  readonly receive: (json: string) => void
}

/** The sessions of a leader, and what each of them is told. */
export function createSessions() {
  const links = new Set<SessionLink>()
  /** Of the order they are told only what is accepted; they take the rest whole, later. */
  let quiet = false

  const send = (message: FromLeader) => {
    const json = JSON.stringify(message)
    for (const { receive } of links) receive(json)
  }

  return {
    add(link: SessionLink): () => void {
      links.add(link)
      return () => links.delete(link)
    },

    ids: () => [...links].map(({ sessionId }) => sessionId),

    get size() {
      return links.size
    },

    tellAccepted(taken: readonly Commit[], confirmed: readonly Commit[]) {
      const texts = new Map<string, string>()
      const origins = new Set(taken.map(({ sessionId }) => sessionId))
      for (const { sessionId, receive } of links) {
        const to = origins.has(sessionId) ? sessionId : ''
        if (!texts.has(to)) texts.set(to, JSON.stringify(acceptedMessage(taken, confirmed, to)))
        receive(texts.get(to)!)
      }
    },

    tellMerged(merged: Merged, known: ReadonlySet<string>) {
      const message = quiet ? undefined : mergedMessage(merged, known)
      if (message) send(message)
    },

    tellSettled(settled: readonly Settled[], pending: readonly Commit[]) {
      if (!quiet) send(settledMessage(settled, pending))
    },

    tellStatus(status: LeaderStatus) {
      send({ type: 'status', status })
    },

    get isQuiet() {
      return quiet
    },

    beQuiet() {
      quiet = true
    },

    /** Tells all to take the state whole. */
    endQuiet() {
      quiet = false
      send({ type: 'reload' })
    },

    /** All are to take the state whole. */
    tellReload() {
      send({ type: 'reload' })
    },

    /** The log gives way to another one. */
    tellReset() {
      send({ type: 'reset' })
    },

    tellEnded(message: string) {
      send({ type: 'ended', message })
    },
  }
}

export type Sessions = ReturnType<typeof createSessions>
